/**
 * Which message a placement is a copy of: by its fingerprint (mime/fingerprint.ts), by what lies where already, and by its
 * size. The server's word for it (EMAILID, RFC 8474) is taken where the fingerprint was looked up. Pure but for noting in
 * what is known what it decided, so that the next of the same batch finds it.
 */
import type { MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import type { NewMessage, NewPlacement } from './types.ts';

export interface KnownMessage {
  id: MessageRowId;
  threadId: ThreadId;
  ordinal: number;
  size: number;
  hasMessageId: boolean;
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

export const keyOf = (fingerprint: Buffer) => fingerprint.toString('hex');

/** What becomes of the placement. `known`: by fingerprint. */
export function decide(placement: NewPlacement, known: Map<string, KnownMessage[]>): Decision {
  const { message, mailboxId, uid } = placement;
  const key = keyOf(message.fingerprint);
  const candidates = known.get(key) ?? [];

  const already = candidates.find(
    ({ uids, placements }) =>
      uid !== null && (uids.has(`${mailboxId} ${uid}`) || placements.get(mailboxId)?.uid === uid),
  );
  if (already) return { kind: 'known', message: already };

  for (const candidate of copiesOf(message, candidates)) {
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

/**
 * Of which of the messages with its fingerprint it can be a copy, the likeliest first. Two deliveries of one Message-ID may
 * have other bodies (a mailing list adds a footer): the size tells, but for what we stored ourselves.
 */
function copiesOf(message: NewMessage, candidates: readonly KnownMessage[]): KnownMessage[] {
  const exact = candidates.filter(({ size }) => size === message.size);
  if (message.messageId === null) return exact.filter(({ hasMessageId }) => !hasMessageId);
  return [...exact, ...candidates.filter(({ size, isOurs }) => isOurs && size !== message.size)];
}

/** A second copy in the same batch must find the first one's ordinal taken; its own message gets the next. */
function noteNew(placement: NewPlacement, known: Map<string, KnownMessage[]>, key: string, ordinal: number): Decision {
  const placeholder: KnownMessage = {
    id: -1 as MessageRowId,
    threadId: -1 as ThreadId,
    ordinal,
    size: placement.message.size,
    hasMessageId: placement.message.messageId !== null,
    isOurs: false,
    uids: new Set(),
    placements: new Map([[placement.mailboxId, { id: null, uid: placement.uid, state: 'new' }]]),
  };
  known.set(key, [...(known.get(key) ?? []), placeholder]);
  return { kind: 'new-message', ordinal };
}
