/** The account's mailboxes that are read, and as what; and whether the server's STATUS of one shows that something happened there. */
import type { ConnectionId, MailboxRole, ModSeq, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import type { ListedMailbox } from '../imap/types.ts';
import { rows } from '../index/sql.ts';
import type { MailboxState } from './sync-context.ts';

/** A mailbox that is synced, with what its STATUS is held against. */
export interface MailboxRow extends MailboxState {
  readonly role: MailboxRole | null;
  readonly exists: number;
  readonly hasUnlinked: boolean;
}

/** SQL: the role a mailbox `b` is read as. All Mail, where others are labels, is what the inbox is read from. */
const READ_AS = `case when b.role = 'archive' and exists (select 1 from mailbox l
  where l.connection_id = b.connection_id and l.label is not null) then 'inbox' else b.role end as role`;

/**
 * Mailboxes that are places, what is new first. Where mailboxes are labels the inbox is read from All Mail, which therefore
 * counts as the inbox here.
 */
export async function loadMailboxes(pool: pg.Pool, connectionId: ConnectionId): Promise<MailboxRow[]> {
  return rows<MailboxRow>(
    pool,
    `select b.id, b.path, ${READ_AS}, b.uid_validity as "uidValidity", b.uid_next as "uidNext",
       b.highest_mod_seq as "highestModSeq", b.synced_min_uid as "syncedMinUid", b.reconciled_at as "reconciledAt", b."exists",
       exists (select 1 from placement p where p.connection_id = b.connection_id and p.mailbox_id = b.id
         and p.uid is null) as "hasUnlinked"
     from mailbox b where b.connection_id = $1 and b.synced and b.label is null
     order by (b.role = 'inbox') desc nulls last, b.role nulls last, b.path`,
    [connectionId],
  );
}

/** The mailbox that new mail of the inbox comes into. */
export async function loadInboxPath(pool: pg.Pool, connectionId: ConnectionId): Promise<string | null> {
  const inbox = (await loadMailboxes(pool, connectionId)).find(({ role }) => role === 'inbox');
  return inbox?.path ?? null;
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
    reconciledAt: Date | null;
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
  if (mailbox.reconciledAt === null) return false;
  return status.highestModSeq !== null && status.highestModSeq === mailbox.highestModSeq;
}
