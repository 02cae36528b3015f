/**
 * Which message a placement is a copy of: by the server's EMAILID (RFC 8474) or the fingerprint (mime/fingerprint.ts), and
 * by what lies where. Two copies in one mailbox are two messages; a placement without UID waits for its copy.
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
  emailId: string | null;
  /** mailbox → its placement there; a message has at most one a mailbox. */
  placements: Map<MailboxId, { id: PlacementId | null; uid: Uid | null; state: string }>;
}

export type Decision =
  | { kind: 'new-message'; ordinal: number }
  | { kind: 'new-placement'; message: KnownMessage }
  | { kind: 'adopt'; message: KnownMessage; placementId: PlacementId }
  | { kind: 'known'; message: KnownMessage };

const keyOf = (fingerprint: Buffer) => fingerprint.toString('hex');

/** Which message this placement is a copy of. Pure but for noting in `known` what it decided. */
export function decide(placement: NewPlacement, known: Map<string, KnownMessage[]>): Decision {
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

/** Every message that one of these may be a copy of, by fingerprint. */
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
      emailId: one.email_id,
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
  if (messageIds.length === 0) return;
  await tx.query(
    `delete from placement p using message m where m.connection_id = $1 and m.id = any($2::bigint[])
       and m.orphaned_at is not null and p.connection_id = $1 and p.message_id = m.id
       and p.message_id = any($2::bigint[])
       and p.uid is null and p.operation_id is null and p.state = 'arriving'`,
    [connectionId, messageIds],
  );
  await tx.query(
    'update message set orphaned_at = null where connection_id = $1 and id = any($2::bigint[]) and orphaned_at is not null',
    [connectionId, messageIds],
  );
}
