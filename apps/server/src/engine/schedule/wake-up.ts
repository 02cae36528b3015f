/**
 * Snoozed conversations come back: when their time is there, on top of the inbox and unread, also what came due while nothing
 * ran; and at once when somebody writes in them. Their operations are operations/snooze.ts.
 */
import type { ConnectionId, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { loadCandidates } from '../operations/candidates.ts';
import { enqueueOperation } from '../operations/local.ts';
import { hasWork } from '../operations/payloads.ts';
import { type Return, returnOperations } from '../operations/snooze.ts';
import { wakeAccount } from '../operations/wake.ts';
import { tellThreads } from '../outbox/own-copy.ts';

/** When the next of the account's comes back, or null. */
export async function nextSnooze(pool: pg.Pool, connectionId: ConnectionId): Promise<Date | null> {
  const next = await row<{ at: Date | null }>(
    pool,
    'select min(snoozed_until) as at from thread where connection_id = $1 and snoozed_until is not null',
    [connectionId],
  );
  return next?.at ?? null;
}

/** Brings back what is due. */
export async function wakeDueSnoozes(pool: pg.Pool, connectionId: ConnectionId, now: Date): Promise<ThreadId[]> {
  const DUE = 'select id from thread where connection_id = $1 and snoozed_until <= $2 order by id';
  if ((await rows(pool, `${DUE} limit 1`, [connectionId, now])).length === 0) return [];
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const due = (await rows<{ id: ThreadId }>(tx, DUE, [connectionId, now])).map(({ id }) => id);
    await bringBack(tx, connectionId, due, { by: 'snooze', now });
    return due;
  });
}

/** In the caller's transaction, which has the account's lock. */
export async function bringBack(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  how: Return,
): Promise<void> {
  if (threadIds.length === 0) return;
  const candidates = await loadCandidates(tx, connectionId, threadIds);
  const operations = await returnOperations(tx, connectionId, threadIds, { candidates, how });
  for (const operation of operations.filter(hasWork)) await enqueueOperation(tx, connectionId, operation, null);
  await tellThreads(tx, connectionId, threadIds);
  await wakeAccount(tx, connectionId);
}

/**
 * Those of the messages, new in the index, by which somebody writes in a snoozed conversation. Older ones are only found
 * late: they were there when it was snoozed.
 */
export async function wakeAnswered(tx: Tx, connectionId: ConnectionId, fresh: readonly MessageRowId[]) {
  const answered = await rows<{ id: ThreadId }>(
    tx,
    `select distinct t.id from thread t join message m on m.connection_id = $1 and m.thread_id = t.id
     where t.connection_id = $1 and t.snoozed_until is not null and m.id = any($2::bigint[]) and not m.is_own
       and not exists (select 1 from message o where o.connection_id = $1 and o.thread_id = t.id and not o.is_own
         and o.received_at > m.received_at)
       and exists (select 1 from placement p join mailbox b on b.connection_id = $1 and b.id = p.mailbox_id
         where p.connection_id = $1 and p.message_id = m.id and p.state <> 'leaving'
           and coalesce(b.role, '') not in ('junk', 'trash', 'drafts', 'sent'))`,
    [connectionId, fresh],
  );
  await bringBack(
    tx,
    connectionId,
    answered.map(({ id }) => id),
    { by: 'answer' },
  );
}
