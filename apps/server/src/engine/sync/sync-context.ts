/** What a look at one mailbox is done with: the row of the mailbox, the session, and whom to tell of what it finds. */
import type { Learned, MailboxId, ModSeq, Uid, UidValidity } from '@postroom/db';
import type { ImapSession } from '../imap/types.ts';
import type { SyncTarget } from './cursor.ts';

/** A row of `mailbox`, as far as a sync needs it. */
export interface MailboxState {
  readonly id: MailboxId;
  readonly path: string;
  readonly uidValidity: UidValidity | null;
  readonly uidNext: Uid | null;
  readonly highestModSeq: ModSeq | null;
  readonly syncedMinUid: Uid | null;
  readonly reconciledAt: Date | null;
}

export interface SyncContext extends SyncTarget {
  readonly session: ImapSession;
  readonly learned: Learned;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** A claim of the server's that the mailbox itself disproved. */
  readonly onDistrust: (what: 'qresync') => Promise<void>;
  /** Messages lie nowhere any more: the other mailboxes are to be looked at before they go from the screen. */
  readonly onUnplaced: () => void;
}
