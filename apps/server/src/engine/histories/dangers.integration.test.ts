/**
 * What random histories found, one by one: another client that does something at the wrong moment. Each is told as short
 * as it can be, and ends with the index equal to the server.
 */
import type { MailboxId, ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImapSession } from '../imap/types.ts';
import { createActions } from '../operations/actions.ts';
import { runOperations } from '../operations/remote.ts';
import { mail, type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { differencesBetween } from './differences.fixture.ts';
import { readIndex } from './index-state.fixture.ts';
import { readServer } from './server-state.fixture.ts';

const NEVER = new AbortController().signal;
const BARE = ['IMAP4rev1'];
const WITH_CONDSTORE = ['IMAP4rev1', 'UIDPLUS', 'CONDSTORE', 'ENABLE', 'MOVE', 'LIST-EXTENDED', 'LIST-STATUS'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function threadOf({ connectionId }: TestAccount, subject: string): Promise<ThreadId[]> {
  const { rows } = await database.pool.query<{ thread_id: ThreadId }>(
    'select thread_id from message where connection_id = $1 and subject = $2',
    [connectionId, subject],
  );
  return rows.map(({ thread_id }) => thread_id);
}

async function differences({ connectionId, other }: TestAccount): Promise<string[]> {
  return differencesBetween(await readIndex(database.pool, connectionId), await readServer(other), []);
}

interface Story extends TestAccount {
  readonly actions: ReturnType<typeof createActions>;
  readonly work: ImapSession;
  write(): Promise<void>;
}

/** With our client's actions, and a second session for their remote half. */
function story(body: (account: Story) => Promise<void>, capabilities?: readonly string[]): Promise<void> {
  return withAccount(database, { capabilities }, async (account) => {
    const work = await account.connect();
    try {
      const write = () => runOperations(database.pool, account.connectionId, work, NEVER);
      await body({ ...account, actions: createActions({ pool: database.pool }), work, write });
    } finally {
      work.destroy();
    }
  });
}

describe('mailboxes that go', () => {
  it('a deleted one that lives on as the name above another loses its mail', () =>
    story(async (account) => {
      const { other, look } = account;
      for (const path of ['Trips', 'Trips/Rome']) await other.mailboxCreate(path);
      await other.append('Trips', mail('Ticket'));
      await look();
      await other.mailboxDelete('Trips');
      for (let turn = 0; turn < 3; turn += 1) await look();
      expect(await differences(account)).toEqual([]);
    }));

  it('one that LIST still shows and SELECT does not know is empty, and stops no other', () =>
    story(async (account) => {
      const { other, look } = account;
      for (const path of ['Trips', 'Trips/Rome']) {
        await other.mailboxCreate(path);
        await other.mailboxSubscribe(path);
        await other.append(path, mail(`In ${path}`));
      }
      await look();
      await other.mailboxDelete('Trips');
      await other.append('Trips/Rome', mail('Later'));
      for (let turn = 0; turn < 3; turn += 1) await look();
      expect(await differences(account)).toEqual([]);
    }, BARE));

  it('an action on one that is gone does not keep those behind it waiting', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId } = account;
      await other.mailboxCreate('Gone');
      await other.append('Gone', mail('Lost'));
      await other.append('INBOX', mail('Read me'));
      await look();
      await other.mailboxDelete('Gone');
      await actions.star(connectionId, await threadOf(account, 'Lost'));
      await actions.markAsRead(connectionId, await threadOf(account, 'Read me'));
      await write();
      expect(await account.onServer('INBOX')).toEqual(['Read me']);
      for (let turn = 0; turn < 2; turn += 1) await look();
      expect(await differences(account)).toEqual([]);
    }));

  it('one that another client has renamed is acted on under its new name, and is whole when it is renamed back', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId } = account;
      await other.mailboxCreate('Trips');
      for (const subject of ['Ticket', 'Old ticket', 'Map']) await other.append('Trips', mail(subject));
      await look();
      await actions.markAsRead(connectionId, await threadOf(account, 'Ticket'));
      await actions.delete(connectionId, await threadOf(account, 'Old ticket'), null);
      await other.mailboxRename('Trips', 'Elsewhere');
      await write();
      expect(await account.onServer('Elsewhere')).toEqual(['Map *', 'Ticket']);
      await other.mailboxRename('Elsewhere', 'Trips');
      for (let turn = 0; turn < 2; turn += 1) await look();
      expect(await differences(account)).toEqual([]);
      expect(await account.list('Trips')).toEqual(['Map *', 'Ticket']);
      expect(await account.list('Trash')).toEqual(['Old ticket *']);
    }));

  for (const [kind, capabilities] of [
    ['QRESYNC', undefined],
    ['CONDSTORE alone', WITH_CONDSTORE],
    ['IMAP4rev1 alone', BARE],
  ] as const) {
    it(`one that is away while it is acted on is as the server has it when it is back: ${kind}`, () =>
      story(async (account) => {
        const { other, look, actions, write, work, connectionId } = account;
        await other.mailboxCreate('Trips');
        await other.append('Trips', mail('Ticket'));
        await look();
        await actions.markAsRead(connectionId, await threadOf(account, 'Ticket'));
        // To where we are not shown it.
        const list = work.list.bind(work);
        work.list = async (options) => (await list(options)).filter(({ path }) => path !== 'Hidden');
        await other.mailboxRename('Trips', 'Hidden');
        await write();
        await other.mailboxRename('Hidden', 'Trips');
        for (let turn = 0; turn < 2; turn += 1) await look();
        expect(await differences(account)).toEqual([]);
      }, capabilities));
  }

  it('another one in its place keeps its messages: a UID is not acted on under another UIDVALIDITY', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId } = account;
      for (const [path, subject] of [
        ['One', 'Of one'],
        ['Two', 'Of two'],
      ] as const) {
        await other.mailboxCreate(path);
        await other.append(path, mail(subject));
      }
      await look();
      await actions.delete(connectionId, await threadOf(account, 'Of one'), null);
      await other.mailboxRename('One', 'Old one');
      await other.mailboxRename('Two', 'One');
      await expect(write()).rejects.toMatchObject({ retryable: true });
      expect(await account.onServer('One')).toEqual(['Of two *']);
      for (let turn = 0; turn < 2; turn += 1) await look();
      await write();
      await look();
      expect(await account.onServer('One')).toEqual(['Of two *']);
      expect(await differences(account)).toEqual([]);
    }));
});

