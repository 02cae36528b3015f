/** What messages that are new in the index mean for what waits: an answer wakes what is snoozed, and ends a reminder. */
import type { ConnectionId, MessageRowId } from '@postroom/db';
import { rows, type Tx } from '../index/sql.ts';
import { endAnswered } from './reminders.ts';
import { wakeAnswered } from './wake-up.ts';

/** In the transaction that stored them, once their lists are refreshed. */
export async function heedArrivals(tx: Tx, connectionId: ConnectionId, fresh: readonly MessageRowId[]): Promise<void> {
  if (fresh.length === 0) return;
  const waiting = await rows(
    tx,
    `select 1 where exists (select 1 from thread where connection_id = $1 and snoozed_until is not null)
       or exists (select 1 from reminder where connection_id = $1)`,
    [connectionId],
  );
  if (waiting.length === 0) return;
  await wakeAnswered(tx, connectionId, fresh);
  await endAnswered(tx, connectionId, fresh);
}
