/** Snoozed conversations (operations/waiting.ts) come back when their time is there: into the inbox, unread. */
import type { ConnectionId, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { enqueueOperation } from '../operations/local.ts';
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

/** Brings back what is due, also what came due while nothing ran. */
export async function wakeDueSnoozes(pool: pg.Pool, connectionId: ConnectionId, now: Date): Promise<ThreadId[]> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const due = await rows<{ id: ThreadId }>(
      tx,
      `update thread set snoozed_until = null where connection_id = $1 and snoozed_until <= $2 returning id`,
      [connectionId, now],
    );
    const threadIds = due.map(({ id }) => id);
    if (threadIds.length === 0) return [];
    await markUnread(tx, connectionId, threadIds);
    await tellThreads(tx, connectionId, threadIds);
    await wakeAccount(tx, connectionId);
    return threadIds;
  });
}

/** The newest message in the inbox of each, where it is read. */
async function markUnread(tx: Tx, connectionId: ConnectionId, threadIds: readonly ThreadId[]): Promise<void> {
  const newest = await rows<{ id: MessageRowId; flags: number }>(
    tx,
    `select distinct on (m.thread_id) m.id, p.flags from message m
     join placement p on p.connection_id = m.connection_id and p.message_id = m.id
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where m.connection_id = $1 and m.thread_id = any($2::bigint[]) and b.role = 'inbox' and p.state <> 'leaving'
     order by m.thread_id, m.received_at desc, m.id desc`,
    [connectionId, threadIds],
  );
  const messageIds = newest.filter(({ flags }) => (flags & 1) !== 0).map(({ id }) => id);
  if (messageIds.length === 0) return;
  const none = { system: [], keywords: [] };
  const remove = { system: ['seen' as const], keywords: [] };
  await enqueueOperation(tx, connectionId, { kind: 'flags', payload: { messageIds, add: none, remove } }, null);
}
