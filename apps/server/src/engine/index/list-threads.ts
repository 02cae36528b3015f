/**
 * A page of a list, by keyset on (newest_at, thread_id): no offset, so page 100 costs what page 1 does, and mail that
 * arrives while somebody pages makes neither gap nor double.
 */
import type { Address, ConnectionId, LabelId, ListKey, SurfacedBy, ThreadId } from '@postroom/db';
import { z } from 'zod';
import { MailError } from '../../lib/driver/errors.ts';
import { presentConnectionId, presentId } from '../../lib/driver/ids.ts';
import type { ThreadSummary } from '../../lib/driver/schemas.ts';
import { type Folders, presentLabel } from './folders.ts';
import { IS_SHOWN, type Queryable, rows } from './sql.ts';

export interface Position {
  readonly newestAt: Date;
  readonly threadId: ThreadId;
}

export interface ThreadRow {
  readonly id: ThreadId;
  readonly subject: string;
  readonly snippet: string;
  readonly senders: Address[];
  readonly message_count: number;
  readonly unread_count: number;
  readonly starred: boolean;
  readonly important: boolean;
  readonly has_attachments: boolean;
  readonly label_ids: LabelId[];
  readonly snoozed_until: Date | null;
  readonly surfaced_at: Date | null;
  readonly surfaced_by: SurfacedBy | null;
  readonly surfaced_since: Date | null;
  /** Newest message of all. */
  readonly last_at: Date | null;
  /** Where it stands in the list at hand: the newest message there, or when it was brought back on top. */
  readonly newest_at: Date;
}

/** Of the newest message; empty until it is here. */
const SNIPPET = `coalesce((select s.snippet from message_snippet s
  where s.connection_id = t.connection_id and s.message_id = t.newest_message_id), '') as snippet`;
const COLUMNS = `t.id, t.subject, ${SNIPPET}, t.senders, t.message_count, t.unread_count, t.starred, t.important,
  t.has_attachments, t.label_ids, t.snoozed_until, t.surfaced_at, t.surfaced_by, t.surfaced_since, t.newest_at as last_at`;

/** Before every row. */
const TOP = { newestAt: 'infinity', threadId: '9223372036854775807' };

/**
 * `max` rows after `after`, newest first. `nulls last` is how the index `thread_list_page` is ordered; without it, and
 * without a bound on the first page too, PostgreSQL may sort the whole list for every page. Without a name: a plan kept
 * from when the list was short would.
 */
export async function listThreads(
  sql: Queryable,
  options: { connectionId: ConnectionId; list: ListKey; after: Position | null; max: number },
): Promise<ThreadRow[]> {
  const { connectionId, list, after, max } = options;
  if (list === 'snoozed') return listSnoozed(sql, options);
  const { newestAt, threadId } = after ?? TOP;
  return rows<ThreadRow>(
    sql,
    `select ${COLUMNS}, l.newest_at from (
       select thread_id, newest_at from thread_list
       where connection_id = $1 and list = $2 and (newest_at, thread_id) < ($4, $5)
       order by newest_at desc nulls last, thread_id desc nulls last limit $3) l
     cross join lateral (select * from thread where connection_id = $1 and id = l.thread_id offset 0) t
     order by l.newest_at desc, l.thread_id desc`,
    [connectionId, list, max, newestAt, threadId],
  );
}

/** What waits, the next to come back first; positions are times of coming back. Few enough to be sorted for each page. */
async function listSnoozed(
  sql: Queryable,
  { connectionId, after, max }: { connectionId: ConnectionId; after: Position | null; max: number },
): Promise<ThreadRow[]> {
  return rows<ThreadRow>(
    sql,
    `select ${COLUMNS}, l.newest_at from thread_list l
     join thread t on t.connection_id = l.connection_id and t.id = l.thread_id and t.snoozed_until is not null
     where l.connection_id = $1 and l.list = 'snoozed' and (t.snoozed_until, t.id) > ($3, $4)
     order by t.snoozed_until, t.id limit $2`,
    [connectionId, max, after?.newestAt ?? '-infinity', after?.threadId ?? 0],
  );
}

