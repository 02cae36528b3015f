/**
 * New placements into the index, a batch in one transaction: each finds the message it is a copy of (copies.ts), or makes
 * one; new messages find their conversation (assign-threads.ts). Rows of lists are not touched: the caller calls
 * `refreshThreads` once for all it changed.
 */
import type { ConnectionId, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import { assignThreads } from './assign-threads.ts';
import { saveSnippets } from './bodies.ts';
import { learnContacts } from './contacts.ts';
import { type Decision, decide, foundAgain, loadKnown } from './copies.ts';
import { adoptRows, insertRows } from './placement-rows.ts';
import { followServerThreads, recordKeys } from './server-threads.ts';
import { splitCopies } from './split-copies.ts';
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
  if (placements.length === 0) return { messageIds: [], freshIds: [], threadIds: [] };
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
  const { threadOf, touched, merges } = await assignThreads(
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
  const knownIds: MessageRowId[] = [];
  const adoptedIds: MessageRowId[] = [];
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
    const { id, threadId } = decision.message;
    messageIds.push(id);
    knownIds.push(id);
    // A merge may have moved threads that were known before it.
    threadIds.add(threadId).add(merges.get(threadId) ?? threadId);
    if (decision.kind === 'adopt') {
      adopted.push({ placement, id: decision.placementId });
      adoptedIds.push(id);
    } else added.push({ placement, messageId: id });
  }
  await insertRows(tx, connectionId, added);
  await adoptRows(tx, connectionId, adopted);
  await foundAgain(tx, connectionId, knownIds);
  await splitCopies(tx, connectionId, adoptedIds);
  return { messageIds, freshIds, threadIds: [...threadIds] };
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
    extras: message.extras,
    is_own: message.isOwn,
  }));
  const made = await rows<{ id: MessageRowId; fingerprint: string; ordinal: number }>(
    tx,
    `insert into message (connection_id, thread_id, fingerprint, ordinal, email_id, message_id, in_reply_to,
       "references", addresses, subject, date, received_at, size, structure, has_attachments, extras, is_own)
     select $1, thread_id, decode(fingerprint, 'hex'), ordinal, email_id, message_id, in_reply_to,
       refs, addresses, subject, date, received_at, size, structure, has_attachments, extras, is_own
     from jsonb_to_recordset($2::jsonb) as x(thread_id bigint, fingerprint text, ordinal smallint,
       email_id text, message_id text, in_reply_to text, refs text[], addresses jsonb, subject text, date timestamptz,
       received_at timestamptz, size int, structure jsonb, has_attachments boolean, extras jsonb, is_own boolean)
     returning id, encode(fingerprint, 'hex') as fingerprint, ordinal`,
    [connectionId, JSON.stringify(values)],
  );
  const idOf = new Map(made.map(({ id, fingerprint, ordinal }) => [`${fingerprint} ${ordinal}`, id]));
  const ids = values.map(({ fingerprint, ordinal }) => idOf.get(`${fingerprint} ${ordinal}`) as MessageRowId);
  const lines = items.flatMap(({ message }, index): [MessageRowId, string][] =>
    message.snippet === null ? [] : [[ids[index] as MessageRowId, message.snippet]],
  );
  await saveSnippets(tx, connectionId, new Map(lines));
  return ids;
}
