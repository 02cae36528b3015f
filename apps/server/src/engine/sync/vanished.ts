/**
 * What a sync did not find any more: placements go, their messages stay for a while, because they may have been moved by
 * another client and be found elsewhere. In order: vanished from a mailbox, gone from the screen once every mailbox was
 * looked at, purged after one whole look more.
 */
import type { ConnectionId, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { hideLabels } from '../gmail/show-labels.ts';
import type { UidSet } from '../imap/uid-set.ts';
import { refreshThreads } from '../index/refresh.ts';
import { splitCopies } from '../index/split-copies.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { announceThreads } from './announce.ts';
import type { SyncTarget } from './cursor.ts';

/** SQL: the place that a message vanished from, as long as the message is an orphan. */
const IS_VANISHED = `p.uid is null and p.operation_id is null and p.state = 'arriving'`;

/**
 * Placements in ranges of UIDs: $1 account, $2 mailbox, $3 and $4 from and to. Each range is looked up by key (`offset 0`,
 * index/refresh.ts); joined, every range would be held against every message of the mailbox.
 */
const GONE = `gone as materialized (
  select p.id from unnest($3::bigint[], $4::bigint[]) as x(low, high) cross join lateral (
    select id from placement where connection_id = $1 and mailbox_id = $2 and uid between x.low and x.high offset 0) p)`;

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
      `with ${GONE}
       update placement p set uid = null, mod_seq = null, state = 'arriving'
       where p.connection_id = $1 and p.id = any(array(select id from gone)) and p.state = 'present'
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
      `with ${GONE}
       delete from placement p
       where p.connection_id = $1 and p.id = any(array(select id from gone)) returning p.message_id`,
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
         and p.connection_id = $1 and p.message_id = m.id and ${IS_VANISHED} returning p.message_id`,
      [connectionId],
    );
    await leaveLists(tx, connectionId, removed);
  });
}

/** Whether a look that was cut off left such behind. */
export async function hasVanished(pool: pg.Pool, connectionId: ConnectionId): Promise<boolean> {
  const found = await rows(
    pool,
    `select 1 from message m join placement p on p.connection_id = $1 and p.message_id = m.id and ${IS_VANISHED}
     where m.connection_id = $1 and m.orphaned_at is not null limit 1`,
    [connectionId],
  );
  return found.length > 0;
}

/** Placements of these messages were removed: labels, lists and screens follow. Of all of them, labels alone do. */
async function leaveLists(
  tx: Tx,
  connectionId: ConnectionId,
  removed: readonly { message_id: MessageRowId }[] | 'all',
): Promise<void> {
  const messageIds = removed === 'all' ? [] : removed.map(({ message_id }) => message_id);
  const hidden = await hideLabels(tx, connectionId, removed === 'all' ? 'all' : messageIds);
  const threadIds = await orphan(tx, connectionId, [...messageIds, ...hidden]);
  await refreshThreads(tx, connectionId, threadIds);
  await announceThreads(tx, connectionId, threadIds);
}

/**
 * These messages have lost a place: those that lie nowhere any more are marked, and where it was the last thing that they
 * waited for, copies in one mailbox become messages of their own. Returns the conversations of all of them.
 */
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
  await splitCopies(tx, connectionId, messageIds);
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
    and (d.pushed_revision < d.revision or d.updated_at > now() - interval '1 minute'))
  -- What vanished has its own end: dropVanished.
  and not (${IS_VANISHED} and exists (select 1 from message m where m.connection_id = p.connection_id
    and m.id = p.message_id and m.orphaned_at is not null))`;

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
    const removed = await rows<{ message_id: MessageRowId }>(
      tx,
      `delete from placement p where p.connection_id = $1 and p.mailbox_id = $2 and p.id = any($3::bigint[])
         and ${IS_SETTLED} returning p.message_id`,
      [connectionId, mailboxId, ids],
    );
    await leaveLists(tx, connectionId, removed);
  });
}

/** All Mail was read whole: what is shown under a label and does not lie there is shown no more. */
export async function dropStrays(pool: pg.Pool, connectionId: ConnectionId): Promise<void> {
  const found = await rows(
    pool,
    `select 1 from mailbox a join mailbox l on l.connection_id = $1 and l.label is not null cross join lateral (
       select 1 from placement p where p.connection_id = $1 and p.mailbox_id = l.id and not exists (
         select 1 from placement c
         where c.connection_id = $1 and c.message_id = p.message_id and c.mailbox_id = a.id) limit 1) stray
     where a.connection_id = $1 and a.role = 'archive' and a.label is null and a.synced_min_uid = 0 limit 1`,
    [connectionId],
  );
  if (found.length === 0) return;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await leaveLists(tx, connectionId, 'all');
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
