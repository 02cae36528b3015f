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
import { runLabelMailbox, runMove } from '../gmail/remote.ts';
import type { CopyOutcome, ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { FLAG } from '../index/flags.ts';
import { IS_STILL_LEAVING } from '../index/placement-rows.ts';
import { refreshThreads } from '../index/refresh.ts';
import { splitMoved } from '../index/split-copies.ts';
import { lockAccount, row, type Tx, transaction } from '../index/sql.ts';
import { tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { orphan } from '../sync/vanished.ts';
import { openWhere } from './away.ts';
import { findUids } from './find-uids.ts';
import { findCopied } from './half-moves.ts';
import { changeFlags, takeBack, threadsOfOperation } from './local.ts';
import { type OwnMailbox, onServer } from './mailbox-of-role.ts';
import { loadOpenFlagOps } from './overlay.ts';
import { type MoveItem, type OperationBody, type OperationOf, operationSchema } from './payloads.ts';
import { type Place, piecesOf } from './places.ts';
import { isAboutKeywords, keepHere } from './refused-keywords.ts';
import { rereadFlags, runFlags } from './remote-flags.ts';
import { snoozeHere } from './snooze-refused.ts';

/** Runs everything that is open. Throws the MailError of a lost connection; what is left stays open. */
export async function runOperations(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  signal: AbortSignal,
): Promise<void> {
  for (let hasRun = false; !signal.aborted; hasRun = true) {
    const next = await row<{ id: OperationId; kind: string; payload: unknown; attempts: number }>(
      pool,
      `update operation set state = 'running', attempts = attempts + 1
       where connection_id = $1 and id = (
         -- Locked before it is looked at: one that is being taken back right now must not be run after that.
         select id from operation where connection_id = $1 and state in ('pending', 'running') order by id limit 1 for update)
       returning id, kind, payload, attempts`,
      [connectionId],
    );
    if (!next) {
      if (hasRun) await transaction(pool, (tx) => splitMoved(tx, connectionId));
      return;
    }
    const operation = operationSchema.parse({ kind: next.kind, payload: next.payload });
    try {
      await runSurely(session, (times) =>
        runOne(pool, connectionId, session, { ...next, attempts: next.attempts + times }, operation),
      );
      await pool.query(
        `update operation set state = 'done', finished_at = now() where connection_id = $1 and id = $2`,
        [connectionId, next.id],
      );
    } catch (error) {
      if (!isRefusal(session, error)) throw error;
      if (error.code === 'NOT_SUPPORTED' && isAboutKeywords(operation)) {
        await keepHere(pool, connectionId, next.id, operation);
        continue;
      }
      await fail(pool, connectionId, next.id, operation, error);
    }
  }
}

/** What will not be different the next time. */
function isRefusal(session: ImapSession, error: unknown): error is MailError {
  return error instanceof MailError && !error.retryable && !session.closed;
}

/**
 * A refusal is believed when it comes again from a mailbox that was selected anew: the first may be of one that another
 * client deleted under this session.
 */
async function runSurely(session: ImapSession, run: (times: number) => Promise<void>): Promise<void> {
  try {
    await run(0);
  } catch (error) {
    // CONFLICT: passed over again and again by a mailbox that is there.
    if (!isRefusal(session, error) || error.code === 'CONFLICT' || !session.selected) throw error;
    await session.select(session.selected.path).catch((refusal: unknown) => {
      if (!isRefusal(session, refusal)) throw refusal;
    });
    await run(1);
  }
}

async function runOne(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  { id, attempts }: { id: OperationId; attempts: number },
  operation: OperationBody,
): Promise<void> {
  const run = { id, wasBegun: attempts > 1 };
  switch (operation.kind) {
    case 'waiting':
    case 'local-label':
      return;
    case 'flags':
      return runFlags(pool, connectionId, session, id, operation.payload);
    case 'reread':
      return rereadFlags(pool, connectionId, session, operation.payload.messageIds as MessageRowId[]);
    case 'label-mailbox':
      return runLabelMailbox({ session }, operation.payload);
    case 'move': {
      const places = await loadPlaces(pool, connectionId);
      if (!places) return runRemoval(pool, connectionId, session, run, operation);
      const messageIds = operation.payload.items.map(({ messageId }) => messageId);
      await findUids(pool, connectionId, session, { messageIds, mailboxId: null });
      return runMove({ pool, connectionId, session }, id, operation.payload, places);
    }
    case 'expunge':
      return runRemoval(pool, connectionId, session, run, operation);
  }
}

const NONE: ReadonlySet<MessageRowId> = new Set();
const NOWHERE: CopyOutcome['uidMap'] = new Map();

/** Takes messages out of mailboxes: into another one, or for good. */
async function runRemoval(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  { id, wasBegun }: { id: OperationId; wasBegun: boolean },
  operation: OperationOf<'move' | 'expunge'>,
): Promise<void> {
  const target = operation.kind === 'move' ? await openTarget(pool, connectionId, session, operation.payload.to) : null;
  for (const [from, items] of byMailbox(operation.payload.items)) {
    const ids = items.map(({ messageId }) => messageId);
    const copied =
      target && wasBegun && !session.capabilities.move
        ? await findCopied(pool, connectionId, session, { messageIds: ids, target: target.id, operationId: id })
        : NONE;
    const opened = await openWhere(pool, connectionId, session, { messageIds: ids, mailboxId: from });
    if (!opened) continue;
    const { place, isThere } = opened;
    if (!isThere) {
      await transaction(pool, (tx) => letStay(tx, connectionId, id, place));
      continue;
    }
    for (const piece of piecesOf(place)) {
      const isCopied = (uid: Uid) => copied.has(place.uids.get(uid)?.messageId as MessageRowId);
      const done = UidSet.of([...piece].filter(isCopied));
      const uids = target ? piece.minus(done) : piece;
      if (!done.isEmpty) {
        const { left } = await session.expunge(done);
        await transaction(pool, (tx) =>
          settle(tx, connectionId, id, { place, uids: done, target, uidMap: NOWHERE, left }),
        );
      }
      if (uids.isEmpty) continue;
      const outcome = target
        ? await session.move(uids, target.path)
        : { uidMap: NOWHERE, ...(await session.expunge(uids)) };
      await transaction(pool, (tx) => settle(tx, connectionId, id, { place, uids, target, ...outcome }));
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

/**
 * SQL: the placement that waits for the UID. One alone: a message that went there and back has left another, and a later
 * operation may have made ours its own.
 */
const UNLINKED_OF_MOVE = `select id from placement
  where connection_id = $1 and mailbox_id = $2 and message_id = $3 and uid is null
  order by operation_id is not distinct from $5 desc, id desc limit 1`;

interface Removal {
  readonly place: Place;
  readonly uids: UidSet;
  readonly target: { readonly id: MailboxId } | null;
  readonly uidMap: CopyOutcome['uidMap'];
  readonly left: readonly Uid[];
}

/**
 * What the server did, written down: the old placement goes, the new one has its UID where the server told it. What could
 * only be flagged is still there, `\\Deleted`.
 */
async function settle(tx: Tx, connectionId: ConnectionId, id: OperationId, removal: Removal): Promise<void> {
  const { place, uids, target, uidMap, left } = removal;
  await lockAccount(tx, connectionId);
  await tx.query(
    `update placement set state = 'present', operation_id = null, flags = flags | ${FLAG.deleted}
     where connection_id = $1 and mailbox_id = $2 and operation_id = $3 and uid = any($4::bigint[])`,
    [connectionId, place.mailboxId, id, left],
  );
  await tx.query(
    `delete from placement where connection_id = $1 and mailbox_id = $2 and operation_id = $3 and uid = any($4::bigint[])`,
    [connectionId, place.mailboxId, id, [...uids]],
  );
  const messageIds: MessageRowId[] = [];
  for (const uid of uids) {
    const moved = uidMap.get(uid);
    const messageId = place.uids.get(uid)?.messageId;
    if (messageId === undefined) continue;
    messageIds.push(messageId);
    if (target && moved !== undefined) await link(tx, [connectionId, target.id, messageId, moved, id]);
  }
  await refreshThreads(tx, connectionId, await orphan(tx, connectionId, messageIds));
}

/** Gives the placement that waits in the mailbox its UID. The sync may have listed it there already; then ours is the double. */
async function link(
  tx: Tx,
  values: readonly [ConnectionId, MailboxId, message: MessageRowId, uid: Uid, OperationId],
): Promise<void> {
  await tx.query(
    `delete from placement where connection_id = $1 and id = (${UNLINKED_OF_MOVE})
       and exists (select 1 from placement q where q.connection_id = $1 and q.mailbox_id = $2 and q.uid = $4)`,
    [...values],
  );
  await tx.query(
    `update placement p set uid = $4,
       state = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then 'leaving' else 'present' end,
       operation_id = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then p.operation_id end
     where connection_id = $1 and id = (${UNLINKED_OF_MOVE})
       and not exists (select 1 from placement q where q.connection_id = $1 and q.mailbox_id = $2 and q.uid = $4)`,
    [...values],
  );
}

/** Nothing was taken out of a mailbox that is not there: should it come back, what lay in it lies there. */
async function letStay(tx: Tx, connectionId: ConnectionId, id: OperationId, { mailboxId, uids }: Place): Promise<void> {
  await lockAccount(tx, connectionId);
  const messageIds = [...uids.values()].map(({ messageId }) => messageId);
  await tx.query(
    `update placement set state = 'present', operation_id = null
     where connection_id = $1 and mailbox_id = $2 and operation_id = $3 and state = 'leaving'`,
    [connectionId, mailboxId, id],
  );
  await tx.query(
    `delete from placement where connection_id = $1 and operation_id = $2 and state = 'arriving' and uid is null
       and message_id = any($3::bigint[])`,
    [connectionId, id, messageIds],
  );
  await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, messageIds));
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
    await snoozeHere(tx, connectionId, operation);
    // What the user did after it still holds.
    for (const { messageIds, add, remove } of await loadOpenFlagOps(tx, connectionId, new Date())) {
      await changeFlags(tx, connectionId, { messageIds: [...messageIds], add, remove });
    }
    await refreshThreads(tx, connectionId, await threadsOfOperation(tx, connectionId, operation));
    await publish(tx, { connectionId, kind: 'threads', ids: [] });
    await publish(tx, { connectionId, kind: 'operation', ids: [] });
  });
}

function byMailbox(items: readonly MoveItem[]): Map<MailboxId, MoveItem[]> {
  const groups = new Map<MailboxId, MoveItem[]>();
  for (const item of items) groups.set(item.from, [...(groups.get(item.from) ?? []), item]);
  return groups;
}
