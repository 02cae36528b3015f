/**
 * What a sync found, written down: rows, lists, counters, the cursor and the news of it in one transaction each, so that
 * a process killed anywhere leaves an index that is right as far as its cursor says. Flags the user set a moment ago win
 * over what the server said before it heard of them (operations/overlay.ts).
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import type pg from 'pg';
import type { FetchedMessage, FlagUpdate } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { flagBits } from '../index/flags.ts';
import { insertPlacements } from '../index/insert.ts';
import { ensureKeywordLabels } from '../index/labels.ts';
import { newMessageFromFetch } from '../index/new-message.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexMessages } from '../index/search-index.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { loadOpenFlagOps, overlayPending } from '../operations/overlay.ts';
import { announceThreads } from './announce.ts';
import { type CursorChange, moveCursor, type SyncTarget } from './cursor.ts';

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
  const { pool, connectionId, mailboxId } = target;
  const decoded = messages.map((message) => newMessageFromFetch(message, target.ownAddresses));
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await ensureKeywordLabels(tx, connectionId, new Set(messages.flatMap(({ flags }) => flags.keywords)));
    const { messageIds, threadIds } = await insertPlacements(
      tx,
      connectionId,
      messages.map((message, index) => ({
        mailboxId,
        uid: message.uid,
        flags: flagBits(message.flags.system),
        keywords: message.flags.keywords,
        modSeq: message.modSeq,
        state: 'present',
        operationId: null,
        message: decoded[index] as (typeof decoded)[number],
      })),
    );
    await overlayOn(tx, target, messageIds, fetchedAt);
    await refreshThreads(tx, connectionId, threadIds);
    if (messages.length <= INDEX_AT_ONCE) await indexMessages(tx, connectionId, messageIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announceThreads(tx, connectionId, threadIds);
  });
}

/** Local intents that the server had not heard of when it was asked, put back over what it said. */
async function overlayOn(
  tx: Tx,
  { connectionId, mailboxId }: SyncTarget,
  messageIds: readonly MessageRowId[],
  fetchedAt: Date,
): Promise<void> {
  const open = await loadOpenFlagOps(tx, connectionId, fetchedAt);
  if (open.length === 0) return;
  const current = await rows<{ id: PlacementId; message_id: MessageRowId; flags: number; keywords: string[] }>(
    tx,
    `select id, message_id, flags, keywords from placement
     where connection_id = $1 and mailbox_id = $2 and message_id = any($3::bigint[])`,
    [connectionId, mailboxId, messageIds],
  );
  const changed = current.flatMap(({ id, message_id, flags, keywords }) => {
    const wanted = overlayPending({ bits: flags, keywords }, { messageId: message_id, placementId: id }, open);
    return wanted.bits === flags && wanted.keywords.join(' ') === keywords.join(' ')
      ? []
      : [{ id, flags: wanted.bits, keywords: wanted.keywords }];
  });
  if (changed.length === 0) return;
  await tx.query(
    `update placement p set flags = x.flags, keywords = x.keywords
     from jsonb_to_recordset($2::jsonb) as x(id bigint, flags smallint, keywords text[])
     where p.connection_id = $1 and p.id = x.id and p.id = any($3::bigint[])`,
    [connectionId, JSON.stringify(changed), changed.map(({ id }) => id)],
  );
}

/** Flags as the server has them now. UIDs we do not have are ignored: new mail comes with its own flags. */
export async function applyFlags(
  target: SyncTarget,
  updates: readonly FlagUpdate[],
  cursor: CursorChange,
  fetchedAt: Date,
): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await ensureKeywordLabels(tx, connectionId, new Set(updates.flatMap(({ flags }) => flags.keywords)));
    const open = await loadOpenFlagOps(tx, connectionId, fetchedAt);
    let said = updates.map(({ uid, flags, modSeq }) => ({
      uid,
      flags: flagBits(flags.system),
      keywords: flags.keywords,
      mod_seq: modSeq,
    }));
    if (open.length > 0) {
      const known = new Map(
        (
          await rows<{ uid: Uid; id: PlacementId; message_id: MessageRowId }>(
            tx,
            'select uid, id, message_id from placement where connection_id = $1 and mailbox_id = $2 and uid = any($3::bigint[])',
            [connectionId, mailboxId, said.map(({ uid }) => uid)],
          )
        ).map(({ uid, id, message_id }) => [uid, { messageId: message_id, placementId: id }]),
      );
      said = said.map((one) => {
        const placed = known.get(one.uid);
        if (placed === undefined) return one;
        const wanted = overlayPending({ bits: one.flags, keywords: one.keywords }, placed, open);
        return { ...one, flags: wanted.bits, keywords: wanted.keywords };
      });
    }
    const threadIds = (
      await rows<{ thread_id: ThreadId }>(
        tx,
        `with changed as (
           update placement p set flags = x.flags, keywords = x.keywords, mod_seq = x.mod_seq
           from jsonb_to_recordset($3::jsonb) as x(uid bigint, flags smallint, keywords text[], mod_seq bigint)
           where p.connection_id = $1 and p.mailbox_id = $2 and p.uid = x.uid and p.uid = any($4::bigint[])
             and (p.flags <> x.flags or p.keywords <> x.keywords)
           returning p.message_id
         )
         select distinct m.thread_id from changed c
         join message m on m.connection_id = $1 and m.id = c.message_id`,
        [connectionId, mailboxId, JSON.stringify(said), said.map(({ uid }) => uid)],
      )
    ).map(({ thread_id }) => thread_id);
    await refreshThreads(tx, connectionId, threadIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announceThreads(tx, connectionId, threadIds);
  });
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

/** Every UID that the index has of the mailbox. */
export async function localUids(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<UidSet> {
  const found = await pool.query<{ uid: number[] | null }>(
    'select array_agg(uid order by uid) as uid from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return UidSet.of(found.rows[0]?.uid ?? []);
}

/** Those of them that an action of ours is taking away. */
export async function leavingUids(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<UidSet> {
  const found = await pool.query<{ uid: number }>(
    `select uid from placement where connection_id = $1 and mailbox_id = $2 and uid is not null and state = 'leaving'`,
    [connectionId, mailboxId],
  );
  return UidSet.of(found.rows.map(({ uid }) => uid));
}

/** How many UIDs the index has of the mailbox. */
export async function localCount(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<number> {
  const found = await pool.query<{ count: number }>(
    'select count(*)::int as count from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return found.rows[0]?.count ?? 0;
}
