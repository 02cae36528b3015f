/**
 * What PostgreSQL knows of the tables of mail. Its autovacuum looks once a minute; a first sync fills empty tables within
 * seconds, and what is planned on the statistics of an empty table goes through all of an account for each batch.
 */
import type pg from 'pg';
import { row } from './sql.ts';

/** Rows that are added before it is worth it; from there on each time that a third is new. */
const AT_LEAST = 400;

export interface Statistics {
  /** So many messages more are in the index (or in its words); renews the statistics when that is much. */
  added(messages: number): Promise<void>;
}

export function createStatistics(pool: pg.Pool): Statistics {
  let since = 0;
  return {
    async added(messages) {
      since += messages;
      if (since < AT_LEAST) return;
      const known = await row<{ messages: number }>(
        pool,
        `select reltuples::float8 as messages from pg_class where oid = 'message'::regclass`,
      );
      if (since < (known?.messages ?? 0) / 3) return;
      since = 0;
      await pool.query('analyze message, placement, thread, thread_list, message_ref, message_search');
    },
  };
}
