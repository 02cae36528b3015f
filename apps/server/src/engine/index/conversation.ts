/**
 * The messages of a conversation with where they lie: all but those only in junk and trash, unless it has no others or
 * that folder is asked for (contract, Conversations).
 */
import type {
  ConnectionId,
  MailboxId,
  MailboxRole,
  MessageAddresses,
  MessageExtras,
  MessageRowId,
  OutboxState,
  StructureNode,
  ThreadId,
  Uid,
  UidValidity,
} from '@postroom/db';
import { type Queryable, row, rows } from './sql.ts';

export interface MessagePlace {
  readonly mailboxId: MailboxId;
  readonly role: MailboxRole | null;
  readonly path: string;
  readonly uid: Uid | null;
  readonly uidValidity: UidValidity | null;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** It lies here and is shown elsewhere (`placement.covered`). */
  readonly covered: boolean;
}

export interface MessageRow {
  readonly id: MessageRowId;
  readonly thread_id: ThreadId;
  readonly message_id: string | null;
  readonly in_reply_to: string | null;
  readonly references: string[];
  readonly addresses: MessageAddresses;
  readonly subject: string;
  readonly date: Date | null;
  readonly received_at: Date;
  readonly size: number;
  readonly structure: StructureNode | null;
  readonly snippet: string | null;
  readonly extras: MessageExtras;
  readonly is_own: boolean;
  readonly label_ids: number[];
  readonly places: readonly MessagePlace[];
  readonly outbox_state: OutboxState | null;
  readonly draft_id: number | null;
}

const MESSAGE_COLUMNS = `m.id, m.thread_id, m.message_id, m.in_reply_to, m."references", m.addresses, m.subject, m.date,
  m.received_at, m.size, m.structure, m.extras, m.is_own,
  (select s.snippet from message_snippet s where s.connection_id = m.connection_id and s.message_id = m.id) as snippet,
  coalesce((select array_agg(label_id) from message_label l where l.connection_id = m.connection_id and l.message_id = m.id), '{}') as label_ids,
  (select o.state from outbox o where o.connection_id = m.connection_id and o.message_id = m.id
     and o.state not in ('sent', 'canceled') order by o.id desc limit 1) as outbox_state,
  (select d.id from draft d where d.connection_id = m.connection_id and d.message_id = m.id and d.deleted_at is null limit 1) as draft_id,
  coalesce((select jsonb_agg(jsonb_build_object('mailboxId', b.id, 'role', b.role, 'path', b.path, 'uid', p.uid,
      'uidValidity', b.uid_validity, 'flags', p.flags, 'keywords', p.keywords, 'covered', p.covered) order by b.id)
    from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
    where p.connection_id = m.connection_id and p.message_id = m.id and p.state <> 'leaving' and p.flags & 8 = 0), '[]') as places`;

/** The id a conversation has now; an alias leads to what it was merged into. */
export async function currentThreadIds(
  sql: Queryable,
  connectionId: ConnectionId,
  ids: readonly ThreadId[],
): Promise<Map<ThreadId, ThreadId>> {
  const found = await rows<{ asked: ThreadId; id: ThreadId }>(
    sql,
    `select x.id as asked, t.id from unnest($2::bigint[]) as x(id)
     left join thread_alias a on a.connection_id = $1 and a.old_id = x.id
     join thread t on t.connection_id = $1 and t.id = coalesce(a.into_id, x.id)`,
    [connectionId, ids],
  );
  return new Map(found.map(({ asked, id }) => [asked, id]));
}

/** Oldest first; empty when nothing of it is shown. */
export async function loadConversation(
  sql: Queryable,
  connectionId: ConnectionId,
  threadId: ThreadId,
  folder: MailboxId | null,
): Promise<MessageRow[]> {
  const all = await rows<MessageRow>(
    sql,
    `select ${MESSAGE_COLUMNS} from message m where m.connection_id = $1 and m.thread_id = $2
     order by m.received_at, m.id`,
    [connectionId, threadId],
  );
  const placed = all.filter(({ places }) => places.length > 0);
  const outside = placed.filter(({ places }) => places.some(({ role }) => role !== 'junk' && role !== 'trash'));
  if (outside.length === 0) return placed;
  return placed.filter(
    (message) => outside.includes(message) || message.places.some(({ mailboxId }) => mailboxId === folder),
  );
}

export async function loadMessage(
  sql: Queryable,
  connectionId: ConnectionId,
  id: MessageRowId,
): Promise<MessageRow | undefined> {
  return row<MessageRow>(sql, `select ${MESSAGE_COLUMNS} from message m where m.connection_id = $1 and m.id = $2`, [
    connectionId,
    id,
  ]);
}
