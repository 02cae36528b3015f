/**
 * New placements into the index, a batch in one transaction: each finds the message it is a copy of (copies.ts), or makes
 * one; new messages find their conversation (assign-threads.ts). Rows of lists are not touched: the caller calls
 * `refreshThreads` once for all it changed.
 */
import type { ConnectionId, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import { assignThreads } from './assign-threads.ts';
import { learnContacts } from './contacts.ts';
import { type Decision, decide, foundAgain, loadKnown } from './copies.ts';
import { rows, type Tx } from './sql.ts';
import type { Inserted, NewMessage, NewPlacement } from './types.ts';

/**
 * Inserts or adopts. A placement without UID in the same mailbox for the same message (arriving, or left over from a
 * UIDVALIDITY that is gone) takes the UID over; a UID that is there already only has its flags renewed. Idempotent: the
 * same batch twice changes nothing.
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
  const { threadOf, touched, merges } = await assignThreads(
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
  const knownIds: MessageRowId[] = [];
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
    const { id, threadId } = decision.message;
    messageIds.push(id);
    knownIds.push(id);
    // A merge may have moved threads that were known before it.
    threadIds.add(threadId).add(merges.get(threadId) ?? threadId);
    if (decision.kind === 'adopt') adopted.push({ placement, id: decision.placementId });
    else added.push({ placement, messageId: id });
  }
  await insertRows(tx, connectionId, added);
  await adoptRows(tx, connectionId, adopted);
  await foundAgain(tx, connectionId, knownIds);
  return { messageIds, threadIds: [...threadIds] };
}

async function insertMessages(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { message: NewMessage; ordinal: number; threadId: ThreadId }[],
): Promise<MessageRowId[]> {
  if (items.length === 0) return [];
  const values = items.map(({ message, ordinal, threadId }) => ({
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
  const made = await rows<{ id: MessageRowId; fingerprint: string; ordinal: number }>(
    tx,
    `insert into message (connection_id, thread_id, fingerprint, ordinal, email_id, message_id, in_reply_to,
       "references", addresses, subject, date, received_at, size, structure, has_attachments, snippet, extras, is_own)
     select $1, thread_id, decode(fingerprint, 'hex'), ordinal, email_id, message_id, in_reply_to,
       refs, addresses, subject, date, received_at, size, structure, has_attachments, snippet, extras, is_own
     from jsonb_to_recordset($2::jsonb) as x(thread_id bigint, fingerprint text, ordinal smallint,
       email_id text, message_id text, in_reply_to text, refs text[], addresses jsonb, subject text, date timestamptz,
       received_at timestamptz, size int, structure jsonb, has_attachments boolean, snippet text, extras jsonb,
       is_own boolean)
     returning id, encode(fingerprint, 'hex') as fingerprint, ordinal`,
    [connectionId, JSON.stringify(values)],
  );
  const idOf = new Map(made.map(({ id, fingerprint, ordinal }) => [`${fingerprint} ${ordinal}`, id]));
  return values.map(({ fingerprint, ordinal }) => idOf.get(`${fingerprint} ${ordinal}`) as MessageRowId);
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
     where p.connection_id = $1 and p.id = x.id and p.id = any($3::bigint[]) and not exists (
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
      items.map(({ id }) => id),
    ],
  );
}
