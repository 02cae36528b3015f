/** Tells the processes that an account's settings changed: whichever has its worker begins it anew. */
import type { ConnectionId } from '@postroom/db';
import type { Queryable } from '../index/sql.ts';

export const RESTART_CHANNEL = 'postroom_restart';

/** `by`: the process that has done it for itself already. */
export async function announceRestart(sql: Queryable, connectionId: ConnectionId, by: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [RESTART_CHANNEL, `${connectionId} ${by}`]);
}

/** What `announceRestart` sent. */
export function readRestart(payload: string): { connectionId: ConnectionId; by: string } {
  const [id = '', by = ''] = payload.split(' ');
  return { connectionId: Number(id) as ConnectionId, by };
}
