/**
 * Messages that lie nowhere, and placements that wait for a UID in vain. A message stays, orphaned, until every mailbox
 * was looked at once more: it may have moved.
 */
import type { ConnectionId, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { announceThreads } from './announce.ts';
import type { SyncTarget } from './cursor.ts';

/** Marks those of the messages that lie nowhere any more; returns the conversations of all of them. */
export async function orphan(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<ThreadId[]> {
  if (messageIds.length === 0) return [];
  await tx.query(
    `update message m set orphaned_at = now()
     where m.connection_id = $1 and m.id = any($2::bigint[]) and not exists (
       select 1 from placement p where p.connection_id = m.connection_id and p.message_id = m.id)`,
    [connectionId, messageIds],
  );
  return (
    await rows<{ thread_id: ThreadId }>(
      tx,
      'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
      [connectionId, messageIds],
    )
  ).map(({ thread_id }) => thread_id);
}

/**
 * SQL: nothing of ours is on its way that would still give the placement `p` a UID. What was sent or stored a moment ago
 * is waited for a little: the server may file it by itself.
 */
const IS_SETTLED = `p.uid is null
  and not exists (select 1 from operation o where o.connection_id = p.connection_id and o.id = p.operation_id
    and o.state in ('pending', 'running'))
  and not exists (select 1 from outbox s where s.connection_id = p.connection_id and s.message_id = p.message_id
    and s.state <> 'canceled' and (not s.sent_copy_filed or s.submitted_at > now() - interval '1 minute'))
  and not exists (select 1 from draft d where d.connection_id = p.connection_id and d.message_id = p.message_id
    and (d.pushed_revision < d.revision or d.updated_at > now() - interval '1 minute'))`;

/** Placements without a UID that nothing of ours will give one. Asked before a look, dropped after it. */
export async function unlinkedPlacements(target: SyncTarget): Promise<PlacementId[]> {
  const found = await rows<{ id: PlacementId }>(
    target.pool,
    `select p.id from placement p where p.connection_id = $1 and p.mailbox_id = $2 and ${IS_SETTLED}`,
    [target.connectionId, target.mailboxId],
  );
  return found.map(({ id }) => id);
}

/** Those of them that are still without a UID although all of the mailbox was read since: the message is not there. */
export async function dropUnlinked(target: SyncTarget, ids: readonly PlacementId[]): Promise<void> {
  if (ids.length === 0) return;
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const messageIds = (
      await rows<{ message_id: MessageRowId }>(
        tx,
        `delete from placement p where p.connection_id = $1 and p.mailbox_id = $2 and p.id = any($3::bigint[])
           and ${IS_SETTLED} returning p.message_id`,
        [connectionId, mailboxId, ids],
      )
    ).map(({ message_id }) => message_id);
    const threadIds = await orphan(tx, connectionId, messageIds);
    await refreshThreads(tx, connectionId, threadIds);
    await announceThreads(tx, connectionId, threadIds);
  });
}

/** Purges messages that lie nowhere since before the last whole look at the account. Returns how many. */
export async function purgeOrphans(pool: pg.Pool, connectionId: ConnectionId, before: Date): Promise<number> {
  const gone = await pool.query(
    `delete from message m where m.connection_id = $1 and m.orphaned_at < $2
       and not exists (select 1 from placement p where p.connection_id = $1 and p.message_id = m.id)
       and not exists (select 1 from outbox o where o.connection_id = $1 and o.message_id = m.id and not o.sent_copy_filed)
       and not exists (select 1 from draft d where d.connection_id = $1 and d.message_id = m.id and d.deleted_at is null)`,
    [connectionId, before],
  );
  return gone.rowCount ?? 0;
}
