/** Tells the worker that has the account that something is to be done; heard when the transaction commits. */
import type { ConnectionId } from '@postroom/db';
import type { Queryable } from '../index/sql.ts';

export const WORK_CHANNEL = 'postroom_work';

export async function wakeAccount(sql: Queryable, connectionId: ConnectionId): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [WORK_CHANNEL, String(connectionId)]);
}
