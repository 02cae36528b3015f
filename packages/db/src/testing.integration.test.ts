import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('a test database', () => {
  let first: TestDatabase;
  let second: TestDatabase;

  beforeAll(async () => {
    [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  });
  afterAll(async () => {
    await Promise.all([first.drop(), second.drop()]);
  });

  test('has the schema, and nothing of another test', async () => {
    await first.pool.query('CREATE TABLE only_here (id int)');
    const inSecond = await second.pool.query(
      "SELECT to_regclass('only_here') AS found, to_regclass('message') AS message",
    );
    expect(inSecond.rows).toEqual([{ found: null, message: 'message' }]);
  });

  test('gives int8 as a number and refuses one that a number cannot hold', async () => {
    const { rows } = await first.pool.query('SELECT 9007199254740991::int8 AS big, now() AS at');
    expect(rows[0]).toEqual({ big: 9_007_199_254_740_991, at: expect.any(Date) });
    await expect(first.pool.query('SELECT 9007199254740993::int8')).rejects.toThrow('out of the safe range');
  });

  test('is gone after drop', async () => {
    const third = await createTestDatabase();
    await third.pool.query('SELECT 1');
    await third.drop();
    const name = new URL(third.url).pathname.slice(1);
    const { rowCount } = await first.pool.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    expect(rowCount).toBe(0);
  });
});
