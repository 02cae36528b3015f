/**
 * The remote half of what the user does, where mailboxes are labels: X-GM-LABELS of STORE on what lies in All Mail, MOVE only
 * to and from Spam and Trash. Messages are looked up by where they lie, not by where they were shown, so that an operation
 * may be run again: a label put on twice is on, a message that is in Trash already is not there to be moved.
 */
import type { ConnectionId, MailboxId, MessageRowId, OperationId, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession, LabelChange } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import type { FlagChange } from '../index/flags.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import type { OperationOf } from '../operations/payloads.ts';
import { openPlace } from '../operations/places.ts';
import { storeFlags } from '../operations/store-flags.ts';
import { tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { splitChange } from './labels.ts';
import { isInAllMail, type Place, type Places, placeOf } from './places.ts';
import { coverCarriers, hideLabels } from './show-labels.ts';

interface Run {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly session: ImapSession;
}

/** Flags and labels of a message in the selected mailbox. A label that somebody removed meanwhile is made again. */
export async function storeChange({ pool, connectionId, session }: Run, uids: UidSet, change: FlagChange) {
  const own = await rows<{ keyword: string }>(
    pool,
    `select lower(keyword) as keyword from label where connection_id = $1 and storage = 'gmail'`,
    [connectionId],
  );
  const { flags, labels } = splitChange(change, new Set(own.map(({ keyword }) => keyword)));
  await storeFlags(session, uids, flags);
  await storeLabels(session, uids, labels);
}

async function storeLabels(session: ImapSession, uids: UidSet, labels: LabelChange): Promise<void> {
  try {
    await session.storeLabels(uids, labels);
  } catch (error) {
    const own = labels.add.filter((label) => !label.startsWith('\\'));
    if (!(error instanceof MailError) || error.code !== 'NOT_SUPPORTED' || own.length === 0) throw error;
    for (const label of own) await session.createMailbox(label);
    await session.storeLabels(uids, labels);
  }
}

/** Runs a move. Which placements it takes away was decided when it was written down (places.ts). */
export async function runMove(
  run: Run,
  id: OperationId,
  { items, to }: OperationOf<'move'>['payload'],
  places: Places,
): Promise<void> {
  const target = placeOf(places, to);
  if (!target) throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'The folder is not there any more.' });
  const messageIds = [...new Set(items.map(({ messageId }) => messageId))];
  await moveFrom(run, id, messageIds, { items, target, places, tried: [] });
}

interface Move {
  readonly items: OperationOf<'move'>['payload']['items'];
  readonly target: Place;
  readonly places: Places;
  /** Where they were not, whatever we thought. */
  readonly tried: readonly MailboxId[];
}

/** Moves messages from where they lie. What is not there any more may lie elsewhere: we learn of two mailboxes one by one. */
async function moveFrom(run: Run, id: OperationId, messageIds: readonly MessageRowId[], move: Move): Promise<void> {
  const { items, target, places, tried } = move;
  const located = await locate(run, messageIds, { places, tried });
  const known = new Set([...located.values()].flatMap((found) => [...found.keys()]));
  const lost = messageIds.filter((messageId) => !known.has(messageId));
  if (lost.length > 0) await settle(run, id, { messageIds: lost, target, tried, uidOf: new Map(), lost });
  for (const [from, found] of located) {
    const source = placeOf(places, from);
    if (!source) continue;
    const isRelabelling = source.id === places.carrier.id && isInAllMail(places, target);
    let carried: Carried = { uidOf: new Map(), lost: [] };
    if (isRelabelling) await relabel(run, found, items, { target, places });
    else if (source.id !== target.id) carried = await carry(run, found, { source, target, places });
    const elsewhere = new Set(carried.lost);
    await settle(run, id, {
      messageIds: [...found.keys()].filter((messageId) => !elsewhere.has(messageId)),
      target,
      tried: [...tried, from],
      uidOf: carried.uidOf,
      lost: [],
      isRelabelled: isRelabelling && target.label !== null,
    });
    if (elsewhere.size > 0) await moveFrom(run, id, carried.lost, { ...move, tried: [...tried, from] });
  }
}

type Found = ReadonlyMap<MessageRowId, Uid>;

/** Puts the inbox's label on, or takes it off. Others are not ours to move messages by. */
async function relabel(
  { session }: Run,
  found: Found,
  items: OperationOf<'move'>['payload']['items'],
  { target, places }: { target: Place; places: Places },
): Promise<void> {
  const inbox = places.all.find(({ label }) => label === '\\Inbox');
  const leaving = new Set(items.flatMap(({ messageId, from }) => (from === inbox?.id ? [messageId] : [])));
  const isInbox = target.id === inbox?.id;
  const uids = [...found].flatMap(([messageId, uid]) => (isInbox || leaving.has(messageId) ? [uid] : []));
  if (uids.length === 0) return;
  const label = ['\\Inbox'];
  await open(session, places.carrier);
  await session.storeLabels(UidSet.of(uids), isInbox ? { add: label, remove: [] } : { add: [], remove: label });
}

async function open(session: ImapSession, place: Place): Promise<void> {
  if (await openPlace(session, place)) return;
  throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'The folder is not there any more.' });
}

interface Carried {
  /** New UIDs, where the mailbox that tells them is the one that messages lie in. */
  readonly uidOf: ReadonlyMap<MessageRowId, Uid>;
  /** Not there any more when MOVE came: another client was faster, and the sync finds where they are. */
  readonly lost: readonly MessageRowId[];
}

