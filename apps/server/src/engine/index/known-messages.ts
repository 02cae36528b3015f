/**
 * Messages that the index has already, by what they are known again by: the fingerprint, or the EMAILID (RFC 8474) that
 * the server gives. And those that had vanished and are found again elsewhere.
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { rows, type Tx } from './sql.ts';
import type { NewPlacement } from './types.ts';

export interface KnownMessage {
  id: MessageRowId;
  threadId: ThreadId;
  ordinal: number;
  size: number;
  hasMessageId: boolean;
  /** mailbox → its placement there; a message has at most one a mailbox. */
  placements: Map<MailboxId, { id: PlacementId | null; uid: Uid | null; state: string }>;
}

export const keyOf = (fingerprint: Buffer) => fingerprint.toString('hex');

export async function loadKnown(
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
      placements: byMessage.get(one.id) ?? new Map(),
    };
    const keys = new Set([keyOf(one.fingerprint), keyByEmailId.get(one.email_id ?? '')]);
    for (const key of keys) if (key !== undefined) known.set(key, [...(known.get(key) ?? []), message]);
  }
  return known;
}

/** Messages that were found: the place one vanished from, kept until then, goes in the same moment. */
export async function foundAgain(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<void> {
  await tx.query(
    `delete from placement p using message m where m.connection_id = $1 and m.id = any($2::bigint[])
       and m.orphaned_at is not null and p.connection_id = $1 and p.message_id = m.id
       and p.uid is null and p.operation_id is null and p.state = 'arriving'`,
    [connectionId, messageIds],
  );
  await tx.query(
    'update message set orphaned_at = null where connection_id = $1 and id = any($2::bigint[]) and orphaned_at is not null',
    [connectionId, messageIds],
  );
}
