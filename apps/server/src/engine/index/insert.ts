/**
 * New placements into the index, a batch in one transaction: each finds the message it is a copy of, or makes one; new
 * messages find their conversation by their keys, or begin one, or join several into the oldest (RFC-less: the rules
 * are mime/threading.ts and the notes on identity in docs/engine.md). Rows of lists are not touched: the caller calls
 * `refreshThreads` once for all it changed.
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { assignThreads } from './assign-threads.ts';
import { learnContacts } from './contacts.ts';
import { adoptRows, insertRows } from './placement-rows.ts';
import { followServerThreads, recordKeys } from './server-threads.ts';
import { rows, type Tx } from './sql.ts';
import type { Inserted, NewMessage, NewPlacement } from './types.ts';

interface KnownMessage {
  id: MessageRowId;
  threadId: ThreadId;
  ordinal: number;
  size: number;
  hasMessageId: boolean;
  emailId: string | null;
  /** mailbox → its placement there; a message has at most one a mailbox. */
  placements: Map<MailboxId, { id: PlacementId | null; uid: Uid | null; state: string }>;
}

type Decision =
  | { kind: 'new-message'; ordinal: number }
  | { kind: 'new-placement'; message: KnownMessage }
  | { kind: 'adopt'; message: KnownMessage; placementId: PlacementId }
  | { kind: 'known'; message: KnownMessage };

const keyOf = (fingerprint: Buffer) => fingerprint.toString('hex');

/**
 * Inserts or adopts. A placement without UID in the same mailbox for the same message (arriving, or left over from a
 * UIDVALIDITY that is gone) takes the UID over; a UID
 * that is there already only has its flags renewed. Idempotent: the same batch twice changes nothing.
 */
export async function insertPlacements(
  tx: Tx,
  connectionId: ConnectionId,
  placements: readonly NewPlacement[],
): Promise<Inserted> {
  if (placements.length === 0) return { messageIds: [], threadIds: [] };
  const known = await loadKnown(tx, connectionId, placements);
  const decisions = placements.map((placement) => decide(placement, known));

  const fresh = placements.flatMap((placement, index) => {
    const decision = decisions[index];
    return decision?.kind === 'new-message' ? [{ index, placement, ordinal: decision.ordinal }] : [];
  });
  const followed = await followServerThreads(
    tx,
    connectionId,
    placements.flatMap(({ message }, index) => {
      const decision = decisions[index];
      if (message.serverThreadKey === null || !decision || decision.kind === 'new-message') return [];
      return [{ message: decision.message, key: message.serverThreadKey, emailId: message.emailId }];
    }),
  );
  const { threadOf, touched } = await assignThreads(
    tx,
    connectionId,
    fresh.map(({ placement: { message } }) =>
      message.serverThreadKey === null ? message : { ...message, threadKeys: [message.serverThreadKey] },
    ),
  );
  await recordKeys(
    tx,
    connectionId,
    fresh.flatMap(({ placement: { message } }, position) =>
      message.serverThreadKey === null
        ? []
        : message.threadKeys.map((key) => ({ key, threadId: threadOf[position] as ThreadId })),
    ),
  );
  const freshIds = await insertMessages(
    tx,
    connectionId,
    fresh.map(({ placement, ordinal }, position) => ({
      message: placement.message,
      ordinal,
      threadId: threadOf[position] as ThreadId,
    })),
  );

  await learnContacts(
    tx,
    connectionId,
    fresh.map(({ placement }) => placement.message),
  );

  const messageIds: MessageRowId[] = [];
  const threadIds = new Set<ThreadId>([...touched, ...followed]);
  const freshAt = new Map(fresh.map(({ index }, position) => [index, position]));
  const added: { placement: NewPlacement; messageId: MessageRowId }[] = [];
  const adopted: { placement: NewPlacement; id: PlacementId }[] = [];
  for (const [index, placement] of placements.entries()) {
    const decision = decisions[index] as Decision;
    if (decision.kind === 'new-message') {
      const position = freshAt.get(index) as number;
      const messageId = freshIds[position] as MessageRowId;
      messageIds.push(messageId);
      added.push({ placement, messageId });
      continue;
    }
    messageIds.push(decision.message.id);
    threadIds.add(decision.message.threadId);
    if (decision.kind === 'adopt') adopted.push({ placement, id: decision.placementId });
    else added.push({ placement, messageId: decision.message.id });
  }
  await insertRows(tx, connectionId, added);
  await adoptRows(tx, connectionId, adopted);
  await tx.query(
    'update message set orphaned_at = null where connection_id = $1 and id = any($2::bigint[]) and orphaned_at is not null',
    [connectionId, messageIds],
  );
  // A merge may have moved threads that were known before it.
  return { messageIds, threadIds: await currentThreads(tx, connectionId, messageIds, threadIds) };
}

