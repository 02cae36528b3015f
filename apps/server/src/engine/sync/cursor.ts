/** How far a mailbox was followed (RFC 9051 §2.3.1, RFC 7162 §3.1.1): moved in the transaction that writes the rows. */
import type { ConnectionId, MailboxId, ModSeq, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import type { GmailTarget } from '../gmail/apply-labels.ts';
import type { Tx } from '../index/sql.ts';

/** The mailbox that a sync writes to. */
export interface SyncTarget {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly mailboxId: MailboxId;
  readonly ownAddresses: ReadonlySet<string>;
  /** Null: the server's mailboxes are places. Else its threads and ids are taken for ours, and its labels read. */
  readonly gmail: GmailTarget | null;
}

/** Moves a mailbox's cursor; fields left out stay. */
export interface CursorChange {
  readonly uidValidity?: UidValidity | null;
  readonly uidNext?: Uid | null;
  readonly highestModSeq?: ModSeq | null;
  readonly exists?: number;
  readonly syncedMinUid?: Uid;
  readonly keywordsAllowed?: boolean;
  /** RFC 8474 MAILBOXID. */
  readonly objectId?: string;
  readonly reconciled?: boolean;
  readonly synced?: boolean;
}

const CURSOR_COLUMNS: Readonly<Record<string, string>> = {
  uidValidity: 'uid_validity',
  uidNext: 'uid_next',
  highestModSeq: 'highest_mod_seq',
  exists: 'exists',
  syncedMinUid: 'synced_min_uid',
  keywordsAllowed: 'keywords_allowed',
  objectId: 'object_id',
};

export async function moveCursor(
  tx: Tx,
  connectionId: ConnectionId,
  mailboxId: MailboxId,
  change: CursorChange,
): Promise<void> {
  const values: unknown[] = [connectionId, mailboxId];
  const sets: string[] = [];
  for (const [field, column] of Object.entries(CURSOR_COLUMNS)) {
    const value = change[field as keyof CursorChange];
    if (value === undefined) continue;
    values.push(value);
    sets.push(`"${column}" = $${values.length}`);
  }
  if (change.reconciled) sets.push('reconciled_at = now()');
  if (change.synced) sets.push('synced_at = now()');
  if (sets.length === 0) return;
  await tx.query(`update mailbox set ${sets.join(', ')} where connection_id = $1 and id = $2`, values);
}
