/**
 * What a sync did not find any more: placements go, their messages stay for a while, because they may have been moved by
 * another client and be found elsewhere. In order: vanished from a mailbox, gone from the screen once every mailbox was
 * looked at, purged after one whole look more.
 */
import type { ConnectionId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { hideLabels } from '../gmail/show-labels.ts';
import type { UidSet } from '../imap/uid-set.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { announceThreads, type SyncTarget } from './cursor.ts';

/**
 * UIDs that are gone. What lies nowhere else keeps its place on the screen, without a UID, until every mailbox was looked
 * at (`dropVanished`): another client may have moved it. A label's mailbox is no place. Gives how many do.
 */
export async function applyVanished({ pool, connectionId, mailboxId }: SyncTarget, gone: UidSet): Promise<number> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const values = [connectionId, mailboxId, gone.ranges.map(({ from }) => from), gone.ranges.map(({ to }) => to)];
    const kept = await rows<{ message_id: MessageRowId }>(
      tx,
      `update placement p set uid = null, mod_seq = null, state = 'arriving'
       from unnest($3::bigint[], $4::bigint[]) as x(low, high)
       where p.connection_id = $1 and p.mailbox_id = $2 and p.uid between x.low and x.high and p.state = 'present'
         and p.operation_id is null and not exists (select 1 from placement q
           join mailbox b on b.connection_id = $1 and b.id = q.mailbox_id and b.label is null
           where q.connection_id = $1 and q.message_id = p.message_id and q.id <> p.id) returning p.message_id`,
      values,
    );
    await tx.query('update message set orphaned_at = now() where connection_id = $1 and id = any($2::bigint[])', [
      connectionId,
      kept.map(({ message_id }) => message_id),
    ]);
    const removed = await rows<{ message_id: MessageRowId }>(
      tx,
      `delete from placement p using unnest($3::bigint[], $4::bigint[]) as x(low, high)
       where p.connection_id = $1 and p.mailbox_id = $2 and p.uid between x.low and x.high returning p.message_id`,
      values,
    );
    await leaveLists(tx, connectionId, removed);
    return kept.length;
  });
}

/** After a look at every mailbox: what vanished and was found nowhere goes from the screen. Its messages are purged later. */
export async function dropVanished(pool: pg.Pool, connectionId: ConnectionId): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const removed = await rows<{ message_id: MessageRowId }>(
      tx,
      `delete from placement p using message m where m.connection_id = $1 and m.orphaned_at is not null
         and p.connection_id = $1 and p.message_id = m.id and p.uid is null and p.operation_id is null
         and p.state = 'arriving' returning p.message_id`,
      [connectionId],
    );
    await leaveLists(tx, connectionId, removed);
  });
}

/** Whether a look that was cut off left such behind. */
export async function hasVanished(pool: pg.Pool, connectionId: ConnectionId): Promise<boolean> {
  const found = await rows(
    pool,
    `select 1 from message m join placement p on p.connection_id = $1 and p.message_id = m.id and p.uid is null
       and p.operation_id is null and p.state = 'arriving'
     where m.connection_id = $1 and m.orphaned_at is not null limit 1`,
    [connectionId],
  );
  return found.length > 0;
}

/** Placements of these messages were removed: labels, lists and screens follow. */
async function leaveLists(
  tx: Tx,
  connectionId: ConnectionId,
  removed: readonly { message_id: MessageRowId }[],
  { isAllOfCarrier = false } = {},
): Promise<void> {
  const messageIds = removed.map(({ message_id }) => message_id);
  const hidden = await hideLabels(tx, connectionId, isAllOfCarrier ? 'all' : messageIds);
  const threadIds = await orphan(tx, connectionId, [...messageIds, ...hidden]);
  await refreshThreads(tx, connectionId, threadIds);
  await announceThreads(tx, connectionId, threadIds);
}

/** Marks those of the messages that lie nowhere any more; returns the conversations of all of them. */
async function orphan(tx: Tx, connectionId: ConnectionId, messageIds: readonly MessageRowId[]): Promise<ThreadId[]> {
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
 * Placements that still wait for a UID although all of the mailbox was read and nothing of ours is on its way: the
 * message is not there.
 */
export async function dropUnlinked(target: SyncTarget): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const removed = await rows<{ message_id: MessageRowId }>(
      tx,
      `delete from placement p
         where p.connection_id = $1 and p.mailbox_id = $2 and p.uid is null
           -- What vanished has its own end: dropVanished.
           and not exists (select 1 from message m where m.connection_id = $1 and m.id = p.message_id
             and m.orphaned_at is not null)
           and not exists (select 1 from operation o where o.connection_id = $1 and o.id = p.operation_id
             and (o.state in ('pending', 'running') or o.finished_at > now() - interval '1 minute'))
           and not exists (select 1 from outbox s where s.connection_id = $1 and s.message_id = p.message_id
             and s.state <> 'canceled' and (not s.sent_copy_filed or s.submitted_at > now() - interval '1 minute'))
           and not exists (select 1 from draft d where d.connection_id = $1 and d.message_id = p.message_id
             and (d.pushed_revision < d.revision or d.updated_at > now() - interval '1 minute'))
         returning p.message_id`,
      [connectionId, mailboxId],
    );
    // All of All Mail was read: what is shown and does not lie there is shown no more.
    await leaveLists(tx, connectionId, removed, { isAllOfCarrier: target.gmail?.isCarrier === true });
  });
}

/** Mailboxes of which all was read, and something still waits to be there, or is shown by their labels and is not. */
export async function mailboxesWaiting(pool: pg.Pool, connectionId: ConnectionId): Promise<Set<MailboxId>> {
  const found = await rows<{ mailbox_id: MailboxId }>(
    pool,
    `select b.id as mailbox_id from mailbox b where b.connection_id = $1 and b.label is null and b.synced_min_uid = 0
       and (exists (select 1 from placement p where p.connection_id = $1 and p.mailbox_id = b.id and p.uid is null)
         or (b.role = 'archive' and exists (
           select 1 from mailbox l cross join lateral (
             select 1 from placement p where p.connection_id = $1 and p.mailbox_id = l.id and not exists (
               select 1 from placement c
               where c.connection_id = $1 and c.message_id = p.message_id and c.mailbox_id = b.id) limit 1) stray
           where l.connection_id = $1 and l.label is not null)))`,
    [connectionId],
  );
  return new Set(found.map(({ mailbox_id }) => mailbox_id));
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
