/** An index that went wrong is found out and mended by the audit; one that is right is left as it is. */
import type { StoredAudit } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differencesBetween } from '../histories/differences.fixture.ts';
import { readIndex } from '../histories/index-state.fixture.ts';
import { readServer } from '../histories/server-state.fixture.ts';
import { row } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { mail, type TestAccount, withAccount } from './account.fixture.ts';
import { createAudit } from './audit.ts';

const WAYS = [
  { name: 'QRESYNC', capabilities: undefined },
  { name: 'IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function audit({ connectionId, session }: TestAccount): Promise<StoredAudit | null> {
  const { pool } = database;
  await pool.query(`update connection set audit_due_at = now() - interval '1 second' where id = $1`, [connectionId]);
  const run = createAudit({ pool, now: () => new Date(), log: () => undefined });
  const turn = { connectionId, learned: {}, signal: new AbortController().signal, shouldYield: () => false };
  expect(await run(session, turn)).toBe(false);
  const saved = await row<{ audit: StoredAudit | null; due: Date }>(
    pool,
    'select audit, audit_due_at as due from connection where id = $1',
    [connectionId],
  );
  expect(saved?.due.getTime()).toBeGreaterThan(Date.now());
  return saved?.audit ?? null;
}

const differences = async ({ connectionId, other }: TestAccount) =>
  differencesBetween(await readIndex(database.pool, connectionId), await readServer(other), []);

describe.each(WAYS)('an account on Dovecot with $name', ({ capabilities }) => {
  const begin = (body: (account: TestAccount) => Promise<void>) =>
    withAccount(database, { capabilities }, async (account) => {
      for (const subject of ['One', 'Two', 'Three']) await account.other.append('INBOX', mail(subject));
      await account.other.append('Archive', mail('Old'), ['\\Seen', 'Blue']);
      await account.look();
      await body(account);
    });

  it('that is in step has no difference', () =>
    begin(async (account) => {
      expect(await audit(account)).toMatchObject({ messages: 4, missing: 0, superfluous: 0, flags: 0, lists: 0 });
    }));

  it('whose index lost, invented and misread something is as the server has it', () =>
    begin(async (account) => {
      const { pool } = database;
      const { connectionId } = account;
      const inbox = `(select id from mailbox where connection_id = $1 and path = 'INBOX')`;
      await pool.query(`update placement set uid = 77 where connection_id = $1 and mailbox_id = ${inbox} and uid = 1`, [
        connectionId,
      ]);
      await pool.query(
        `update placement set flags = 5 where connection_id = $1 and mailbox_id = ${inbox} and uid = 2`,
        [connectionId],
      );
      await pool.query(`update placement set keywords = '{}' where connection_id = $1 and keywords <> '{}'`, [
        connectionId,
      ]);
      expect(await differences(account)).not.toEqual([]);
      const found = await audit(account);
      expect(await differences(account)).toEqual([]);
      expect(found?.messages).toBe(4);
      // Without mod-sequences the sync reads all flags by itself: what it would have found is no drift.
      if (!capabilities) expect(found).toMatchObject({ missing: 1, superfluous: 1, flags: 2 });
    }));

  it('takes what the user has just done for no difference', () =>
    begin(async (account) => {
      const { connectionId } = account;
      const threads = await database.pool.query<{ id: never }>('select id from thread where connection_id = $1', [
        connectionId,
      ]);
      await createActions({ pool: database.pool }).star(
        connectionId,
        threads.rows.map(({ id }) => id),
      );
      expect(await audit(account)).toMatchObject({ flags: 0 });
      expect(await account.list('INBOX')).toHaveLength(3);
      const starred = await row<{ count: number }>(
        database.pool,
        'select count(*)::int as count from placement where connection_id = $1 and flags & 4 <> 0',
        [connectionId],
      );
      expect(starred?.count).toBe(4);
    }));
});
