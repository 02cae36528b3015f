/**
 * The remote half: open operations on the server, strictly in order, one account at a time. UIDs are looked up when an
 * operation runs, so that it may be run again after a crash: a flag set twice is set, a message that has moved is gone from
 * where it was. A lost connection leaves the operation open; a refusal for good is taken back on the screen and said.
 */
import type { ConnectionId, MailboxId, MessageRowId, OperationId, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { publish } from '../events/publish.ts';
import { loadPlaces } from '../gmail/places.ts';
import { runLabelMailbox, runMove, storeChange } from '../gmail/remote.ts';
import type { CopyOutcome, ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { findUids } from './find-uids.ts';
import { changeFlags, takeBack, threadsOfOperation } from './local.ts';
import { type OwnMailbox, onServer } from './mailbox-of-role.ts';
import { loadOpenFlagOps } from './overlay.ts';
import { type MoveItem, type OperationBody, operationSchema } from './payloads.ts';
import { isAboutKeywords, keepHere } from './refused-keywords.ts';
import { storeFlags } from './store-flags.ts';

/** Messages one command names. */
const COMMAND_UIDS = 500;

interface Located {
  readonly mailboxId: MailboxId;
  readonly path: string;
  readonly uids: ReadonlyMap<Uid, MessageRowId>;
}

/** Runs everything that is open. Throws the MailError of a lost connection; what is left stays open. */
export async function runOperations(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = await row<{ id: OperationId; kind: string; payload: unknown }>(
      pool,
      `update operation set state = 'running', attempts = attempts + 1
       where connection_id = $1 and id = (
         -- Locked before it is looked at: one that is being taken back right now must not be run after that.
         select id from operation where connection_id = $1 and state in ('pending', 'running') order by id limit 1 for update)
       returning id, kind, payload`,
      [connectionId],
    );
    if (!next) return;
    const operation = operationSchema.parse({ kind: next.kind, payload: next.payload });
    try {
      await runOne(pool, connectionId, session, next.id, operation);
      await pool.query(
        `update operation set state = 'done', finished_at = now() where connection_id = $1 and id = $2`,
        [connectionId, next.id],
      );
    } catch (error) {
      if (!(error instanceof MailError) || error.retryable || session.closed) throw error;
      if (error.code === 'NOT_SUPPORTED' && isAboutKeywords(operation)) {
        await keepHere(pool, connectionId, next.id, operation);
        continue;
      }
      await fail(pool, connectionId, next.id, operation, error);
    }
  }
}

async function runOne(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  id: OperationId,
  operation: OperationBody,
): Promise<void> {
  if (operation.kind === 'waiting' || operation.kind === 'local-label') return;
  if (operation.kind === 'flags') {
    const { messageIds, add, remove } = operation.payload;
    await findUids(pool, connectionId, session, { messageIds: messageIds as MessageRowId[], mailboxId: null });
    for (const place of await locate(pool, connectionId, messageIds as MessageRowId[], null)) {
      await session.select(place.path);
      for (const uids of piecesOf(place)) {
        if (session.quirks.labels === null) await storeFlags(session, uids, { add, remove });
        else await storeChange({ pool, connectionId, session }, uids, { add, remove });
      }
    }
    return;
  }
  if (operation.kind === 'label-mailbox') return runLabelMailbox({ session }, operation.payload);
  const places = operation.kind === 'move' ? await loadPlaces(pool, connectionId) : null;
  if (operation.kind === 'move' && places) {
    const messageIds = operation.payload.items.map(({ messageId }) => messageId);
    await findUids(pool, connectionId, session, { messageIds, mailboxId: null });
    return runMove({ pool, connectionId, session }, id, operation.payload, places);
  }
  const target = operation.kind === 'move' ? await openTarget(pool, connectionId, session, operation.payload.to) : null;
  for (const [from, items] of byMailbox(operation.payload.items)) {
    const ids = items.map(({ messageId }) => messageId);
    await findUids(pool, connectionId, session, { messageIds: ids, mailboxId: from });
    for (const place of await locate(pool, connectionId, ids, from)) {
      await session.select(place.path);
      for (const uids of piecesOf(place)) {
        const outcome = target ? await session.move(uids, target.path) : null;
        if (!target) await session.expunge(uids);
        await transaction(pool, (tx) => settle(tx, connectionId, id, { place, uids, target, outcome }));
      }
    }
  }
}

/** The mailbox to move to; one that exists only here so far is made on the server. */
async function openTarget(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  id: MailboxId,
): Promise<OwnMailbox> {
  const mailbox = await row<OwnMailbox>(
    pool,
    'select id, path, synced, label from mailbox where connection_id = $1 and id = $2',
    [connectionId, id],
  );
  if (!mailbox) throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'The folder is not there any more.' });
  return onServer(pool, connectionId, session, mailbox);
}

