/** The cache of decoded bodies: written when a message is first read, capped by account, the longest unread going first. */
import type { ConnectionId, MessageRowId, ThreadId } from '@postroom/db';
import { type Queryable, row, rows } from './sql.ts';

export interface Body {
  readonly html: string;
  readonly text: string;
  /** mime/authentication.ts's reading of the topmost Authentication-Results, or null. */
  readonly authentication: unknown;
}

/** What one account's cache may hold, in octets of text. */
export const BODY_CACHE_BYTES = 512 * 1024 * 1024;

export async function loadBodies(
  sql: Queryable,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<Map<MessageRowId, Body>> {
  const found = await rows<{ message_id: MessageRowId } & Body>(
    sql,
    'select message_id, html, text, authentication from body where connection_id = $1 and message_id = any($2::bigint[])',
    [connectionId, messageIds],
  );
  return new Map(found.map(({ message_id, ...body }) => [message_id, body]));
}

export async function saveBody(
  sql: Queryable,
  connectionId: ConnectionId,
  messageId: MessageRowId,
  body: Body,
): Promise<void> {
  await sql.query(
    `insert into body (connection_id, message_id, html, text, authentication, bytes)
     select $1, id, $3, $4, $5, $6 from message where connection_id = $1 and id = $2
     on conflict (connection_id, message_id) do update
       set html = excluded.html, text = excluded.text, authentication = excluded.authentication,
           bytes = excluded.bytes, used_at = now()`,
    [
      connectionId,
      messageId,
      body.html,
      body.text,
      body.authentication === null || body.authentication === undefined ? null : JSON.stringify(body.authentication),
      Buffer.byteLength(body.html) + Buffer.byteLength(body.text),
    ],
  );
}

/** Marks bodies as read now; the eviction's order. */
export async function touchBodies(
  sql: Queryable,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<void> {
  await sql.query(
    `update body set used_at = now() where connection_id = $1 and message_id = any($2::bigint[])
       and used_at < now() - interval '1 hour'`,
    [connectionId, messageIds],
  );
}

/** Drops what is over the cap, the longest unread first. Returns how many went. */
export async function evictBodies(
  sql: Queryable,
  connectionId: ConnectionId,
  maxBytes = BODY_CACHE_BYTES,
): Promise<number> {
  const over = await row<{ evicted: number }>(
    sql,
    `with ranked as (
       select message_id, sum(bytes) over (order by used_at desc, message_id desc) as running
       from body where connection_id = $1
     ), gone as (
       delete from body b using ranked r
       where b.connection_id = $1 and b.message_id = r.message_id and r.running > $2 returning 1
     ) select count(*)::int as evicted from gone`,
    [connectionId, maxBytes],
  );
  return over?.evicted ?? 0;
}

/** Snippets, only where none is there yet. Returns the conversations that show one of them. */
export async function saveSnippets(
  sql: Queryable,
  connectionId: ConnectionId,
  snippets: ReadonlyMap<MessageRowId, string>,
): Promise<ThreadId[]> {
  if (snippets.size === 0) return [];
  const shown = await rows<{ id: ThreadId }>(
    sql,
    `with saved as (
       insert into message_snippet (connection_id, message_id, snippet)
       select $1, id, snippet from unnest($2::bigint[], $3::text[]) as x(id, snippet)
       on conflict (connection_id, message_id) do nothing returning message_id
     )
     select t.id from saved s
     cross join lateral (select thread_id from message where connection_id = $1 and id = s.message_id offset 0) m
     cross join lateral (
       select id from thread where connection_id = $1 and id = m.thread_id and newest_message_id = s.message_id offset 0) t`,
    [connectionId, [...snippets.keys()], [...snippets.values()]],
  );
  return shown.map(({ id }) => id);
}