async function carry(
  { session }: Run,
  found: Found,
  { source, target, places }: { source: Place; target: Place; places: Places },
): Promise<Carried> {
  await open(session, source);
  const isGiven = target.label !== null && target.label !== '\\Inbox';
  const { uidMap } = await session.move(UidSet.of(found.values()), isGiven ? places.carrier.path : target.path);
  const uidOf = new Map<MessageRowId, Uid>();
  const lost: MessageRowId[] = [];
  for (const [messageId, uid] of found) {
    const moved = uidMap.get(uid);
    if (moved === undefined && session.capabilities.uidplus) lost.push(messageId);
    else if (moved !== undefined && target.label === null) uidOf.set(messageId, moved);
  }
  return { uidOf, lost };
}

/** Where each message lies, by mailbox: All Mail wins over what an undone move left behind. */
async function locate(
  { pool, connectionId }: Run,
  messageIds: readonly MessageRowId[],
  { places, tried }: Pick<Move, 'places' | 'tried'>,
): Promise<Map<MailboxId, Map<MessageRowId, Uid>>> {
  const found = await rows<{ mailbox_id: MailboxId; message_id: MessageRowId; uid: Uid }>(
    pool,
    `select distinct on (message_id) mailbox_id, message_id, uid from placement
     where connection_id = $1 and message_id = any($2::bigint[]) and uid is not null and mailbox_id <> all($4::int[])
     order by message_id, mailbox_id <> $3, uid desc`,
    [connectionId, messageIds, places.carrier.id, tried],
  );
  const groups = new Map<MailboxId, Map<MessageRowId, Uid>>();
  for (const { mailbox_id, message_id, uid } of found) {
    const group = groups.get(mailbox_id) ?? new Map<MessageRowId, Uid>();
    groups.set(mailbox_id, group.set(message_id, uid));
  }
  return groups;
}

async function settle(
  { pool, connectionId }: Run,
  id: OperationId,
  done: Carried & Pick<Move, 'target' | 'tried'> & { messageIds: readonly MessageRowId[]; isRelabelled?: boolean },
): Promise<void> {
  const { messageIds, target, tried, uidOf, lost, isRelabelled = false } = done;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await takeAway(tx, { connectionId, id }, messageIds, tried);
    if (lost.length > 0) {
      await tx.query(
        `delete from placement where connection_id = $1 and operation_id = $2 and state = 'arriving' and uid is null
           and message_id = any($3::bigint[])`,
        [connectionId, id, lost],
      );
      await coverCarriers(tx, connectionId, lost);
      await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, lost));
    }
    // What was only relabelled is there. What was moved arrives when All Mail lists it; its UID is told by nobody.
    if (isRelabelled) {
      await tx.query(
        `update placement set state = 'present', operation_id = null
         where connection_id = $1 and operation_id = $2 and mailbox_id = $3 and message_id = any($4::bigint[])`,
        [connectionId, id, target.id, messageIds],
      );
      // Another client may have taken it from All Mail meanwhile.
      const hidden = await hideLabels(tx, connectionId, messageIds);
      if (hidden.length > 0) await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, hidden));
    }
    if (target.label !== null) return;
    const told = [connectionId, target.id, [...uidOf.keys()], [...uidOf.values()]];
    const pairs = 'unnest($3::bigint[], $4::bigint[]) as x(message_id, uid)';
    // The sync may have listed it there already; then ours is the double.
    await tx.query(
      `delete from placement p using ${pairs} where p.connection_id = $1 and p.mailbox_id = $2
         and p.message_id = x.message_id and p.uid is null and exists (select 1 from placement q
           where q.connection_id = $1 and q.mailbox_id = $2 and q.uid = x.uid)`,
      told,
    );
    await tx.query(
      `update placement p set uid = x.uid, state = case p.state when 'arriving' then 'present' else p.state end,
         operation_id = case p.state when 'arriving' then null else p.operation_id end
       from ${pairs} where p.connection_id = $1 and p.mailbox_id = $2 and p.message_id = x.message_id and p.uid is null`,
      told,
    );
  });
}

/**
 * They are gone from where they were moved from. What is known to lie elsewhere stays as it was, for the sync to judge: it
 * read those UIDs, and reads none twice.
 */
async function takeAway(
  tx: Tx,
  { connectionId, id }: { readonly connectionId: ConnectionId; readonly id: OperationId },
  messageIds: readonly MessageRowId[],
  tried: readonly MailboxId[],
): Promise<void> {
  await tx.query(
    `delete from placement where connection_id = $1 and operation_id = $2 and state = 'leaving'
       and message_id = any($3::bigint[]) and (uid is null or mailbox_id = any($4::int[]))`,
    [connectionId, id, messageIds, tried],
  );
  const left = await rows<{ message_id: MessageRowId }>(
    tx,
    `update placement set state = 'present', operation_id = null
     where connection_id = $1 and operation_id = $2 and state = 'leaving' and message_id = any($3::bigint[])
     returning message_id`,
    [connectionId, id, messageIds],
  );
  if (left.length === 0) return;
  const back = left.map(({ message_id }) => message_id);
  await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, back));
}

/** Makes, renames or removes the mailbox that is a label of the user's. */
export async function runLabelMailbox(
  { session }: Pick<Run, 'session'>,
  { change, name, to }: OperationOf<'label-mailbox'>['payload'],
): Promise<void> {
  if (change === 'create') {
    await session.subscribe(await session.createMailbox(name));
  } else if (change === 'rename' && to !== undefined) {
    await session.renameMailbox(name, to);
  } else {
    await session.deleteMailbox(name);
  }
}
