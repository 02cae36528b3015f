/** The user's accounts as the screen shows them: state, error, how far the index is. No secret is read. */
import type { ConnectionId, ConnectionState, StoredEndpoint, StoredError, UserId } from '@postroom/db';
import { type Queryable, rows } from '../../engine/index/sql.ts';
import type { ErrorCode } from '../driver/errors.ts';
import { presentConnectionId } from '../driver/ids.ts';
import type { Connection } from '../driver/schemas.ts';

interface ConnectionRow {
  readonly id: ConnectionId;
  readonly email: string;
  readonly name: string;
  readonly provider_id: string;
  readonly is_default: boolean;
  readonly imap: StoredEndpoint;
  readonly smtp: StoredEndpoint;
  readonly state: ConnectionState;
  readonly error: StoredError | null;
  readonly paused: boolean;
  readonly created_at: Date;
  readonly synced: number;
  readonly total: number;
  readonly bodies_indexed: number | null;
  readonly bodies_total: number | null;
}

/** Messages listed, of those the server has: counted only in mailboxes that are still being read. */
const PROGRESS = `
  coalesce((select sum(case when b.synced_min_uid = 0 then b."exists"
      else (select count(*) from placement p where p.connection_id = b.connection_id and p.mailbox_id = b.id and p.uid is not null) end)
    from mailbox b where b.connection_id = c.id and b.synced), 0)::int as synced,
  coalesce((select sum(b."exists") from mailbox b where b.connection_id = c.id and b.synced), 0)::int as total,
  case when not r.is_all_read then
    (select count(*) from message_search s where s.connection_id = c.id and s.body_indexed)::int end as bodies_indexed,
  case when not r.is_all_read then
    (select count(*) from message m where m.connection_id = c.id and m.orphaned_at is null)::int end as bodies_total`;

/**
 * Whether the words of all messages are here, without counting a million of them: none is begun and not done, and words are
 * made from the newest down, so that newest and oldest have some when all have.
 */
const ALL_READ = `
  not exists (select 1 from message_search s where s.connection_id = c.id and not s.body_indexed)
  and exists (select 1 from message_search s where s.connection_id = c.id
    and s.message_id = (select min(id) from message where connection_id = c.id))
  and exists (select 1 from message_search s where s.connection_id = c.id
    and s.message_id = (select max(id) from message where connection_id = c.id))`;

/** The default account first. */
export async function listConnections(sql: Queryable, userId: UserId): Promise<Connection[]> {
  const found = await rows<ConnectionRow & { [column: string]: unknown }>(
    sql,
    `select c.id, c.email, c.name, c.provider_id, c.is_default, c.imap, c.smtp, c.state, c.error, c.paused, c.created_at,
       ${PROGRESS}
     from connection c cross join lateral (select ${ALL_READ} as is_all_read) r
     where c.user_id = $1 order by c.is_default desc, c.id`,
    [userId],
  );
  return found.map(present);
}

function present(found: ConnectionRow): Connection {
  return {
    id: presentConnectionId(found.id),
    email: found.email,
    name: found.name,
    providerId: found.provider_id,
    isDefault: found.is_default,
    createdAt: found.created_at.toISOString(),
    state: found.paused ? 'paused' : found.state,
    ...(found.error ? { error: presentError(found.error) } : {}),
    progress: { synced: Math.min(found.synced, found.total), total: found.total },
    bodies: bodiesOf(found),
    imap: found.imap,
    smtp: found.smtp,
  };
}

function bodiesOf({ total, bodies_indexed, bodies_total }: ConnectionRow): Connection['bodies'] {
  if (bodies_indexed === null || bodies_total === null) return { indexed: total, total };
  return { indexed: bodies_indexed, total: Math.max(bodies_total, bodies_indexed) };
}

function presentError({ code, message, fix, on }: StoredError): Connection['error'] {
  return {
    code: code as ErrorCode,
    message,
    ...(fix === undefined ? {} : { fix }),
    ...(on === undefined ? {} : { on }),
  };
}
