/** A worker left to itself on a real Dovecot: what others do shows by itself, what the user does arrives by itself. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signInExpired } from '../accounts/oauth/tokens.ts';
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

it('a consent that was withdrawn is told at the next look, though the sessions stand', () =>
  withAccount(database, {}, async (account) => {
    let isWithdrawn = false;
    let dialled = 0;
    const dial = () => {
      dialled += 1;
      return account.connect();
    };
    const worker = startWorker(database, openAccount(account.connectionId), {
      dial,
      pace: { lookEveryMs: 200, backOff: { firstMs: 50, maxMs: 200, unreachableMaxMs: 100, leastMs: 20 } },
      renew: async () => {
        if (isWithdrawn) throw signInExpired();
      },
    });
    try {
      await waitUntil(async () => (await stateOf(account)) === 'live');
      const before = dialled;
      isWithdrawn = true;
      await waitUntil(async () => (await stateOf(account)) === 'needs-attention');
      expect([dialled, worker.failures[0]]).toMatchObject([before, { loop: 'sync', code: 'OAUTH_EXPIRED' }]);
    } finally {
      await worker.stop();
    }
  }));
