/**
 * What is snoozed lies in "Snoozed" on the server, so that its other clients agree, and comes back on top of the inbox,
 * unread, when it is time. On a real Dovecot; refusals on a server that lies.
 */
import type { ListKey, ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listThreads } from '../index/list-threads.ts';
import { row } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { runOperations } from '../operations/remote.ts';
import { mail, type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { BARE, QRESYNC, withLiar } from '../sync/lying-server.fixture.ts';
import { wakeDueSnoozes } from './wake-up.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const HOUR = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms);
const actions = () => createActions(database);
const threadOf = async ({ connectionId }: Pick<TestAccount, 'connectionId'>, subject: string): Promise<ThreadId> => {
  const found = await row<{ id: ThreadId }>(
    database.pool,
    'select thread_id as id from message where connection_id = $1 and subject = $2',
    [connectionId, subject],
  );
  return (found as { id: ThreadId }).id;
};
const run = ({ connectionId, session }: TestAccount) =>
  runOperations(database.pool, connectionId, session, new AbortController().signal);
const snooze = async (account: Pick<TestAccount, 'connectionId'>, subject: string, until = later(HOUR)) =>
  actions().snooze(account.connectionId, [await threadOf(account, subject)], until, new Date());
const wake = ({ connectionId }: Pick<TestAccount, 'connectionId'>, now: Date) =>
  wakeDueSnoozes(database.pool, connectionId, now);

/** Subjects as the list has them, top first. */
const inOrder = async ({ connectionId }: TestAccount, list: ListKey) =>
  (await listThreads(database.pool, { connectionId, list, after: null, max: 50 })).map(({ subject }) => subject);
const inboxOf = async ({ connectionId }: TestAccount): Promise<ListKey> => {
  const found = await row<{ id: number }>(
    database.pool,
    `select id from mailbox where connection_id = $1 and role = 'inbox'`,
    [connectionId],
  );
  return `m${found?.id ?? 0}`;
};
/** What lies where on the server, and what is shown as snoozed here. */
const everywhere = async (account: TestAccount) => ({
  inbox: await account.onServer('INBOX'),
  snoozed: await account.onServer('Snoozed').catch(() => []),
  shown: await inOrder(account, 'snoozed'),
});

describe.each([
  { name: 'all capabilities', capabilities: undefined },
  { name: 'IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
])('on a server with $name', (options) => {
  /** “Old” and “New” in the inbox, both read. */
  const account = (body: (account: TestAccount) => Promise<void>) =>
    withAccount(database, options, async (a) => {
      await a.other.append('INBOX', mail('Old'), ['\\Seen'], new Date('2026-05-01T10:00:00Z'));
      await a.other.append('INBOX', mail('New'), ['\\Seen'], new Date('2026-05-02T10:00:00Z'));
      await a.look();
      await body(a);
    });

  it('lies in “Snoozed” meanwhile, and comes back on top and unread, however late', () =>
    account(async (a) => {
      await snooze(a, 'Old');
      expect([await a.list('INBOX'), await inOrder(a, 'snoozed')]).toEqual([['New'], ['Old']]);
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({ inbox: ['New'], snoozed: ['Old'], shown: ['Old'] });
      expect(await wake(a, later(HOUR / 2))).toEqual([]);
      const now = later(48 * HOUR);
      await wake(a, now);
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({ inbox: ['New', 'Old *'], snoozed: [], shown: [] });
      const page = await listThreads(database.pool, {
        connectionId: a.connectionId,
        list: await inboxOf(a),
        after: null,
        max: 50,
      });
      expect(page.map(({ subject, newest_at, surfaced_by }) => [subject, newest_at, surfaced_by])).toEqual([
        ['Old', now, 'snooze'],
        ['New', new Date('2026-05-02T10:00:00Z'), null],
      ]);
      expect(await wake(a, now)).toEqual([]);
    }));

  it('is taken back, before and after the server has heard of it', () =>
    account(async (a) => {
      const early = await snooze(a, 'Old');
      await actions().undo(a.connectionId, early.undo ?? '');
      await run(a);
      expect(await everywhere(a)).toEqual({ inbox: ['New', 'Old'], snoozed: [], shown: [] });
      const late = await snooze(a, 'Old');
      await run(a);
      await a.look();
      await actions().undo(a.connectionId, late.undo ?? '');
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({ inbox: ['New', 'Old'], snoozed: [], shown: [] });
    }));

  it('due before the server has heard of it, it has been nowhere else and is there once', () =>
    account(async (a) => {
      await snooze(a, 'Old', later(1000));
      await wake(a, later(2000));
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({ inbox: ['New', 'Old *'], snoozed: [], shown: [] });
    }));

  it('is not snoozed any more once another client has moved it out', () =>
    account(async (a) => {
      await snooze(a, 'Old');
      await run(a);
      await a.look();
      await a.other.mailboxOpen('Snoozed');
      await a.other.messageMove('1:*', 'INBOX');
      await a.look();
      expect([await a.list('INBOX'), await inOrder(a, 'snoozed')]).toEqual([['New', 'Old'], []]);
      expect(await wake(a, later(48 * HOUR))).toEqual([]);
    }));

  it('an answer brings it back at once', () =>
    account(async (a) => {
      await snooze(a, 'Old');
      await run(a);
      await a.look();
      const answer = mail('Re: Old', { inReplyTo: '<old@lab.test>', references: ['<old@lab.test>'] });
      await a.other.append('INBOX', answer, [], new Date('2026-05-03T10:00:00Z'));
      await a.look();
      expect([await inOrder(a, await inboxOf(a)), await inOrder(a, 'snoozed')]).toEqual([['Old', 'New'], []]);
      await run(a);
      expect(await everywhere(a)).toEqual({ inbox: ['New', 'Old', 'Re: Old *'], snoozed: [], shown: [] });
    }));
});

describe('a conversation that waits', () => {
  const account = (body: (account: TestAccount) => Promise<void>) =>
    withAccount(database, {}, async (a) => {
      for (const [index, subject] of ['First', 'Second', 'Third'].entries()) {
        await a.other.append('INBOX', mail(subject), ['\\Seen'], new Date(Date.UTC(2026, 4, 1 + index)));
      }
      await a.look();
      await body(a);
    });

  it('stands in the view by when it comes back, also once that was changed, page by page', () =>
    account(async (a) => {
      await snooze(a, 'First', later(HOUR));
      await snooze(a, 'Second', later(2 * HOUR));
      await snooze(a, 'Third', later(3 * HOUR));
      await snooze(a, 'First', later(4 * HOUR));
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({
        inbox: [],
        snoozed: ['First', 'Second', 'Third'],
        shown: ['Second', 'Third', 'First'],
      });
      const { connectionId } = a;
      const [top] = await listThreads(database.pool, { connectionId, list: 'snoozed', after: null, max: 1 });
      const after = { newestAt: top?.snoozed_until as Date, threadId: top?.id as ThreadId };
      const rest = await listThreads(database.pool, { connectionId, list: 'snoozed', after, max: 5 });
      expect([top, ...rest].map((thread) => thread?.subject)).toEqual(['Second', 'Third', 'First']);
    }));

  it('of many that came due while nothing ran, the last due is on top', () =>
    account(async (a) => {
      await snooze(a, 'Third', later(2000));
      await snooze(a, 'First', later(3000));
      await snooze(a, 'Second', later(1000));
      await wake(a, later(HOUR));
      expect(await inOrder(a, await inboxOf(a))).toEqual(['First', 'Third', 'Second']);
    }));

  it('is woken by hand where it was, and that is taken back with its time', () =>
    account(async (a) => {
      const until = later(HOUR);
      await snooze(a, 'First', until);
      await run(a);
      await a.look();
      const thread = await threadOf(a, 'First');
      const woken = await actions().unsnooze(a.connectionId, [thread], new Date());
      await run(a);
      await a.look();
      expect(await inOrder(a, await inboxOf(a))).toEqual(['Third', 'Second', 'First']);
      expect(await a.onServer('INBOX')).toEqual(['First', 'Second', 'Third']);
      await actions().undo(a.connectionId, woken.undo ?? '');
      await run(a);
      await a.look();
      expect(await everywhere(a)).toEqual({ inbox: ['Second', 'Third'], snoozed: ['First'], shown: ['First'] });
      expect(await wake(a, until)).toEqual([thread]);
    }));

  it('out of the archive comes into the inbox', () =>
    account(async (a) => {
      await actions().archive(a.connectionId, [await threadOf(a, 'First')]);
      await run(a);
      await a.look();
      await snooze(a, 'First');
      await run(a);
      await a.look();
      await wake(a, later(HOUR));
      await run(a);
      expect([await a.onServer('INBOX'), await a.onServer('Archive')]).toEqual([['First *', 'Second', 'Third'], []]);
    }));

  it('what another client files in “Snoozed” is a message in a mailbox, and nothing of ours moves it', () =>
    account(async (a) => {
      await snooze(a, 'First');
      await run(a);
      await a.other.append('Snoozed', mail('Theirs'), ['\\Seen']);
      await a.look();
      expect([await a.list('Snoozed'), await inOrder(a, 'snoozed')]).toEqual([['First', 'Theirs'], ['First']]);
      await wake(a, later(HOUR));
      await run(a);
      expect([await a.onServer('INBOX'), await a.onServer('Snoozed')]).toEqual([
        ['First *', 'Second', 'Third'],
        ['Theirs'],
      ]);
    }));

  it('that is deleted meanwhile waits no more', () =>
    account(async (a) => {
      await snooze(a, 'First');
      await actions().delete(a.connectionId, [await threadOf(a, 'First')], null);
      await run(a);
      await a.look();
      expect(await inOrder(a, 'snoozed')).toEqual([]);
      expect(await wake(a, later(HOUR))).toEqual([]);
      expect(await a.onServer('Trash')).toEqual(['First']);
    }));
});

describe('a server that would not have it', () => {
  it.each([
    { what: 'the mailbox', refused: /CREATE/ },
    { what: 'the move', refused: /MOVE|COPY/ },
  ])('refuses $what: it waits here alone, comes back all the same, and the server is not asked again', ({ refused }) =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.imap.mailbox('INBOX').append(mail('Note'), { flags: ['\\Seen'] });
      account.imap.mailbox('INBOX').append(mail('Other'), { flags: ['\\Seen'] });
      await account.look();
      account.lie(refused, ({ tag }) => ({ answer: [`${tag} NO [CANNOT] Not here`] }));
      const runAll = async () =>
        runOperations(database.pool, account.connectionId, await account.session(), new AbortController().signal);
      await snooze(account, 'Note');
      await runAll();
      await account.look();
      const shown = async (list: ListKey) =>
        (await listThreads(database.pool, { connectionId: account.connectionId, list, after: null, max: 9 })).map(
          ({ subject }) => subject,
        );
      const inbox = await inboxOf(account as never);
      expect([await shown(inbox), await shown('snoozed')]).toEqual([['Other'], ['Note']]);
      const asked = account.imap.commands().length;
      await snooze(account, 'Other');
      await runAll();
      expect(
        account.imap
          .commands()
          .slice(asked)
          .filter((line) => /CREATE|MOVE|COPY/.test(line)),
      ).toEqual([]);
      await wake(account, later(HOUR));
      await runAll();
      await account.look();
      expect([(await shown(inbox)).sort(), await shown('snoozed')]).toEqual([['Note', 'Other'], []]);
      expect(account.imap.mailbox('INBOX').messages.map(({ flags }) => flags.has('\\Seen'))).toEqual([false, false]);
    }),
  );

  it('keeps a mailbox of its own for it (\\Snoozed): nothing is moved there', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.imap.mailbox('INBOX').append(mail('Note'));
      account.imap.store.create('Snoozed');
      await account.look();
      await database.pool.query(
        `update mailbox set role = null, attributes = '{snoozed}' where connection_id = $1 and path = 'Snoozed'`,
        [account.connectionId],
      );
      await snooze(account, 'Note');
      const moves = await row(
        database.pool,
        `select count(*)::int as n from operation where connection_id = $1 and kind = 'move'`,
        [account.connectionId],
      );
      expect(moves).toEqual({ n: 0 });
    }));
});
