import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase } from './client.ts';
import { migrate } from './migrate.ts';
import { TEST_SERVER_VARIABLE } from './testing.ts';

test('several processes may migrate one empty database at once, and again later', async () => {
  const serverUrl = process.env[TEST_SERVER_VARIABLE] ?? '';
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE migrated_by_many');
  const url = serverUrl.replace(/[^/]+$/, 'migrated_by_many');
  const databases = Array.from({ length: 4 }, () => createDatabase(url, { max: 1 }));
  await Promise.all(databases.map((database) => migrate(database)));
  const [first] = databases;
  if (first) await migrate(first);
  const applied = await first?.pool.query(
    'SELECT count(*), count(DISTINCT hash) AS hashes FROM drizzle.__drizzle_migrations',
  );
  await Promise.all(databases.map((database) => database.close()));
  await admin.query('DROP DATABASE migrated_by_many WITH (FORCE)');
  await admin.end();
  expect(applied?.rows[0].count).toBeGreaterThan(0);
  expect(applied?.rows[0].count).toBe(applied?.rows[0].hashes);
});