/** Where the page after this row begins. */
export function positionOf(
  list: ListKey | null,
  thread: Pick<ThreadRow, 'id' | 'newest_at' | 'snoozed_until'>,
): Position {
  const at = list === 'snoozed' ? thread.snoozed_until : null;
  return { newestAt: at ?? thread.newest_at, threadId: thread.id };
}

/** The rows of conversations that a search found, in its order. */
export async function loadThreadRows(
  sql: Queryable,
  connectionId: ConnectionId,
  found: readonly Position[],
): Promise<ThreadRow[]> {
  const loaded = await rows<ThreadRow>(
    sql,
    `select ${COLUMNS}, x.newest_at
     from unnest($2::bigint[], $3::timestamptz[]) with ordinality as x(id, newest_at, position)
     join thread t on t.connection_id = $1 and t.id = x.id order by x.position`,
    [connectionId, found.map(({ threadId }) => threadId), found.map(({ newestAt }) => newestAt)],
  );
  return loaded;
}

/**
 * In spam and bin a conversation counts what `mail.get` gives with that folder: what is elsewhere, and what is here.
 */
export async function countWithin(
  sql: Queryable,
  connectionId: ConnectionId,
  mailboxId: number,
  threadIds: readonly ThreadId[],
): Promise<Map<ThreadId, { messages: number; unread: number }>> {
  const counted = await rows<{ thread_id: ThreadId; messages: number; unread: number }>(
    sql,
    `select thread_id, count(*)::int as messages, (count(*) filter (where unread))::int as unread from (
       select m.thread_id, m.id, bool_or(p.flags & 1 = 0) as unread
       from message m
       join placement p on p.connection_id = m.connection_id and p.message_id = m.id
       join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
       where m.connection_id = $1 and m.thread_id = any($2::bigint[]) and ${IS_SHOWN}
       group by 1, 2
       having bool_or(coalesce(b.role, '') not in ('junk', 'trash') or b.id = $3)
     ) x group by 1`,
    [connectionId, threadIds, mailboxId],
  );
  return new Map(counted.map(({ thread_id, messages, unread }) => [thread_id, { messages, unread }]));
}

export function presentThread(folders: Folders, thread: ThreadRow): ThreadSummary {
  return {
    id: presentId('thread', folders.connectionId, thread.id),
    connectionId: presentConnectionId(folders.connectionId),
    subject: thread.subject,
    snippet: thread.snippet,
    senders: thread.senders,
    messageCount: thread.message_count,
    unreadCount: thread.unread_count,
    starred: thread.starred,
    important: thread.important,
    hasAttachments: thread.has_attachments,
    labels: folders.labels
      .filter(({ id }) => thread.label_ids.includes(id))
      .map((label) => presentLabel(folders.connectionId, label)),
    receivedOn: thread.newest_at.toISOString(),
    ...(thread.snoozed_until ? { snoozedUntil: thread.snoozed_until.toISOString() } : {}),
    ...surfacedOf(thread),
  };
}

/** Why it stands where it does; until something newer than that came. */
function surfacedOf({ surfaced_at: at, surfaced_by: by, surfaced_since: since, last_at }: ThreadRow) {
  if (at === null || by === null || (last_at !== null && last_at > at)) return {};
  return { surfaced: { at: at.toISOString(), by, ...(since ? { since: since.toISOString() } : {}) } };
}

/** A time that both Date and PostgreSQL hold, and an id. */
const cursorSchema = z.tuple([z.number().int().min(-1e14).max(8e15), z.number().int().nonnegative()]);

export function writeCursor({ newestAt, threadId }: Position): string {
  return Buffer.from(JSON.stringify([newestAt.getTime(), threadId])).toString('base64url');
}

/** Throws INVALID_INPUT for what is no cursor of ours. */
export function readCursor(cursor: string): Position | null {
  if (cursor === '') return null;
  try {
    const [time, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { newestAt: new Date(time), threadId: id as ThreadId };
  } catch (cause) {
    throw new MailError({ code: 'INVALID_INPUT', message: 'This page cursor is not one of ours.', cause });
  }
}
