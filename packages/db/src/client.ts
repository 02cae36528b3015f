/**
 * The connection to PostgreSQL: a pool and drizzle on top of it. `int8` comes out of raw queries as a number
 * (refused beyond 2^53, never rounded) and `timestamptz` as a Date.
 */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema.ts';

export type Db = NodePgDatabase<typeof schema>;
/** What `db.transaction` hands to its callback. Inside it use this and never the outer `db`. */
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

export interface Database {
  pool: pg.Pool;
  db: Db;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** connections at most; the embedded server has 60 in all */
  max?: number;
  /** shows in pg_stat_activity */
  applicationName?: string;
  /** a statement that runs longer is cancelled; 0 = never */
  statementTimeoutMs?: number;
  /** an idle connection was lost (the server ended, the network broke); the pool makes a new one by itself */
  onConnectionError?: (error: Error) => void;
}

/** Opens a pool on `url`. Nothing is dialled before the first query. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 16, applicationName = 'postroom', statementTimeoutMs = 0, onConnectionError } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser },
    ...(statementTimeoutMs > 0 ? { statement_timeout: statementTimeoutMs } : {}),
  });
  let closing: Promise<void> | undefined;
  pool.on('error', (error) => closing ?? onConnectionError?.(error));
  return {
    pool,
    db: drizzle(pool, { schema }),
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** A bigint column as a number. Throws beyond the safe range, where a number would be another number. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of the safe range: ${text}`);
  return value;
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === pg.types.builtins.INT8 && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format);
}
