/** A worker left to itself on a real Dovecot: what others do shows by itself, what the user does arrives by itself. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { row, rows } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { mail, type TestAccount, withAccount } from './account.fixture.ts';
import { openAccount, startWorker } from './worker.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const stateOf = async ({ connectionId }: TestAccount) =>
  (await row<{ state: string }>(database.pool, 'select state from connection where id = $1', [connectionId]))?.state;

it('mail that arrives is listed by itself, and an action reaches the server by itself', () =>
  withAccount(database, {}, async (account) => {
    const { pool } = database;
    await account.other.append('INBOX', mail('Here before'));
    const worker = startWorker(database, openAccount(account.connectionId), { dial: account.connect });
    try {
      await waitUntil(async () => (await stateOf(account)) === 'live');
      expect(await account.list('INBOX')).toEqual(['Here before *']);
      await account.other.append('INBOX', mail('Pushed'));
      await waitUntil(async () => (await account.list('INBOX')).includes('Pushed *'));
      const threads = await rows<{ thread_id: never }>(
        pool,
        `select thread_id from message where connection_id = $1 and subject = 'Here before'`,
        [account.connectionId],
      );
      await createActions({ pool }).archive(
        account.connectionId,
        threads.map(({ thread_id }) => thread_id),
      );
      worker.wakeWork();
      await waitUntil(async () => (await account.onServer('Archive')).length === 1);
      expect(await account.onServer('INBOX')).toEqual(['Pushed *']);
      expect(worker.failures).toEqual([]);
    } finally {
      await worker.stop();
    }
  }));
