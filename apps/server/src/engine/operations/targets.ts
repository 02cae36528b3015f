/**
 * What an action touches (contract, "What an action touches"): from the placements of some conversations to the messages or
 * placements it is about. Pure.
 */
import type { MailboxId, MailboxRole, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import { FLAG } from '../index/flags.ts';

/** One placement with what the rules need of its message. */
export interface Candidate {
  readonly placementId: PlacementId;
  readonly messageId: MessageRowId;
  readonly threadId: ThreadId;
  readonly mailboxId: MailboxId;
  readonly role: MailboxRole | null;
  readonly receivedAt: Date;
  readonly isOwn: boolean;
  readonly flags: number;
  readonly keywords: readonly string[];
}

/** Deleting, moving and marking as spam leave these alone unless the folder at hand is one of them. */
const LEFT_ALONE: ReadonlySet<MailboxRole | null> = new Set(['sent', 'drafts', 'junk', 'trash']);

const newestFirst = (a: Candidate, b: Candidate) =>
  b.receivedAt.getTime() - a.receivedAt.getTime() || b.messageId - a.messageId;

function byThread(candidates: readonly Candidate[]): Candidate[][] {
  const threads = new Map<ThreadId, Candidate[]>();
  for (const candidate of candidates) {
    threads.set(candidate.threadId, [...(threads.get(candidate.threadId) ?? []), candidate]);
  }
  return [...threads.values()];
}

const idsOf = (candidates: readonly Candidate[]) => [...new Set(candidates.map(({ messageId }) => messageId))];

/** Read: all messages that are unread somewhere. */
export function toMarkRead(candidates: readonly Candidate[]): MessageRowId[] {
  return idsOf(candidates.filter(({ flags }) => (flags & FLAG.seen) === 0));
}

/** Unread: of each conversation the newest message that is not ours; of our own only, the newest. */
export function toMarkUnread(candidates: readonly Candidate[]): MessageRowId[] {
  return byThread(candidates).flatMap((thread) => {
    const ordered = [...thread].sort(newestFirst);
    const newest = ordered.find(({ isOwn }) => !isOwn) ?? ordered[0];
    return newest && (newest.flags & FLAG.seen) !== 0 ? [newest.messageId] : [];
  });
}

/** Star: of each conversation the newest message, where it is not starred. */
export function toStar(candidates: readonly Candidate[]): MessageRowId[] {
  return newestOfEach(candidates).flatMap(({ flags, messageId }) => ((flags & FLAG.flagged) === 0 ? [messageId] : []));
}

/** Important: of each conversation the newest message. */
export function toMarkImportant(candidates: readonly Candidate[]): MessageRowId[] {
  return newestOfEach(candidates).map(({ messageId }) => messageId);
}

function newestOfEach(candidates: readonly Candidate[]): Candidate[] {
  return byThread(candidates).flatMap((thread) => [...thread].sort(newestFirst).slice(0, 1));
}

/** Unstar: every starred message. */
export function toUnstar(candidates: readonly Candidate[]): MessageRowId[] {
  return idsOf(candidates.filter(({ flags }) => (flags & FLAG.flagged) !== 0));
}

/** Archive: what lies in the inbox. */
export function toArchive(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ role }) => role === 'inbox');
}

/** Delete, spam, move: what lies in the folder, or without one everything but Sent, drafts, spam and bin. */
export function toMove(candidates: readonly Candidate[], folder: MailboxId | null): Candidate[] {
  return candidates.filter(({ mailboxId, role }) => (folder === null ? !LEFT_ALONE.has(role) : mailboxId === folder));
}

/**
 * Snooze: what lies in the inbox; of a conversation that has nothing there, and nothing snoozed, the newest message that can
 * be moved.
 */
export function toSnooze(candidates: readonly Candidate[], snoozed: readonly Candidate[] = []): Candidate[] {
  return byThread(candidates).flatMap((thread) => {
    const inInbox = toArchive(thread);
    const isSnoozed = snoozed.some(({ threadId }) => threadId === thread[0]?.threadId);
    return inInbox.length > 0 || isSnoozed ? inInbox : [...toMove(thread, null)].sort(newestFirst).slice(0, 1);
  });
}

/**
 * Delete, conversation by conversation: to the bin, or for good what lies there, when the bin is the folder or nothing is
 * left outside of it.
 */
export function toDelete(
  candidates: readonly Candidate[],
  folder: MailboxId | null,
): { toBin: Candidate[]; forGood: Candidate[] } {
  const toBin: Candidate[] = [];
  const forGood: Candidate[] = [];
  for (const thread of byThread(candidates)) {
    const inBin = thread.filter(({ role }) => role === 'trash');
    const outside = thread.filter(({ role }) => role !== 'trash');
    const isBin = inBin.some(({ mailboxId }) => mailboxId === folder);
    if (isBin || outside.length === 0) forGood.push(...inBin);
    else toBin.push(...toMove(thread, folder));
  }
  return { toBin, forGood };
}
