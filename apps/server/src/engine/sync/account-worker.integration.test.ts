/** A worker left to itself on a real Dovecot: what others do shows by itself, what the user does arrives by itself. */
import type { UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountAccess } from '../accounts/access.ts';
import { row, rows } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { createAccountWork } from '../schedule/account-work.ts';
import { mail, type TestAccount, withAccount } from './account.fixture.ts';
import { startAccountWorker } from './account-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A session of its own for every piece of work. */
function accessOf(account: TestAccount): AccountAccess {
  return {
    open: async () => {
      const endpoint = { host: 'localhost', port: 1, security: 'tls' as const, username: 'ada@lab.test' };
      return {
        connectionId: account.connectionId,
        userId: 'u1' as UserId,
        email: 'ada@lab.test',
        name: 'Ada',
        imap: endpoint,
        smtp: endpoint,
        imapPassword: 'fake-password',
        smtpPassword: 'fake-password',
        pins: {},
        learned: {},
        paused: false,
      };
    },
    async withImap(_connectionId, _purpose, work) {
      const session = await account.connect();
      try {
        return await work(session);
      } finally {
        session.destroy();
      }
    },
  };
}

const stateOf = async ({ connectionId }: TestAccount) =>
  (await row<{ state: string }>(database.pool, 'select state from connection where id = $1', [connectionId]))?.state;

it('mail that arrives is listed by itself, and an action reaches the server by itself', () =>
  withAccount(database, {}, async (account) => {
    const { pool } = database;
    const access = accessOf(account);
    const failures: unknown[] = [];
    await account.other.append('INBOX', mail('Here before'));
    const worker = startAccountWorker(account.connectionId, {
      pool,
      access,
      work: createAccountWork({
        pool,
        withImap: access.withImap,
        outbox: { run: async () => null },
        now: () => new Date(),
      }),
      audit: async () => false,
      now: () => new Date(),
      random: Math.random,
      log: (event, detail) => failures.push({ event, ...detail }),
      sessionsAllowed: () => 3,
      isWanted: () => false,
    });
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
      expect(failures).toEqual([]);
    } finally {
      await worker.stop();
    }
  }));
