/**
 * In which order older mail is read: the inbox's first screen, then a taste of Sent and Drafts (conversations need them),
 * then every mailbox in turn, newest first. Pure.
 */
import type { MailboxId, MailboxRole, UidValidity } from '@postroom/db';
import type { UidSet } from '../imap/uid-set.ts';

export interface BackfillItem {
  readonly mailboxId: MailboxId;
  readonly path: string;
  /** Under which `todo` was asked for. */
  readonly uidValidity: UidValidity | null;
  readonly role: MailboxRole | null;
  /** What is still to be read. */
  readonly todo: UidSet;
  /** Pieces read since this process began. */
  readonly pieces: number;
}

/** A page of 50 conversations, of which some have several messages. */
const FIRST_SCREEN = 120;
const TASTE = 200;
/** About a second's work: so long whoever wants the session waits. */
const PIECE = 4000;

/** Size of the item's next piece: the first screen small, so that it is there at once. */
export function pieceSize(item: BackfillItem): number {
  if (item.pieces > 1) return PIECE;
  if (item.role === 'inbox') return item.pieces === 0 ? FIRST_SCREEN : 500;
  return item.pieces === 0 ? TASTE : PIECE;
}

const ROLE_ORDER: readonly (MailboxRole | null)[] = ['inbox', 'sent', 'drafts', 'archive', 'all'];

function rank(item: BackfillItem): number {
  const at = ROLE_ORDER.indexOf(item.role);
  return at === -1 ? ROLE_ORDER.length : at;
}

/** The item to read a piece of next: fewest pieces first, then by role; the inbox goes two ahead of the rest. */
export function nextBackfill(items: readonly BackfillItem[]): BackfillItem | undefined {
  const turn = (item: BackfillItem) => item.pieces - (item.role === 'inbox' ? 1 : 0);
  return [...items].sort((a, b) => turn(a) - turn(b) || rank(a) - rank(b) || a.mailboxId - b.mailboxId)[0];
}
