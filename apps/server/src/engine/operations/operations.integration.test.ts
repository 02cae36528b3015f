/** Actions on a real Dovecot: at once on the screen, then on the server, and back again. */
import type { ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../index/sql.ts';
import { mail, type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { createActions } from './actions.ts';
import { runOperations } from './remote.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const threadsOf = async ({ connectionId }: TestAccount, subject: string): Promise<ThreadId[]> =>
  (
    await rows<{ thread_id: ThreadId }>(
      database.pool,
      'select thread_id from message where connection_id = $1 and subject = $2',
      [connectionId, subject],
    )
  ).map(({ thread_id }) => thread_id);
const run = ({ connectionId, session }: TestAccount) =>
  runOperations(database.pool, connectionId, session, new AbortController().signal);

describe.each([
  { name: 'all capabilities', capabilities: undefined },
  { name: 'IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
])('on a server with $name', (options) => {
  const account = (body: (account: TestAccount) => Promise<void>) => withAccount(database, options, body);

  it('reading shows at once, reaches the server, and a sync before it did does not take it back', () =>
    account(async (a) => {
      await a.other.append('INBOX', mail('Note'));
      await a.look();
      await createActions(database).markAsRead(a.connectionId, await threadsOf(a, 'Note'));
      expect(await a.list('INBOX')).toEqual(['Note']);
      await a.look();
      expect(await a.list('INBOX')).toEqual(['Note']);
      await run(a);
      expect(await a.onServer('INBOX')).toEqual(['Note']);
    }));

  it('archiving moves it here, then there, keeps its conversation, and undo brings it back', () =>
    account(async (a) => {
      await a.other.append('INBOX', mail('Bill'));
      await a.look();
      const [thread] = await threadsOf(a, 'Bill');
      const actions = createActions(database);
      const { undo } = await actions.archive(a.connectionId, [thread as ThreadId]);
      expect([await a.list('INBOX'), await a.list('Archive')]).toEqual([[], ['Bill *']]);
      await run(a);
      await a.look();
      expect([await a.onServer('INBOX'), await a.onServer('Archive')]).toEqual([[], ['Bill *']]);
      expect([await a.list('Archive'), await threadsOf(a, 'Bill')]).toEqual([['Bill *'], [thread]]);
      await actions.undo(a.connectionId, undo as string);
      expect([await a.list('INBOX'), await a.list('Archive')]).toEqual([['Bill *'], []]);
      await run(a);
      await a.look();
      expect([await a.onServer('INBOX'), await a.onServer('Archive')]).toEqual([['Bill *'], []]);
      expect([await a.list('INBOX'), await a.list('Archive')]).toEqual([['Bill *'], []]);
    }));

  it('undo before the server heard of it leaves nothing to do', () =>
    account(async (a) => {
      await a.other.append('INBOX', mail('Oops'));
      await a.look();
      const actions = createActions(database);
      const { undo } = await actions.delete(a.connectionId, await threadsOf(a, 'Oops'), null);
      expect(await a.list('INBOX')).toEqual([]);
      await actions.undo(a.connectionId, undo as string);
      await run(a);
      await a.look();
      expect([await a.list('INBOX'), await a.onServer('INBOX')]).toEqual([['Oops *'], ['Oops *']]);
    }));

  it('deleting goes to the bin, then for good, and spares what another client marked', () =>
    account(async (a) => {
      for (const subject of ['Spam offer', 'Marked by another']) await a.other.append('INBOX', mail(subject));
      await a.look();
      await a.other.mailboxOpen('INBOX');
      await a.other.messageFlagsAdd('2', ['\\Deleted'], { uid: true });
      const actions = createActions(database);
      const threads = await threadsOf(a, 'Spam offer');
      await actions.delete(a.connectionId, threads, null);
      await run(a);
      expect(await a.onServer('INBOX')).toContain('Marked by another *');
      expect(await a.onServer('Trash')).toEqual(['Spam offer *']);
      await a.look();
      const { undo } = await actions.delete(a.connectionId, threads, null);
      expect(undo).toBeUndefined();
      await run(a);
      expect(await a.onServer('Trash')).toEqual([]);
      await a.look();
      expect(await a.list('Trash')).toEqual([]);
    }));
});
