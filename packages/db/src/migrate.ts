/**
 * Brings a database to this version's schema: the SQL files under `drizzle/`, in order, in one transaction.
 * An advisory lock lets several processes start at once: one migrates, the others wait and find it done.
 */
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import type { Database } from './client.ts';

export const migrationsFolder = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/** any number, the same in every version */
const LOCK_KEY = 7_306_120_814;

/** Runs the migrations that this database has not had. */
export async function migrate({ pool }: Pick<Database, 'pool'>, folder: string = migrationsFolder): Promise<void> {
  const client = await pool.connect();
  let failure: unknown;
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    await runMigrations(drizzle(client), { migrationsFolder: folder });
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // a session that failed on the way goes, and its lock with it
    client.release(failure !== undefined);
  }
}
