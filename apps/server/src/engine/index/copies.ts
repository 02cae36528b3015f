/**
 * Which message a placement is a copy of: by its fingerprint (mime/fingerprint.ts), by what lies where already, and by its
 * size. The server's word for it (EMAILID, RFC 8474) is taken where the fingerprint was looked up. Two copies in one
 * mailbox are two messages; a placement without UID waits for its copy.
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { rows, type Tx } from './sql.ts';
import type { NewMessage, NewPlacement } from './types.ts';

export interface KnownMessage {
  id: MessageRowId;
  threadId: ThreadId;
  ordinal: number;
  size: number;
  hasMessageId: boolean;
  emailId: string | null;
  /** Written here and stored there by us: its size is what we measured, not what the server says. */
  isOurs: boolean;
  /** `mailbox uid` of every placement that has a UID. */
  uids: ReadonlySet<string>;
  /** mailbox → its placement there; the one that waits for a UID where a message on its way back has two. */
  placements: Map<MailboxId, { id: PlacementId | null; uid: Uid | null; state: string }>;
}

export type Decision =
  | { kind: 'new-message'; ordinal: number }
  | { kind: 'new-placement'; message: KnownMessage }
  | { kind: 'adopt'; message: KnownMessage; placementId: PlacementId }
  | { kind: 'known'; message: KnownMessage };

const keyOf = (fingerprint: Buffer) => fingerprint.toString('hex');

/** What becomes of the placement. Pure but for noting in `known` what it decided, so that the next of the batch finds it. */
export function decide(placement: NewPlacement, known: Map<string, KnownMessage[]>): Decision {
  const { message, mailboxId, uid } = placement;
  const key = keyOf(message.fingerprint);
  const candidates = known.get(key) ?? [];

  const already = candidates.find(
    ({ uids, placements }) =>
      uid !== null && (uids.has(`${mailboxId} ${uid}`) || placements.get(mailboxId)?.uid === uid),
  );
  if (already) return { kind: 'known', message: already };

  const copies = copiesOf(message, candidates);
  // Of true doubles the one that is waited for here comes before one that lies elsewhere.
  for (const candidate of placement.state === 'present' ? copies : []) {
    const there = candidate.placements.get(mailboxId);
    if (there === undefined || there.uid !== null || there.id === null) continue;
    candidate.placements.set(mailboxId, { id: there.id, uid, state: 'present' });
    return { kind: 'adopt', message: candidate, placementId: there.id };
  }
  const elsewhere = copies.find(({ placements }) => !placements.has(mailboxId));
  if (elsewhere) {
    elsewhere.placements.set(mailboxId, { id: null, uid, state: placement.state });
    return { kind: 'new-placement', message: elsewhere };
  }
  const ordinal = candidates.reduce((highest, candidate) => Math.max(highest, candidate.ordinal + 1), 0);
  return noteNew(placement, known, key, ordinal);
}

/**
 * Of which of the messages with its fingerprint it can be a copy, the likeliest first. Two deliveries of one Message-ID may
 * have other bodies (a mailing list adds a footer): the size tells, but for what we stored ourselves. Where the server tells
 * what is one message, two ids are two messages, and one id is one whatever its size.
 */
function copiesOf(message: NewMessage, candidates: readonly KnownMessage[]): KnownMessage[] {
  const isTold = message.serverThreadKey !== null && message.emailId !== null;
  const told = isTold ? candidates.filter(({ emailId }) => emailId === message.emailId) : [];
  const open = isTold ? candidates.filter(({ emailId }) => emailId === null) : candidates;
  const exact = open.filter(({ size }) => size === message.size);
  if (message.messageId === null) return [...told, ...exact.filter(({ hasMessageId }) => !hasMessageId)];
  return [...told, ...exact, ...open.filter(({ size, isOurs }) => isOurs && size !== message.size)];
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
    isOurs: false,
    uids: new Set(),
    placements: new Map([[placement.mailboxId, { id: null, uid: placement.uid, state: 'new' }]]),
  };
  known.set(key, [...(known.get(key) ?? []), placeholder]);
  return { kind: 'new-message', ordinal };
}

const FOUND = 'id, thread_id, fingerprint, email_id, ordinal, size, message_id is not null as has_message_id';

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
    is_ours: boolean;
  }>(
    tx,
    `select m.*, exists (select 1 from outbox o where o.connection_id = $1 and o.message_id = m.id)
         or exists (select 1 from draft d where d.connection_id = $1 and d.message_id = m.id) as is_ours
     from (
       select ${FOUND} from message where connection_id = $1 and fingerprint = any($2::bytea[])
       ${emailIds.length > 0 ? `union select ${FOUND} from message where connection_id = $1 and email_id = any($3::text[])` : ''}
     ) m order by m.ordinal, m.id`,
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
      emailId: one.email_id,
      isOurs: one.is_ours,
      uids: uidsOf.get(one.id) ?? new Set(),
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
