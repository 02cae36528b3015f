/** What the index holds of an account, in plain SQL over its tables; nothing of the engine's own is used. Test code only. */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';

export interface IndexMailbox {
  readonly id: number;
  readonly path: string;
  readonly role: string | null;
  readonly uid_validity: number | null;
}

export interface IndexPlacement {
  readonly path: string;
  readonly uid: number | null;
  readonly flags: number;
  readonly keywords: string[];
  readonly state: string;
  readonly id: number;
  readonly message_id: string;
  readonly thread_id: number;
  readonly size: number;
}

export interface IndexThread {
  readonly id: number;
  readonly message_count: number;
  readonly unread_count: number;
  readonly starred: boolean;
  readonly snoozed: boolean;
  /** The list that its snoozed messages lie in; null: it is hidden from the inbox alone. */
  readonly snoozed_in: string | null;
  readonly surfaced_alone: boolean;
}

export interface IndexState {
  readonly mailboxes: readonly IndexMailbox[];
  readonly placements: readonly IndexPlacement[];
  readonly threads: ReadonlyMap<number, IndexThread>;
  /** `list thread total unread`, sorted. */
  readonly lists: readonly string[];
  /** `list total unread` of all that are not empty, sorted. */
  readonly counters: readonly string[];
  readonly labels: ReadonlyMap<string, number>;
  readonly openOperations: number;
}

export async function readIndex(pool: pg.Pool, connectionId: ConnectionId): Promise<IndexState> {
  const read = async <Row extends pg.QueryResultRow>(text: string) =>
    (await pool.query<Row>(text, [connectionId])).rows;
  const mailboxes = await read<IndexMailbox>(
    'select id, path, role, uid_validity from mailbox where connection_id = $1 and synced order by path',
  );
  const placements = await read<IndexPlacement>(
    `select b.path, p.uid, p.flags, p.keywords, p.state, m.id, m.message_id, m.thread_id, m.size
     from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     left join message m on m.connection_id = p.connection_id and m.id = p.message_id
     where p.connection_id = $1 order by b.path, p.uid`,
  );
  const threads = await read<IndexThread>(
    `select id, message_count, unread_count, starred, snoozed_until is not null as snoozed, snoozed_in, surfaced_alone from thread where connection_id = $1`,
  );
  const lists = await read<{ line: string }>(
    `select list || ' ' || thread_id || ' ' || total || ' ' || unread as line from thread_list where connection_id = $1`,
  );
  const counters = await read<{ line: string }>(
    `select list || ' ' || total || ' ' || unread as line from list_counter where connection_id = $1
       and (total <> 0 or unread <> 0)`,
  );
  const labels = await read<{ keyword: string; id: number }>(
    'select lower(keyword) as keyword, id from label where connection_id = $1 and keyword is not null',
  );
  const [open] = await read<{ count: number }>(
    `select count(*)::int as count from operation where connection_id = $1 and state in ('pending', 'running')`,
  );
  return {
    mailboxes,
    placements,
    threads: new Map(threads.map((thread) => [thread.id, thread])),
    lists: lists.map(({ line }) => line).sort(),
    counters: counters.map(({ line }) => line).sort(),
    labels: new Map(labels.map(({ keyword, id }) => [keyword, id])),
    openOperations: open?.count ?? 0,
  };
}
