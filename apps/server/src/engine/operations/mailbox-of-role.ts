/** The mailbox that an action is about by its role (RFC 6154), made where the server has none. */
import type { ConnectionId, MailboxId, MailboxRole } from '@postroom/db';
import { row, rows, type Tx } from '../index/sql.ts';

/** What a missing role mailbox is made as. */
const DEFAULT_NAMES: Readonly<Partial<Record<MailboxRole, string>>> = {
  archive: 'Archive',
  trash: 'Trash',
  junk: 'Junk',
  sent: 'Sent',
  drafts: 'Drafts',
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
