/** Claims on accounts, while others hold locks on their rows. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexFixture, newMessage } from '../index/index.fixture.ts';
import { insertPlacements } from '../index/insert.ts';
import { transaction } from '../index/sql.ts';
import { claimAccounts, releaseAccounts } from './lease.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('claims and renews an account while messages are stored in it', async () => {
  const { connectionId, mailboxes } = await indexFixture(database.pool);
  const placement = { mailboxId: mailboxes.inbox, uid: null, flags: 0, keywords: [], modSeq: null } as const;
  const stored = { ...placement, state: 'present', operationId: null, message: newMessage({}) } as const;
  await transaction(database.pool, async (tx) => {
    await insertPlacements(tx, connectionId, [stored]);
    expect(await claimAccounts(database.pool, 'one')).toEqual([connectionId]);
    expect(await claimAccounts(database.pool, 'two')).toEqual([]);
  });
  await releaseAccounts(database.pool, 'one');
});

it('keeps an account whose row is locked, and gets it when it is given back', async () => {
  const { connectionId } = await indexFixture(database.pool);
  expect(await claimAccounts(database.pool, 'one')).toContain(connectionId);
  await transaction(database.pool, async (tx) => {
    await tx.query('select 1 from connection where id = $1 for update', [connectionId]);
    expect(await claimAccounts(database.pool, 'one')).toContain(connectionId);
    expect(await claimAccounts(database.pool, 'two')).not.toContain(connectionId);
  });
  await releaseAccounts(database.pool, 'one');
  expect(await claimAccounts(database.pool, 'two')).toContain(connectionId);
});
