/** The mailbox that an action is about by its role (RFC 6154), made where the server has none. */
import type { ConnectionId, MailboxId, MailboxRole } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { row, rows, type Tx } from '../index/sql.ts';

/** What a missing role mailbox is made as. */
const DEFAULT_NAMES: Readonly<Partial<Record<MailboxRole, string>>> = {
  archive: 'Archive',
  trash: 'Trash',
  junk: 'Junk',
  sent: 'Sent',
  drafts: 'Drafts',
  snoozed: 'Snoozed',
};

/** The mailbox of that role; where the server has none, one is written down here and made there before the first move. */
export async function mailboxOfRole(tx: Tx, connectionId: ConnectionId, role: MailboxRole): Promise<MailboxId> {
  const found = await row<{ id: MailboxId }>(tx, 'select id from mailbox where connection_id = $1 and role = $2', [
    connectionId,
    role,
  ]);
  if (found) return found.id;
  const name = DEFAULT_NAMES[role] ?? role;
  const known = await rows<{ path: string; delimiter: string | null }>(
    tx,
    `select path, delimiter from mailbox where connection_id = $1 and role is distinct from 'inbox'`,
    [connectionId],
  );
  const delimiter = known[0]?.delimiter ?? '/';
  // Servers that keep everything below the inbox (`INBOX.Sent`) want the new one there too.
  const isBelowInbox = known.length > 0 && known.every(({ path }) => path.startsWith(`INBOX${delimiter}`));
  const made = await row<{ id: MailboxId }>(
    tx,
    `insert into mailbox (connection_id, path, delimiter, name, role, synced) values ($1, $2, $3, $4, $5, false)
     on conflict (connection_id, path) do update set role = excluded.role returning id`,
    [connectionId, isBelowInbox ? `INBOX${delimiter}${name}` : name, delimiter, name, role],
  );
  return (made as { id: MailboxId }).id;
}

/** A mailbox that mail of ours is put into; not `synced` while it is written down here alone. */
export interface OwnMailbox {
  readonly id: MailboxId;
  readonly path: string;
  readonly synced: boolean;
  /** It is a label, and no UID of it is worth keeping (`mailbox.label`). */
  readonly label: string | null;
}

/** The mailbox as the server has it: made there, and named as it is there, where it was written down here alone. */
export async function onServer(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  mailbox: OwnMailbox,
): Promise<OwnMailbox> {
  if (mailbox.synced) return mailbox;
  // A server with nothing beside the inbox shows its prefix only now.
  const path = await session.createMailbox(mailbox.path);
  await session.subscribe(path);
  await pool.query(
    `update mailbox set synced = true, path = case when exists (
       select 1 from mailbox where connection_id = $1 and path = $3) then path else $3 end
     where connection_id = $1 and id = $2`,
    [connectionId, mailbox.id, path],
  );
  return { ...mailbox, path, synced: true };
}
