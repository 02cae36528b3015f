/** The mailboxes that are read, and as what. */
import type { ConnectionId, MailboxRole } from '@postroom/db';
import type pg from 'pg';
import { rows } from '../index/sql.ts';
import type { MailboxState } from './sync-context.ts';

export interface MailboxRow extends MailboxState {
  readonly role: MailboxRole | null;
  readonly exists: number;
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
       b.highest_mod_seq as "highestModSeq", b.synced_min_uid as "syncedMinUid", b.reconciled_at as "reconciledAt", b."exists"
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
