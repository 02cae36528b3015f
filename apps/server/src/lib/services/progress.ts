/**
 * How far the index of an account is, for the screen. What is done is known without counting; what is not is counted, and
 * a count that took long is not made again soon: it would take the time that the index needs itself, and a screen asks at
 * every step.
 */
import type { ConnectionId } from '@postroom/db';
import { type Queryable, row } from '../../engine/index/sql.ts';
import type { Connection } from '../driver/schemas.ts';

/** At most this part of the time goes into counting. */
const SHARE = 1 / 20;

/** What is known of an account without counting. */
export interface KnownProgress {
  readonly id: ConnectionId;
  /** Messages that the server has. */
  readonly total: number;
  /** All of them are listed. */
  readonly isListed: boolean;
  /** The words of all of them are here. */
  readonly isRead: boolean;
}

export type Progress = Pick<Connection, 'progress' | 'bodies'>;

/**
 * SQL over connection `c`: KnownProgress. Words are made from the newest down, so that newest and oldest have some when
 * all have.
 */
export const KNOWN_PROGRESS = `
  coalesce((select sum(b."exists") from mailbox b where b.connection_id = c.id and b.synced), 0)::int as total,
  not exists (select 1 from mailbox b where b.connection_id = c.id and b.synced and b.synced_min_uid is distinct from 0)
    as "isListed",
  not exists (select 1 from message_search s where s.connection_id = c.id and not s.body_indexed)
    and exists (select 1 from message_search s where s.connection_id = c.id
      and s.message_id = (select min(id) from message where connection_id = c.id))
    and exists (select 1 from message_search s where s.connection_id = c.id
      and s.message_id = (select max(id) from message where connection_id = c.id)) as "isRead"`;

interface Counts {
  readonly synced: number;
  readonly indexed: number;
  readonly messages: number;
}

const COUNTS = `
  select
    (select coalesce(sum(case when b.synced_min_uid = 0 then b."exists" else (select count(*) from placement p
        where p.connection_id = b.connection_id and p.mailbox_id = b.id and p.uid is not null) end), 0)
      from mailbox b where b.connection_id = $1 and b.synced)::int as synced,
    (select count(*) from message_search s where s.connection_id = $1 and s.body_indexed)::int as indexed,
    (select count(*) from message m where m.connection_id = $1 and m.orphaned_at is null)::int as messages`;

/** Gives the progress of accounts, and remembers what it counted. `now` in milliseconds. */
export function createProgress(sql: Queryable, now: () => number) {
  const counted = new Map<ConnectionId, { readonly counts: Counts; readonly goodUntil: number }>();

  async function count(id: ConnectionId): Promise<Counts> {
    const known = counted.get(id);
    if (known && now() < known.goodUntil) return known.counts;
    const startedAt = now();
    const counts = (await row<Counts>(sql, COUNTS, [id])) ?? { synced: 0, indexed: 0, messages: 0 };
    const endedAt = now();
    counted.set(id, { counts, goodUntil: endedAt + (endedAt - startedAt) / SHARE });
    return counts;
  }

  return async ({ id, total, isListed, isRead }: KnownProgress): Promise<Progress> => {
    if (isListed && isRead) {
      counted.delete(id);
      return { progress: { synced: total, total }, bodies: { indexed: total, total } };
    }
    const { synced, indexed, messages } = await count(id);
    return {
      progress: { synced: isListed ? total : Math.min(synced, total), total },
      bodies: { indexed, total: Math.max(messages, indexed) },
    };
  };
}