describe('two who mean the same message', () => {
  it('moved away before our move ran: it is shown where the server has it, and there alone', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId } = account;
      await other.append('INBOX', mail('Wanted by two'));
      await look();
      await actions.archive(connectionId, await threadOf(account, 'Wanted by two'));
      await other.mailboxOpen('INBOX');
      await other.messageMove('1:*', 'Sent', { uid: true });
      await write();
      await look();
      expect(await differences(account)).toEqual([]);
      expect(await account.list('Sent')).toEqual(['Wanted by two *']);
    }));

  it('starred by another while our star was taken back: it is starred', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId } = account;
      await other.append('INBOX', mail('Starred by two'));
      await look();
      const { undo } = await actions.star(connectionId, await threadOf(account, 'Starred by two'));
      await other.mailboxOpen('INBOX');
      await other.messageFlagsAdd('1', ['\\Flagged'], { uid: true });
      await look();
      await actions.undo(connectionId, undo ?? '');
      await write();
      await look();
      expect(await account.list('starred')).toEqual([]);
      expect(await differences(account)).toEqual([]);
    }));

  it('delivered twice with another body, then moved: each is still the one it was', () =>
    story(async (account) => {
      const { other, look, connectionId } = account;
      const raw = mail('To the list');
      await other.append('INBOX', raw);
      await other.append('INBOX', Buffer.concat([raw, Buffer.from('-- \r\nThe list\r\n')]));
      await look();
      const sizes = async () =>
        (await database.pool.query('select id, size from message where connection_id = $1 order by id', [connectionId]))
          .rows;
      const before = await sizes();
      await other.mailboxOpen('INBOX');
      await other.messageMove('2', 'Archive', { uid: true });
      await look();
      expect(await sizes()).toEqual(before);
      expect(await differences(account)).toEqual([]);
    }));

  it('copied by another just before ours was read: the copy is as unread as the server says', () =>
    story(async (account) => {
      const { other, look, actions, write, connectionId, session } = account;
      await other.append('INBOX', mail('Copied'));
      await look();
      await other.mailboxOpen('INBOX');
      await other.messageCopy('1', 'Archive', { uid: true });
      await actions.markAsRead(connectionId, await threadOf(account, 'Copied'));
      // The copy has been fetched, not yet written down, when our change ends.
      const fetchMessages = session.fetchMessages.bind(session);
      session.fetchMessages = (uids, options) =>
        fetchMessages(uids, {
          ...options,
          onBatch: async (batch) => {
            await write();
            await options.onBatch(batch);
          },
        });
      await look();
      expect(await differences(account)).toEqual([]);
      await look();
      expect(await differences(account)).toEqual([]);
    }));
});

it('a message moved to where it lies already is two messages there, however it came', () =>
  story(async (account) => {
    const { connectionId, other, look, write, actions } = account;
    await other.append('Archive', mail('Twice'));
    await other.mailboxOpen('Archive');
    await other.messageCopy('1:*', 'Junk');
    await look();
    const mailboxOf = async (path: string) =>
      (await readIndex(database.pool, connectionId)).mailboxes.find((one) => one.path === path)?.id as MailboxId;
    const ids = await threadOf(account, 'Twice');
    await actions.move(connectionId, ids, await mailboxOf('Junk'), await mailboxOf('Archive'));
    await write();
    for (let turn = 0; turn < 2; turn += 1) await look();
    expect(await differences(account)).toEqual([]);
    expect(await account.onServer('Junk')).toEqual(['Twice *', 'Twice *']);
  }));

it('a message moved there, on and back again before the server heard of any of it is shown where it ends', () =>
  story(async (account) => {
    const { other, look, actions, write, connectionId } = account;
    await other.mailboxCreate('Trips');
    await other.append('INBOX', mail('To and fro'));
    await look();
    const { rows } = await database.pool.query<{ id: MailboxId; path: string }>(
      'select id, path from mailbox where connection_id = $1',
      [connectionId],
    );
    const idOf = (path: string) => rows.find((one) => one.path === path)?.id as MailboxId;
    const threads = await threadOf(account, 'To and fro');
    for (const path of ['Archive', 'Trips', 'Archive']) await actions.move(connectionId, threads, idOf(path), null);
    await write();
    for (let turn = 0; turn < 2; turn += 1) await look();
    expect(await differences(account)).toEqual([]);
    expect(await account.list('Archive')).toEqual(['To and fro *']);
  }));
