/**
 * What the user did, on servers that refuse it, pass it over, or vanish in the middle: what is refused for good is taken
 * back on the screen and said, what is not is tried again in order, and nobody else's flags and messages are touched.
 */
import type { MailboxId, ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseId } from '../../lib/driver/ids.ts';
import { row, rows } from '../index/sql.ts';
import { mail } from '../sync/account.fixture.ts';
import { BARE, type LyingAccount, QRESYNC, withLiar } from '../sync/lying-server.fixture.ts';
import { createActions } from './actions.ts';
import { createLabels } from './labels.ts';
import { runOperations } from './remote.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const actions = () => createActions(database);
const run = async ({ connectionId, session }: LyingAccount) =>
  runOperations(database.pool, connectionId, await session(), new AbortController().signal);
const threads = async ({ connectionId }: LyingAccount, subject: string): Promise<ThreadId[]> =>
  (
    await rows<{ thread_id: ThreadId }>(
      database.pool,
      'select thread_id from message where connection_id = $1 and subject = $2',
      [connectionId, subject],
    )
  ).map(({ thread_id }) => thread_id);
const operations = ({ connectionId }: LyingAccount) =>
  rows<{ state: string; code: string | null; message: string | null }>(
    database.pool,
    `select state, error->>'code' as code, error->>'message' as message from operation where connection_id = $1 order by id`,
    [connectionId],
  );
const states = async (account: LyingAccount) => (await operations(account)).map(({ state }) => state);
const stores = ({ imap }: LyingAccount) => imap.commands().filter((line) => / STORE /.test(line));

/** One message “Note” in the inbox, looked at. */
const withNote = (capabilities: readonly string[], body: (account: LyingAccount) => Promise<void>) =>
  withLiar(database, { capabilities }, async (account) => {
    account.imap.mailbox('INBOX').append(mail('Note'), { flags: ['\\Answered', 'theirs'] });
    await account.look();
    await body(account);
  });

/** IMAP4rev1 and nothing that tells UIDs, moves, or removes one by one. */
const BAREST = ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR'];

