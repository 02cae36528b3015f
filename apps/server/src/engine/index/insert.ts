/**
 * New placements into the index, a batch in one transaction: each finds the message it is a copy of, or makes one; new
 * messages find their conversation by their keys, or begin one, or join several into the oldest (RFC-less: the rules
 * are mime/threading.ts and the notes on identity in docs/engine.md). Rows of lists are not touched: the caller calls
 * `refreshThreads` once for all it changed.
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { assignThreads } from './assign-threads.ts';
import { learnContacts } from './contacts.ts';
import { type Decision, decide, type KnownMessage, keyOf } from './identity.ts';
import { rows, type Tx } from './sql.ts';
import type { Inserted, NewMessage, NewPlacement } from './types.ts';

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
  const { threadOf, touched } = await assignThreads(
    tx,
    connectionId,
    fresh.map(({ placement }) => placement.message),
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
  const threadIds = new Set<ThreadId>(touched);
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
    is_ours: boolean;
  }>(
    tx,
    `with found as (
       select id from message where connection_id = $1 and fingerprint = any($2::bytea[])
       ${emailIds.length > 0 ? 'union select id from message where connection_id = $1 and email_id = any($3::text[])' : ''})
     select m.id, m.thread_id, m.fingerprint, m.email_id, m.ordinal, m.size, m.message_id is not null as has_message_id,
       exists (select 1 from outbox o where o.connection_id = $1 and o.message_id = m.id)
         or exists (select 1 from draft d where d.connection_id = $1 and d.message_id = m.id) as is_ours
     from found join message m on m.connection_id = $1 and m.id = found.id
     order by m.ordinal, m.id`,
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
  const uidsOf = new Map<MessageRowId, Set<string>>();
  for (const place of places) {
    const map = byMessage.get(place.message_id) ?? new Map();
    if (place.uid === null || !map.has(place.mailbox_id)) {
      map.set(place.mailbox_id, { id: place.id, uid: place.uid, state: place.state });
    }
    byMessage.set(place.message_id, map);
    const uids = uidsOf.get(place.message_id) ?? new Set();
    if (place.uid !== null) uids.add(`${place.mailbox_id} ${place.uid}`);
    uidsOf.set(place.message_id, uids);
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
      isOurs: one.is_ours,
      uids: uidsOf.get(one.id) ?? new Set(),
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

async function insertRows(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { placement: NewPlacement; messageId: MessageRowId }[],
): Promise<void> {
  if (items.length === 0) return;
  const values = items.map(({ placement, messageId }) => ({
    mailbox_id: placement.mailboxId,
    uid: placement.uid,
    message_id: messageId,
    flags: placement.flags,
    keywords: placement.keywords,
    mod_seq: placement.modSeq,
    state: placement.state,
    operation_id: placement.operationId,
  }));
  await tx.query(
    `insert into placement (connection_id, mailbox_id, uid, message_id, flags, keywords, mod_seq, state, operation_id)
     select $1, mailbox_id, uid, message_id, flags, keywords, mod_seq, state, operation_id
     from jsonb_to_recordset($2::jsonb) as x(mailbox_id int, uid bigint, message_id bigint, flags smallint,
       keywords text[], mod_seq bigint, state text, operation_id bigint)
     on conflict (connection_id, mailbox_id, uid)
       do update set flags = excluded.flags, keywords = excluded.keywords, mod_seq = excluded.mod_seq`,
    [connectionId, JSON.stringify(values)],
  );
}

/** SQL: what takes it away has not ended. An operation that ended without it leaves the message where it is. */
const IS_STILL_LEAVING = `not exists (select 1 from operation o where o.connection_id = p.connection_id
  and o.id = p.operation_id and o.state not in ('pending', 'running'))`;

async function adoptRows(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { placement: NewPlacement; id: PlacementId }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.query(
    `update placement p set uid = x.uid, flags = x.flags, keywords = x.keywords, mod_seq = x.mod_seq,
       state = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then 'leaving' else 'present' end,
       operation_id = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then p.operation_id end
     from jsonb_to_recordset($2::jsonb) as x(id bigint, uid bigint, flags smallint, keywords text[], mod_seq bigint)
     where p.connection_id = $1 and p.id = x.id and not exists (
       select 1 from placement q where q.connection_id = $1 and q.mailbox_id = p.mailbox_id and q.uid = x.uid)`,
    [
      connectionId,
      JSON.stringify(
        items.map(({ placement, id }) => ({
          id,
          uid: placement.uid,
          flags: placement.flags,
          keywords: placement.keywords,
          mod_seq: placement.modSeq,
        })),
      ),
    ],
  );
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