/** Which message this placement is a copy of. Pure but for noting in `known` what it decided. */
function decide(placement: NewPlacement, known: Map<string, KnownMessage[]>): Decision {
  const { message, mailboxId, uid } = placement;
  const key = keyOf(message.fingerprint);
  const candidates = known.get(key) ?? [];
  const same = (candidate: KnownMessage) =>
    (message.messageId !== null || (!candidate.hasMessageId && candidate.size === message.size)) &&
    // Where the server tells what is one message, two ids are two messages.
    (message.serverThreadKey === null || candidate.emailId === null || candidate.emailId === message.emailId);

  const already = candidates.find((candidate) => uid !== null && candidate.placements.get(mailboxId)?.uid === uid);
  if (already) return { kind: 'known', message: already };

  for (const candidate of candidates) {
    if (!same(candidate)) continue;
    const there = candidate.placements.get(mailboxId);
    if (there === undefined) {
      candidate.placements.set(mailboxId, { id: null, uid, state: placement.state });
      return { kind: 'new-placement', message: candidate };
    }
    if (there.uid === null && there.id !== null && placement.state === 'present') {
      candidate.placements.set(mailboxId, { id: there.id, uid, state: 'present' });
      return { kind: 'adopt', message: candidate, placementId: there.id };
    }
  }
  const ordinal = candidates.reduce((highest, candidate) => Math.max(highest, candidate.ordinal + 1), 0);
  return noteNew(placement, known, key, ordinal);
}

/** A second copy in the same batch must find the first one's ordinal taken; its own message gets the next. */
function noteNew(placement: NewPlacement, known: Map<string, KnownMessage[]>, key: string, ordinal: number): Decision {
  const placeholder: KnownMessage = {
    id: -1 as MessageRowId,
    threadId: -1 as ThreadId,
    ordinal,
    size: placement.message.size,
    hasMessageId: placement.message.messageId !== null,
    emailId: placement.message.emailId,
    placements: new Map([[placement.mailboxId, { id: null, uid: placement.uid, state: 'new' }]]),
  };
  known.set(key, [...(known.get(key) ?? []), placeholder]);
  return { kind: 'new-message', ordinal };
}

