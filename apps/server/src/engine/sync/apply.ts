/**
 * What a sync found, written down: rows, lists, counters, the cursor and the news of it in one transaction each, so that
 * a process killed anywhere leaves an index that is right as far as its cursor says. Flags the user set a moment ago win
 * over what the server said before it heard of them (operations/overlay.ts).
 */
import type { ConnectionId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { showWhere, withLabels } from '../gmail/apply-labels.ts';
import { hideLabels } from '../gmail/show-labels.ts';
import type { FetchedMessage } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { flagBits } from '../index/flags.ts';
import { insertPlacements } from '../index/insert.ts';
import { newMessageFromFetch } from '../index/new-message.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexMessages } from '../index/search-index.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { overlayOn } from './apply-flags.ts';
import { announce, type CursorChange, moveCursor, type SyncTarget } from './cursor.ts';

/** Above this many new rows full-text indexing is left to the background. */
const INDEX_AT_ONCE = 50;

/**
 * New messages of the mailbox, with the cursor that they let us move. `fetchedAt`: when the FETCH was sent; operations
 * that finished after it still overlay what it said.
 */
export async function applyMessages(
  target: SyncTarget,
  messages: readonly FetchedMessage[],
  cursor: CursorChange,
  fetchedAt: Date,
): Promise<void> {
  const { pool, connectionId, mailboxId, gmail } = target;
  const decoded = messages.map((message) =>
    newMessageFromFetch(message, target.ownAddresses, { followsServer: gmail !== null }),
  );
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const labelled = await withLabels(tx, target, messages, fetchedAt);
    const { messageIds, threadIds } = await insertPlacements(
      tx,
      connectionId,
      messages.map((message, index) => ({
        mailboxId,
        uid: message.uid,
        flags: flagBits(labelled[index]?.flags.system ?? []),
        keywords: labelled[index]?.flags.keywords ?? [],
        modSeq: message.modSeq,
        state: 'present',
        operationId: null,
        message: decoded[index] as (typeof decoded)[number],
      })),
    );
    await overlayOn(tx, target, messageIds, fetchedAt);
    const shown = await showWhere(tx, target, messageIds, labelled, fetchedAt);
    await refreshThreads(tx, connectionId, [...threadIds, ...shown]);
    if (messages.length <= INDEX_AT_ONCE) await indexMessages(tx, connectionId, messageIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announce(tx, connectionId, threadIds);
  });
}

/** UIDs that are gone. Their messages stay, orphaned, until every mailbox was looked at once more: they may have moved. */
export async function applyVanished(target: SyncTarget, gone: UidSet, cursor: CursorChange): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const messageIds = (
      await rows<{ message_id: MessageRowId }>(
        tx,
        `delete from placement p using unnest($3::bigint[], $4::bigint[]) as x(low, high)
         where p.connection_id = $1 and p.mailbox_id = $2 and p.uid between x.low and x.high returning p.message_id`,
        [connectionId, mailboxId, gone.ranges.map(({ from }) => from), gone.ranges.map(({ to }) => to)],
      )
    ).map(({ message_id }) => message_id);
    await hideLabels(tx, connectionId, messageIds);
    const threadIds = await orphan(tx, connectionId, messageIds);
    await refreshThreads(tx, connectionId, threadIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announce(tx, connectionId, threadIds);
  });
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

/** Only the cursor. */
export async function applyCursor(target: SyncTarget, cursor: CursorChange): Promise<void> {
  await transaction(target.pool, (tx) => moveCursor(tx, target.connectionId, target.mailboxId, cursor));
}

/**
 * Begins a mailbox, or begins it again under another UIDVALIDITY: its placements lose their UIDs but stay on the screen,
 * and are found again by identity as the mailbox is read.
 */
export async function applyBegin(target: SyncTarget, cursor: CursorChange): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query(
      `update placement set uid = null, mod_seq = null,
         state = case state when 'present' then 'arriving' else state end
       where connection_id = $1 and mailbox_id = $2 and uid is not null`,
      [connectionId, mailboxId],
    );
    await tx.query('update mailbox set generation = generation + 1 where connection_id = $1 and id = $2', [
      connectionId,
      mailboxId,
    ]);
    await moveCursor(tx, connectionId, mailboxId, cursor);
  });
}

/**
 * Placements that still wait for a UID although all of the mailbox was read and nothing of ours is on its way: the
 * message is not there.
 */
export async function dropUnlinked(target: SyncTarget): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const messageIds = (
      await rows<{ message_id: MessageRowId }>(
        tx,
        `delete from placement p
         where p.connection_id = $1 and p.mailbox_id = $2 and p.uid is null
           and not exists (select 1 from operation o where o.connection_id = $1 and o.id = p.operation_id
             and (o.state in ('pending', 'running') or o.finished_at > now() - interval '1 minute'))
           and not exists (select 1 from outbox s where s.connection_id = $1 and s.message_id = p.message_id
             and s.state <> 'canceled' and (not s.sent_copy_filed or s.submitted_at > now() - interval '1 minute'))
           and not exists (select 1 from draft d where d.connection_id = $1 and d.message_id = p.message_id
             and (d.pushed_revision < d.revision or d.updated_at > now() - interval '1 minute'))
         returning p.message_id`,
        [connectionId, mailboxId],
      )
    ).map(({ message_id }) => message_id);
    // All of All Mail was read: what is shown and does not lie there is shown no more.
    const hidden = await hideLabels(tx, connectionId, target.gmail?.isCarrier ? 'all' : messageIds);
    const threadIds = await orphan(tx, connectionId, [...messageIds, ...hidden]);
    await refreshThreads(tx, connectionId, threadIds);
    await announce(tx, connectionId, threadIds);
  });
}

/** Mailboxes of which all was read, and something still waits to be there, or is shown by their labels and is not. */
export async function mailboxesWaiting(pool: pg.Pool, connectionId: ConnectionId): Promise<Set<MailboxId>> {
  const found = await rows<{ mailbox_id: MailboxId }>(
    pool,
    `select b.id as mailbox_id from mailbox b where b.connection_id = $1 and b.label is null and b.synced_min_uid = 0
       and (exists (select 1 from placement p where p.connection_id = $1 and p.mailbox_id = b.id and p.uid is null)
         or (b.role = 'archive' and exists (
           select 1 from placement p join mailbox l on l.connection_id = $1 and l.id = p.mailbox_id and l.label is not null
           where p.connection_id = $1 and not exists (
             select 1 from placement c where c.connection_id = $1 and c.message_id = p.message_id and c.mailbox_id = b.id))))`,
    [connectionId],
  );
  return new Set(found.map(({ mailbox_id }) => mailbox_id));
}

/** Every UID that the index has of the mailbox. */
export async function localUids(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<UidSet> {
  const found = await pool.query<{ uid: number[] | null }>(
    'select array_agg(uid order by uid) as uid from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return UidSet.of(found.rows[0]?.uid ?? []);
}

/** How many UIDs the index has of the mailbox. */
export async function localCount(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<number> {
  const found = await pool.query<{ count: number }>(
    'select count(*)::int as count from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return found.rows[0]?.count ?? 0;
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
