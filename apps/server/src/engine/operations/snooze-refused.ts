/**
 * The server would not have the mailbox (or label) for what is snoozed, or would not let it be moved there: it stays where it
 * is, hidden from the inbox here alone, and the server is not asked again.
 */
import type { ConnectionId } from '@postroom/db';
import { row, type Tx } from '../index/sql.ts';
import type { OperationBody } from './payloads.ts';

/** For an operation that was refused for good; nothing for one that is about something else. */
export async function snoozeHere(tx: Tx, connectionId: ConnectionId, operation: OperationBody): Promise<void> {
  if (operation.kind !== 'move') return;
  const { items, to } = operation.payload;
  const target = await row<{ role: string | null }>(
    tx,
    'select role from mailbox where connection_id = $1 and id = $2',
    [connectionId, to],
  );
  if (target?.role !== 'snoozed') return;
  await tx.query(
    `update thread t set snoozed_in = null where connection_id = $1 and snoozed_in = $2
       and id in (select thread_id from message where connection_id = $1 and id = any($3::bigint[]))`,
    [connectionId, `m${to}`, items.map(({ messageId }) => messageId)],
  );
  await tx.query(`update connection set learned = learned || '{"snoozesHere": true}' where id = $1`, [connectionId]);
}