async function loadKnown(
  tx: Tx,
  connectionId: ConnectionId,
  placements: readonly NewPlacement[],
): Promise<Map<string, KnownMessage[]>> {
  const emailIds = placements.map(({ message }) => message.emailId).filter((id) => id !== null);
  const found = await rows<{
    id: MessageRowId;
    thread_id: ThreadId;
    fingerprint: Buffer;
    email_id: string | null;
    ordinal: number;
    size: number;
    has_message_id: boolean;
  }>(
    tx,
    `select id, thread_id, fingerprint, email_id, ordinal, size, message_id is not null as has_message_id
       from message where connection_id = $1 and fingerprint = any($2::bytea[])
     ${emailIds.length > 0 ? 'union select id, thread_id, fingerprint, email_id, ordinal, size, message_id is not null from message where connection_id = $1 and email_id = any($3::text[])' : ''}
     order by ordinal, id`,
    [connectionId, placements.map(({ message }) => message.fingerprint), ...(emailIds.length > 0 ? [emailIds] : [])],
  );
  const known = new Map<string, KnownMessage[]>();
  if (found.length === 0) return known;
  const places = await rows<{
    id: PlacementId;
    message_id: MessageRowId;
    mailbox_id: MailboxId;
    uid: Uid | null;
    state: string;
  }>(
    tx,
    'select id, message_id, mailbox_id, uid, state from placement where connection_id = $1 and message_id = any($2::bigint[])',
    [connectionId, found.map(({ id }) => id)],
  );
  const byMessage = new Map<MessageRowId, KnownMessage['placements']>();
  for (const place of places) {
    const map = byMessage.get(place.message_id) ?? new Map();
    map.set(place.mailbox_id, { id: place.id, uid: place.uid, state: place.state });
    byMessage.set(place.message_id, map);
  }
  // A server's EMAILID finds the message even where a header was rewritten: file it under the arriving fingerprint too.
  const keyByEmailId = new Map(
    placements.flatMap(({ message }) => (message.emailId ? [[message.emailId, keyOf(message.fingerprint)]] : [])),
  );
  for (const one of found) {
    const message: KnownMessage = {
      id: one.id,
      threadId: one.thread_id,
      ordinal: one.ordinal,
      size: one.size,
      hasMessageId: one.has_message_id,
      emailId: one.email_id,
      placements: byMessage.get(one.id) ?? new Map(),
    };
    const keys = new Set([keyOf(one.fingerprint), keyByEmailId.get(one.email_id ?? '')]);
    for (const key of keys) if (key !== undefined) known.set(key, [...(known.get(key) ?? []), message]);
  }
  return known;
}

async function insertMessages(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { message: NewMessage; ordinal: number; threadId: ThreadId }[],
): Promise<MessageRowId[]> {
  if (items.length === 0) return [];
  const ids = (
    await rows<{ id: MessageRowId }>(
      tx,
      `select nextval(pg_get_serial_sequence('message', 'id')) as id from generate_series(1, $1::int)`,
      [items.length],
    )
  ).map(({ id }) => id);
  const values = items.map(({ message, ordinal, threadId }, index) => ({
    id: ids[index],
    thread_id: threadId,
    fingerprint: message.fingerprint.toString('hex'),
    ordinal,
    email_id: message.emailId,
    message_id: message.messageId,
    in_reply_to: message.inReplyTo,
    refs: message.references,
    addresses: message.addresses,
    subject: message.subject,
    date: message.date,
    received_at: message.receivedAt,
    size: message.size,
    structure: message.structure,
    has_attachments: message.hasAttachments,
    snippet: message.snippet,
    extras: message.extras,
    is_own: message.isOwn,
  }));
  await tx.query(
    `insert into message (connection_id, id, thread_id, fingerprint, ordinal, email_id, message_id, in_reply_to,
       "references", addresses, subject, date, received_at, size, structure, has_attachments, snippet, extras, is_own)
     overriding system value
     select $1, id, thread_id, decode(fingerprint, 'hex'), ordinal, email_id, message_id, in_reply_to,
       refs, addresses, subject, date, received_at, size, structure, has_attachments, snippet, extras, is_own
     from jsonb_to_recordset($2::jsonb) as x(id bigint, thread_id bigint, fingerprint text, ordinal smallint,
       email_id text, message_id text, in_reply_to text, refs text[], addresses jsonb, subject text, date timestamptz,
       received_at timestamptz, size int, structure jsonb, has_attachments boolean, snippet text, extras jsonb,
       is_own boolean)`,
    [connectionId, JSON.stringify(values)],
  );
  return ids;
}

async function currentThreads(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
  known: ReadonlySet<ThreadId>,
): Promise<ThreadId[]> {
  const now = await rows<{ thread_id: ThreadId }>(
    tx,
    'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
    [connectionId, messageIds],
  );
  return [...new Set([...known, ...now.map(({ thread_id }) => thread_id)])];
}
