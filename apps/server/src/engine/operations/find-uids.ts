/**
 * UIDs of messages that we put where they are and that nobody told us: a server without UIDPLUS (RFC 4315) says no
 * COPYUID. Asked for when something is to be done to them before the next look at their mailbox finds them anyway.
 */
import type { ConnectionId, MailboxId, MessageRowId, OperationId, PlacementId, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { lockAccount, rows, transaction } from '../index/sql.ts';
import { openPlace } from './places.ts';

interface Unknown {
  readonly id: PlacementId;
  readonly mailbox_id: MailboxId;
  readonly path: string;
  readonly uid_validity: UidValidity | null;
  readonly message_id: string | null;
  readonly subject: string;
  readonly size: number;
  /** No other message has its Message-ID. */
  readonly is_only: boolean;
}

export interface UidsWanted {
  readonly messageIds: readonly MessageRowId[];
  /** In this mailbox alone; null: in all. */
  readonly mailboxId: MailboxId | null;
  /** What this operation brings there may be there: it was begun before, and cut off. */
  readonly begun?: OperationId | null;
}

/** Finds them by Message-ID and size, else by size and subject; what is not found is left to the sync. May select mailboxes. */
export async function findUids(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  { messageIds, mailboxId, begun = null }: UidsWanted,
): Promise<void> {
  const unknown = await rows<Unknown>(
    pool,
    `select p.id, p.mailbox_id, b.path, b.uid_validity, m.message_id, m.subject, m.size,
       not exists (select 1 from message o where o.connection_id = $1 and o.message_id = m.message_id and o.id <> m.id) as is_only
     from placement p
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id and b.synced and b.label is null
     join message m on m.connection_id = p.connection_id and m.id = p.message_id
     where p.connection_id = $1 and p.message_id = any($2::bigint[]) and p.uid is null
       and ($3::int is null or p.mailbox_id = $3)
       -- What an operation has yet to bring there is not there.
       and not exists (select 1 from operation o where o.connection_id = $1 and o.id = p.operation_id
         and p.state = 'arriving' and o.state in ('pending', 'running') and o.id is distinct from $4)
     order by p.mailbox_id, p.id`,
    [connectionId, messageIds, mailboxId, begun],
  );
  let selected: string | null = null;
  let isThere = false;
  for (const placement of unknown) {
    if (selected !== placement.path)
      isThere =
        (await openPlace(
          session,
          { path: placement.path, uidValidity: placement.uid_validity },
          { readOnly: true },
        )) !== null;
    selected = placement.path;
    if (!isThere) continue;
    const found = await search(session, placement);
    if (found && found.length > 0) await write(pool, connectionId, placement, found);
  }
}

/** By size too, for two deliveries of one Message-ID may differ; our own copy of it may be measured otherwise there. */
async function search(session: ImapSession, { message_id, subject, size, is_only }: Unknown): Promise<Uid[] | null> {
  const sized = { deleted: false, larger: size - 1, smaller: size + 1 };
  if (message_id === null) return session.search({ ...sized, ...(subject === '' ? {} : { subject }) });
  const header = { 'Message-ID': message_id };
  const found = await session.search({ ...sized, header });
  if (!is_only || (found && found.length > 0)) return found;
  return session.search({ deleted: false, header });
}

/** The newest of those that are not known as another message. */
async function write(pool: pg.Pool, connectionId: ConnectionId, placement: Unknown, found: readonly Uid[]) {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query(
      `update placement p set uid = x.uid, state = case state when 'arriving' then 'present' else state end,
         operation_id = case state when 'arriving' then null else operation_id end
       from (select max(u) as uid from unnest($3::bigint[]) u where not exists (
         select 1 from placement q where q.connection_id = $1 and q.mailbox_id = $4 and q.uid = u)) x
       where p.connection_id = $1 and p.id = $2 and p.uid is null and x.uid is not null`,
      [connectionId, placement.id, found, placement.mailbox_id],
    );
  });
}
