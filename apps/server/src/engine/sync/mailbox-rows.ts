/** The account's mailboxes that are synced, and whether the server's STATUS of one shows that something happened there. */
import type { ConnectionId, MailboxRole, ModSeq, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import type { ListedMailbox } from '../imap/types.ts';
import { rows } from '../index/sql.ts';
import type { MailboxState } from './mailbox-sync.ts';

/** A mailbox that is synced, with what its STATUS is held against. */
export interface MailboxRow extends MailboxState {
  readonly role: MailboxRole | null;
  readonly exists: number;
  readonly hasUnlinked: boolean;
}

export async function loadMailboxes(pool: pg.Pool, connectionId: ConnectionId): Promise<MailboxRow[]> {
  return rows<MailboxRow>(
    pool,
    `select id, path, role, uid_validity as "uidValidity", uid_next as "uidNext", highest_mod_seq as "highestModSeq",
       synced_min_uid as "syncedMinUid", reconciled_at as "reconciledAt", "exists",
       exists (select 1 from placement p where p.connection_id = mailbox.connection_id and p.mailbox_id = mailbox.id
         and p.uid is null) as "hasUnlinked"
     from mailbox where connection_id = $1 and synced order by (role = 'inbox') desc nulls last, role nulls last, path`,
    [connectionId],
  );
}

/**
 * Whether STATUS shows that nothing happened since the cursor. Flags move only HIGHESTMODSEQ; without it one must look,
 * and where a placement waits for its UID.
 */
export function isUnchanged(
  mailbox: {
    uidValidity: UidValidity | null;
    uidNext: Uid | null;
    highestModSeq: ModSeq | null;
    syncedMinUid: Uid | null;
    exists: number;
    hasUnlinked: boolean;
  },
  status: ListedMailbox['status'] | undefined,
): boolean {
  if (!status || mailbox.hasUnlinked || mailbox.syncedMinUid !== (0 as Uid)) return false;
  const same =
    status.uidValidity === mailbox.uidValidity &&
    status.uidNext === mailbox.uidNext &&
    status.messages === mailbox.exists;
  if (!same) return false;
  if (status.messages === 0) return true;
  return status.highestModSeq !== null && status.highestModSeq === mailbox.highestModSeq;
}