/** What the server did, written down: the old placement goes, the new one has its UID where the server told it. */
async function settle(
  tx: Tx,
  connectionId: ConnectionId,
  id: OperationId,
  move: { place: Located; uids: UidSet; target: { id: MailboxId } | null; outcome: CopyOutcome | null },
): Promise<void> {
  const { place, uids, target, outcome } = move;
  await lockAccount(tx, connectionId);
  await tx.query(
    `delete from placement where connection_id = $1 and mailbox_id = $2 and operation_id = $3 and uid = any($4::bigint[])`,
    [connectionId, place.mailboxId, id, [...uids]],
  );
  if (!target) return;
  for (const uid of uids) {
    const moved = outcome?.uidMap.get(uid);
    const messageId = place.uids.get(uid);
    if (moved === undefined || messageId === undefined) continue;
    // The sync may have listed it there already; then ours is the double.
    await tx.query(
      `delete from placement where connection_id = $1 and mailbox_id = $2 and message_id = $3 and uid is null
         and exists (select 1 from placement q where q.connection_id = $1 and q.mailbox_id = $2 and q.uid = $4)`,
      [connectionId, target.id, messageId, moved],
    );
    await tx.query(
      `update placement set uid = $4, state = case state when 'arriving' then 'present' else state end,
         operation_id = case state when 'arriving' then null else operation_id end
       where connection_id = $1 and mailbox_id = $2 and message_id = $3 and uid is null`,
      [connectionId, target.id, messageId, moved],
    );
  }
}

async function fail(
  pool: pg.Pool,
  connectionId: ConnectionId,
  id: OperationId,
  operation: OperationBody,
  error: MailError,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query(
      `update operation set state = 'failed', error = $3, finished_at = now() where connection_id = $1 and id = $2`,
      [connectionId, id, JSON.stringify(error.toData())],
    );
    await takeBack(tx, connectionId, id, operation);
    // What the user did after it still holds.
    for (const { messageIds, add, remove } of await loadOpenFlagOps(tx, connectionId, new Date())) {
      await changeFlags(tx, connectionId, { messageIds: [...messageIds], add, remove });
    }
    await refreshThreads(tx, connectionId, await threadsOfOperation(tx, connectionId, operation));
    await publish(tx, { connectionId, kind: 'threads', ids: [] });
    await publish(tx, { connectionId, kind: 'operation', ids: [] });
  });
}

/** Where the messages are on the server now, by mailbox. */
async function locate(
  pool: pg.Pool,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
  mailboxId: MailboxId | null,
): Promise<Located[]> {
  const found = await rows<{ mailbox_id: MailboxId; path: string; uid: Uid; message_id: MessageRowId }>(
    pool,
    `select p.mailbox_id, b.path, p.uid, p.message_id from placement p
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where p.connection_id = $1 and p.message_id = any($2::bigint[]) and p.uid is not null
       and ($3::int is null or p.mailbox_id = $3) order by p.mailbox_id, p.uid`,
    [connectionId, messageIds, mailboxId],
  );
  const places = new Map<MailboxId, { mailboxId: MailboxId; path: string; uids: Map<Uid, MessageRowId> }>();
  for (const { mailbox_id, path, uid, message_id } of found) {
    const place = places.get(mailbox_id) ?? { mailboxId: mailbox_id, path, uids: new Map() };
    place.uids.set(uid, message_id);
    places.set(mailbox_id, place);
  }
  return [...places.values()];
}

function piecesOf(place: Located): UidSet[] {
  return [...UidSet.of(place.uids.keys()).chunksDescending(COMMAND_UIDS)];
}

function byMailbox(items: readonly MoveItem[]): Map<MailboxId, MoveItem[]> {
  const groups = new Map<MailboxId, MoveItem[]>();
  for (const item of items) groups.set(item.from, [...(groups.get(item.from) ?? []), item]);
  return groups;
}