describe('flags', () => {
  it('the last intent on a flag wins, flags of others stay, and no whole set is ever stored', () =>
    withNote(QRESYNC, async (account) => {
      const note = await threads(account, 'Note');
      await actions().star(account.connectionId, note);
      await actions().unstar(account.connectionId, note);
      await actions().star(account.connectionId, note);
      await actions().markAsRead(account.connectionId, note);
      account.imap.mailbox('INBOX').setFlags(1, ['\\Answered', 'theirs', 'new-of-theirs']);
      await account.look();
      await run(account);
      await account.look();
      const flags = account.imap.mailbox('INBOX').find(1)?.flags;
      expect([...(flags ?? [])].sort()).toEqual(
        ['\\Answered', '\\Flagged', '\\Seen', 'new-of-theirs', 'theirs'].sort(),
      );
      expect(await account.index()).toEqual(account.onServer());
      expect(stores(account).length).toBeGreaterThan(0);
      for (const line of stores(account)) expect(line).toMatch(/^UID STORE [\d:,]+ [+-]FLAGS\.SILENT \(/);
    }));

  it('what is refused once because its folder is being deleted leaves a label what it is, and is stored', () =>
    withNote(QRESYNC, async (account) => {
      const { connectionId } = account;
      const labels = createLabels(database);
      const { id } = await labels.create(connectionId, { name: 'Work' });
      const add = [parseId('label', id).id];
      await labels.modify(connectionId, await threads(account, 'Note'), { add, remove: [] });
      account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} NO Mailbox was deleted under us`] }), 1);
      await run(account);
      const storage = await row(database.pool, 'select storage from label where connection_id = $1', [connectionId]);
      expect([storage, await states(account)]).toEqual([{ storage: 'keyword' }, ['done']]);
      expect(account.imap.mailbox('INBOX').find(1)?.flags).toContain('Work');
    }));

  it('what another client sets back after ours was stored is seen, though ours was not known to be stored', () =>
    withNote(QRESYNC, async (account) => {
      const { connectionId } = account;
      await actions().star(connectionId, await threads(account, 'Note'));
      // Ours is stored, and no answer comes; another client takes it back, and a look hears of that alone.
      account.imap.mailbox('INBOX').setFlags(1, ['\\Answered', 'theirs', '\\Flagged']);
      account.imap.mailbox('INBOX').setFlags(1, ['\\Answered', 'theirs']);
      await account.look();
      await database.pool.query(`update operation set state = 'done' where connection_id = $1 and kind = 'flags'`, [
        connectionId,
      ]);
      await run(account);
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('what is passed over once as MODIFIED is stored again', () =>
    withNote(QRESYNC, async (account) => {
      await actions().markAsRead(account.connectionId, await threads(account, 'Note'));
      account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} OK [MODIFIED 1] It had changed`] }), 1);
      await run(account);
      expect(account.imap.mailbox('INBOX').find(1)?.flags).toContain('\\Seen');
      expect(await states(account)).toEqual(['done']);
    }));

  it('what is passed over each time is taken back and said, and what was done after it holds', () =>
    withNote(QRESYNC, async (account) => {
      const note = await threads(account, 'Note');
      await actions().markAsRead(account.connectionId, note);
      account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} OK [MODIFIED 1] It had changed`] }), 3);
      await actions().star(account.connectionId, note);
      await run(account);
      const ended = await operations(account);
      // The last of them reads what the server has of the flags.
      expect(ended).toMatchObject([{ state: 'failed', code: 'CONFLICT' }, { state: 'done' }, { state: 'done' }]);
      expect(await account.list('INBOX')).toEqual(['Note *']);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('a STORE that is refused for good is taken back and said in the server’s words', () =>
    withNote(QRESYNC, async (account) => {
      await actions().markAsRead(account.connectionId, await threads(account, 'Note'));
      expect(await account.list('INBOX')).toEqual(['Note']);
      account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} NO [NOPERM] This is not your mailbox`] }));
      await run(account);
      expect(await account.list('INBOX')).toEqual(['Note *']);
      const [operation] = await operations(account);
      expect(operation).toMatchObject({ state: 'failed', code: 'NOT_SUPPORTED' });
      expect(operation?.message).toContain('This is not your mailbox');
    }));

  it.each(['NO [INUSE] Another is at it', 'NO [UNAVAILABLE] Not now', 'NO [THROTTLED] Slower'])(
    'after “%s” it is not taken back, but done at the next turn',
    (completion) =>
      withNote(QRESYNC, async (account) => {
        await actions().markAsRead(account.connectionId, await threads(account, 'Note'));
        account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} ${completion}`] }), 1);
        await expect(run(account)).rejects.toMatchObject({ retryable: true });
        expect([await states(account), await account.list('INBOX')]).toEqual([['running'], ['Note']]);
        await run(account);
        expect(account.imap.mailbox('INBOX').find(1)?.flags).toContain('\\Seen');
      }),
  );

  it('a limit of keywords is a refusal for good: the label is kept here', () =>
    withNote(QRESYNC, async (account) => {
      account.lie(/STORE/, ({ tag }) => ({ answer: [`${tag} NO [LIMIT] No more keywords`] }));
      await actions().markAsImportant(account.connectionId, await threads(account, 'Note'));
      await run(account);
      expect(await states(account)).toEqual(['done']);
      const kept = await rows(database.pool, 'select 1 from message_label where connection_id = $1', [
        account.connectionId,
      ]);
      expect(kept.length).toBe(1);
    }));

  it('a UID that is gone ends the action without a word', () =>
    withNote(BARE, async (account) => {
      await actions().markAsRead(account.connectionId, await threads(account, 'Note'));
      account.imap.mailbox('INBOX').expunge(1);
      await run(account);
      expect(await states(account)).toEqual(['done']);
      await account.look();
      expect(await account.index()).toEqual([]);
    }));
});

describe('moving', () => {
  it('refused for good it is back in its list, and said', () =>
    withNote(QRESYNC, async (account) => {
      await actions().archive(account.connectionId, await threads(account, 'Note'));
      expect([await account.list('INBOX'), await account.list('Archive')]).toEqual([[], ['Note *']]);
      account.lie(/MOVE/, ({ tag }) => ({ answer: [`${tag} NO [OVERQUOTA] Full`] }));
      await run(account);
      expect([await account.list('INBOX'), await account.list('Archive')]).toEqual([['Note *'], []]);
      expect(await operations(account)).toMatchObject([{ state: 'failed', code: 'OVER_QUOTA' }]);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('refused for now it stays moved on the screen, and is moved at the next turn', () =>
    withNote(QRESYNC, async (account) => {
      await actions().archive(account.connectionId, await threads(account, 'Note'));
      account.lie(/MOVE/, ({ tag }) => ({ answer: [`${tag} NO [INUSE] Locked`] }), 1);
      await expect(run(account)).rejects.toMatchObject({ retryable: true });
      expect(await account.list('Archive')).toEqual(['Note *']);
      await run(account);
      expect(account.imap.mailbox('Archive').messages.length).toBe(1);
    }));

  it.each([{ capabilities: BARE }, { capabilities: BAREST }])(
    'by COPY the server says OK to and does not do leaves the message where it is ($capabilities)',
    ({ capabilities }) =>
      withNote(capabilities, async (account) => {
        await actions().archive(account.connectionId, await threads(account, 'Note'));
        account.lie(/COPY/, ({ tag }) => ({ answer: [`${tag} OK Done`] }));
        await run(account);
        expect(account.imap.mailbox('INBOX').find(1)?.flags).not.toContain('\\Deleted');
        expect(await account.list('INBOX')).toEqual(['Note *']);
        expect(await states(account)).toEqual(['failed']);
      }),
  );

  it.each(['UID COPY', 'UID STORE', 'UID EXPUNGE'])(
    'by COPY that is cut off at %s ends in the target, and nowhere else, after the restart',
    (name) =>
      withNote(BARE, async (account) => {
        await actions().archive(account.connectionId, await threads(account, 'Note'));
        account.lie(new RegExp(`^${name}$`), () => ({ close: 'unanswered' }), 1);
        await expect(run(account)).rejects.toMatchObject({ retryable: true });
        expect(await account.list('Archive')).toEqual(['Note *']);
        await run(account);
        await account.lookAgain();
        expect(await account.index()).toEqual(account.onServer());
        expect(account.imap.mailbox('INBOX').messages.length).toBe(0);
        expect(account.imap.mailbox('Archive').messages.length).toBe(1);
        expect(await account.list('Archive')).toEqual(['Note *']);
      }),
  );
});

describe('removing for good', () => {
  const trash = async ({ connectionId }: LyingAccount) =>
    (
      await row<{ id: MailboxId }>(
        database.pool,
        `select id from mailbox where connection_id = $1 and path = 'Trash'`,
        [connectionId],
      )
    )?.id ?? null;

  it('without UIDPLUS spares what another client has marked, and sends no EXPUNGE', () =>
    withLiar(database, { capabilities: [...BAREST, 'SPECIAL-USE'] }, async (account) => {
      for (const subject of ['Ours', 'Theirs']) account.imap.mailbox('Trash').append(mail(subject));
      await account.look();
      account.imap.mailbox('Trash').setFlags(2, ['\\Deleted']);
      await actions().delete(account.connectionId, await threads(account, 'Ours'), await trash(account));
      await run(account);
      expect(account.imap.commands().filter((line) => /EXPUNGE|CLOSE/.test(line))).toEqual([]);
      expect(account.imap.mailbox('Trash').messages.length).toBe(2);
      await account.look();
      expect(await account.list('Trash')).toEqual([]);
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('without UIDPLUS what could only be marked is known to be there still', () =>
    withLiar(database, { capabilities: [...BAREST, 'SPECIAL-USE'] }, async (account) => {
      for (const subject of ['Ours', 'Theirs']) account.imap.mailbox('Trash').append(mail(subject));
      account.imap.mailbox('Trash').setFlags(2, ['\\Deleted']);
      await account.look();
      await actions().delete(account.connectionId, await threads(account, 'Ours'), await trash(account));
      await run(account);
      expect(await account.index()).toEqual(account.onServer());
      expect(await account.list('Trash')).toEqual([]);
    }));

  it('refused it is back in the bin, and said', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.imap.mailbox('Trash').append(mail('Ours'));
      await account.look();
      await actions().delete(account.connectionId, await threads(account, 'Ours'), await trash(account));
      expect(await account.list('Trash')).toEqual([]);
      account.lie(/EXPUNGE/, ({ tag }) => ({ answer: [`${tag} NO [NOPERM] Kept by order`] }));
      await run(account);
      expect(await operations(account)).toMatchObject([{ state: 'failed' }]);
      expect(await account.list('Trash')).toEqual(['Ours *']);
    }));
});

it('what was not finished is done in the order it was begun in, after the connection came back', () =>
  withLiar(database, { capabilities: QRESYNC }, async (account) => {
    for (const subject of ['One', 'Two']) account.imap.mailbox('INBOX').append(mail(subject));
    await account.look();
    const [one, two] = [await threads(account, 'One'), await threads(account, 'Two')];
    await actions().markAsRead(account.connectionId, one);
    await actions().archive(account.connectionId, one);
    await actions().star(account.connectionId, two);
    account.lie(/STORE/, () => ({ close: 'unanswered' }), 1);
    await expect(run(account)).rejects.toMatchObject({ retryable: true });
    expect(await states(account)).toEqual(['running', 'pending', 'pending']);
    account.imap.transcript.length = 0;
    await run(account);
    const done = account.imap.commands().filter((line) => /^UID (STORE|MOVE)/.test(line));
    expect(done.map((line) => line.replace(/\.SILENT/, ''))).toEqual([
      'UID STORE 1 +FLAGS (\\Seen)',
      'UID MOVE 1 Archive',
      'UID STORE 2 +FLAGS (\\Flagged)',
    ]);
    await account.look();
    expect(await account.index()).toEqual(account.onServer());
  }));
