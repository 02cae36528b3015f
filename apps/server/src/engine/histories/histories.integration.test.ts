/**
 * Random histories of two clients on one account: whatever they did, in whatever order and at the same time, the index
 * equals the server afterwards. `npm test` runs short ones of fixed seeds; `npm run soak` 10,000 operations of twenty.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { startCourier, startCyrus, unpackedRoot } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountOptions, withAccount } from '../sync/account.fixture.ts';
import { runHistory } from './history.fixture.ts';

const SOAK = process.env.SOAK === '1';
const MINUTES = 60_000;
const PLAN = SOAK
  ? {
      operations: Number(process.env.SOAK_OPERATIONS ?? 10_000),
      checkEvery: 250,
      first: Number(process.env.SOAK_SEED ?? 1),
      count: Number(process.env.SOAK_SEEDS ?? 20),
    }
  : { operations: 150, checkEvery: 50, first: 1, count: 2 };
const SEEDS = Array.from({ length: PLAN.count }, (_, index) => PLAN.first + index);

const DOVECOT = [
  { name: 'Dovecot with QRESYNC' },
  {
    name: 'Dovecot with CONDSTORE alone',
    capabilities: ['IMAP4rev1', 'UIDPLUS', 'CONDSTORE', 'ENABLE', 'MOVE', 'IDLE', 'LIST-EXTENDED', 'LIST-STATUS'],
  },
  { name: 'Dovecot with IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
];
/** Where they were unpacked: they cannot be installed beside Dovecot. */
const OTHERS = unpackedRoot()
  ? [
      { name: 'Cyrus', start: startCyrus },
      { name: 'Courier', start: startCourier },
    ]
  : [];
const SERVERS: readonly (AccountOptions & { name: string })[] = [...DOVECOT, ...OTHERS];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each(SERVERS)('two clients on $name', ({ name, ...options }) => {
  it.each(SEEDS)('leave the index equal to the server: seed %i', { timeout: 60 * MINUTES }, async (seed) => {
    await withAccount(database, options, async (account) => {
      const startedAt = Date.now();
      const outcome = await runHistory(database, account, { seed, ...PLAN });
      if (SOAK) {
        const seconds = Math.round((Date.now() - startedAt) / 1000);
        process.stdout.write(
          `SOAK | ${name} | seed ${seed} | ${outcome.operations} operations | ${outcome.checks} checks | ` +
            `${outcome.looks} looks | ${outcome.messages} messages | ${outcome.differences.length} differences | ${seconds} s\n` +
            [...outcome.differences, ...(outcome.differences.length > 0 ? outcome.trace : [])]
              .map((line) => `  ${line}\n`)
              .join(''),
        );
      }
      expect({ differences: outcome.differences, trace: outcome.trace.slice(-80) }).toEqual({
        differences: [],
        trace: [],
      });
    });
  });
});
