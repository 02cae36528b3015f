/** What the index takes on disk. */
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';

/** All that is kept of messages, but for bodies and their words. */
const INDEX = [
  'message',
  'placement',
  'message_ref',
  'thread',
  'thread_list',
  'thread_alias',
  'list_counter',
  'message_snippet',
];
const WORDS = ['message_search'];

export async function sizeRows(stage: Stage): Promise<Row[]> {
  const { pool } = stage.database;
  const kilobytesEach = async (tables: readonly string[]) => {
    const { rows } = await pool.query<{ bytes: number; messages: number }>(
      `select (select sum(pg_total_relation_size(name::regclass)) from unnest($1::text[]) as t(name))::bigint as bytes,
              (select count(*) from message)::int as messages`,
      [tables],
    );
    return Number(rows[0]?.bytes) / Number(rows[0]?.messages) / 1024;
  };
  return [
    row(
      {
        id: 'disk',
        what: 'database, a message, without bodies and their words',
        unit: 'kB',
        targets: [{ of: 'median', atMost: 1.5 }],
      },
      [await kilobytesEach(INDEX)],
    ),
    row({ id: 'disk-words', what: 'words of a message, to search', unit: 'kB' }, [await kilobytesEach(WORDS)]),
  ];
}
