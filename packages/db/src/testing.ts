/**
 * Databases for tests. One embedded server a test run (started by vitest's global setup, which passes its URL on in
 * the environment), one migrated template, and for each test that asks a copy of it, made in milliseconds.
 * A crash would corrupt these databases (fsync is off): nothing else may use them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, type Database } from './client.ts';
import { startEmbedded } from './embedded/index.ts';
import { migrate, migrationsFolder } from './migrate.ts';

/** the environment variable that carries the server's URL from the global setup to the tests */
export const TEST_SERVER_VARIABLE = 'POSTROOM_TEST_DATABASE_URL';

export interface TestDatabase extends Omit<Database, 'close'> {
  url: string;
  /** Closes the pool and removes the database, whoever is still connected to it. */
  drop(): Promise<void>;
}

/** Starts a PostgreSQL server for tests in a temporary folder, which `stop` removes. */
export async function startTestServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'postroom-test-'));
  const server = await startEmbedded({ dataDir, durability: 'none' });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A fresh database with the schema in it, for one test or one file of tests. */
export async function createTestDatabase(serverUrl = process.env[TEST_SERVER_VARIABLE]): Promise<TestDatabase> {
  if (!serverUrl)
    throw new Error(`${TEST_SERVER_VARIABLE} is not set: run this test in the vitest project "integration"`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(serverUrl, async (client) => {
    const template = await ensureTemplate(client, serverUrl);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = databaseUrl(serverUrl, name);
  const { pool, db, close } = createDatabase(url, { max: 8, applicationName: 'test' });
  let dropping: Promise<void> | undefined;
  return {
    url,
    pool,
    db,
    drop() {
      dropping ??= close().then(() => withClient(serverUrl, (client) => dropDatabase(client, name)));
      return dropping;
    },
  };
}

/**
 * With whoever is connected. FORCE is refused while autovacuum is at work in the database, because its process belongs to
 * the superuser; without FORCE, PostgreSQL itself ends that one and waits.
 */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user',
    [name],
  );
  await client.query(`DROP DATABASE IF EXISTS ${name}`);
}

/** The template's name comes from the migrations, so a changed migration makes a new one. Built once, by one of us. */
async function ensureTemplate(client: pg.Client, serverUrl: string): Promise<string> {
  const template = `template_${hashMigrations()}`;
  if (await exists(client, template)) return template;
  await client.query('SELECT pg_advisory_lock(1)');
  try {
    if (await exists(client, template)) return template;
    const unfinished = `${template}_new`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    const database = createDatabase(databaseUrl(serverUrl, unfinished), { max: 1 });
    await migrate(database).finally(() => database.close());
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
    return template;
  } finally {
    await client.query('SELECT pg_advisory_unlock(1)');
  }
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  return rowCount === 1;
}

function hashMigrations(): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(migrationsFolder, { recursive: true, withFileTypes: true })
    .filter((candidate) => candidate.isFile())
    .map((file) => join(file.parentPath, file.name))
    .sort()) {
    hash.update(entry).update(readFileSync(entry));
  }
  return hash.digest('hex').slice(0, 16);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
