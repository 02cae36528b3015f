/**
 * How the engine talks to PostgreSQL: plain SQL with parameters over node-postgres. All SQL about mail is in this
 * folder, or beside the queue it serves (operations, outbox, drafts). Inside a transaction only `tx` is used.
 *
 * Rows that are joined with a list of values also say `= any(list)`: on the guesses the planner has of an account that is
 * just being read it would rather go through the whole account.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';

/** A pool or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;
/** A client inside an open transaction. */
export type Tx = Pick<pg.PoolClient, 'query'> & { readonly inTransaction: true };

/** PostgreSQL's codes for "try the same transaction again": serialization failure and deadlock. */
const RETRYABLE_STATES: ReadonlySet<string> = new Set(['40001', '40P01']);

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE_STATES.has(String(error.code));
}

/** Runs `work` in one transaction; a deadlock victim is run again, at most twice more. */
export async function transaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(Object.assign(client, { inTransaction: true as const }));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      if (attempt >= 3 || !isRetryable(error)) throw error;
    } finally {
      client.release(broken);
    }
  }
}

/**
 * Every writer of an account's mail takes this first: sync, actions, sending and drafts change the same counters, and
 * one at a time is both right and, at a few milliseconds each, fast. Released at the end of the transaction.
 */
export async function lockAccount(tx: Tx, connectionId: ConnectionId): Promise<void> {
  await tx.query({ name: 'lock-account', text: 'select pg_advisory_xact_lock(7001, $1::int)', values: [connectionId] });
}

/** SQL: the placement `p` is to be seen. */
export const IS_SHOWN = `p.state <> 'leaving' and p.flags & 8 = 0 and not p.covered`;

/** The rows of a query, typed by the caller who wrote its select list. */
export async function rows<Row extends pg.QueryResultRow>(
  sql: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await sql.query<Row>(text, [...values])).rows;
}

/** The first row, if any. */
export async function row<Row extends pg.QueryResultRow>(
  sql: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await sql.query<Row>(text, [...values])).rows[0];
}
