/**
 * Keeps `message_search`: subject (A), people (B), file names and snippet (C) as soon as a message is here, its text (D) when
 * it was read or fetched for that purpose.
 */
import type { Address, ConnectionId, MessageAddresses, MessageRowId, StructureNode } from '@postroom/db';
import type pg from 'pg';
import { attachmentsOf } from '../mime/index.ts';
import { type IndexedText, vectorOf } from './search-words.ts';
import { type Queryable, rows, transaction } from './sql.ts';

interface Indexable {
  readonly id: MessageRowId;
  readonly subject: string;
  readonly addresses: MessageAddresses;
  readonly structure: StructureNode | null;
  readonly snippet: string | null;
  readonly text: string | null;
}

const COLUMNS = `m.id, m.subject, m.addresses, m.structure,
  (select s.snippet from message_snippet s where s.connection_id = m.connection_id and s.message_id = m.id) as snippet,
  (select b.text from body b where b.connection_id = m.connection_id and b.message_id = m.id) as text`;

function textsOf(message: Indexable, text: string | null): IndexedText[] {
  const { from, sender, to, cc, bcc, replyTo } = message.addresses;
  const people = (field: IndexedText['field'], list: readonly (Address | undefined)[]): IndexedText[] =>
    list
      .slice(0, 200)
      .flatMap((one) =>
        one ? [{ text: `${one.name ?? ''} ${one.email}`, weight: 'B' as const, ...(field ? { field } : {}) }] : [],
      );
  return [
    { text: message.subject, weight: 'A' },
    ...people('from', [from, sender]),
    ...people('to', to),
    ...people('cc', cc),
    ...people(undefined, [...bcc, ...replyTo]),
    ...attachmentsOf(message.structure).map(
      ({ filename }): IndexedText => ({ text: filename, weight: 'C', field: 'filename' }),
    ),
    { text: message.snippet ?? '', weight: 'C' },
    { text: text ?? '', weight: 'D' },
  ];
}

/** Writes the words of these messages. */
export async function indexMessages(
  sql: Queryable,
  connectionId: ConnectionId,
  ids: readonly MessageRowId[],
): Promise<void> {
  if (ids.length === 0) return;
  const messages = await rows<Indexable>(
    sql,
    `select ${COLUMNS} from message m where m.connection_id = $1 and m.id = any($2::bigint[])`,
    [connectionId, ids],
  );
  await write(
    sql,
    connectionId,
    messages.map((message) => ({ message, text: message.text })),
  );
}

/** The texts of messages, now that they are here. */
export async function indexBodies(
  sql: Queryable,
  connectionId: ConnectionId,
  texts: ReadonlyMap<MessageRowId, string>,
): Promise<void> {
  const messages = await rows<Indexable>(
    sql,
    `select ${COLUMNS} from message m where m.connection_id = $1 and m.id = any($2::bigint[])`,
    [connectionId, [...texts.keys()]],
  );
  await write(
    sql,
    connectionId,
    messages.map((message) => ({ message, text: texts.get(message.id) ?? null })),
  );
}

/**
 * Up to `limit` messages that have no words yet, newest first, from below `below` where the call before left off.
 * Returns the lowest id it did; null: all have.
 */
export async function indexNext(
  pool: pg.Pool,
  connectionId: ConnectionId,
  limit: number,
  below?: MessageRowId,
): Promise<MessageRowId | null> {
  return transaction(pool, async (tx) => {
    const messages = await rows<Indexable>(
      tx,
      `select ${COLUMNS} from message m
       where m.connection_id = $1 and m.id < coalesce($3, 9223372036854775807) and (
         select s.message_id from message_search s where s.connection_id = m.connection_id and s.message_id = m.id
       ) is null
       order by m.id desc limit $2`,
      [connectionId, limit, below ?? null],
    );
    await write(
      tx,
      connectionId,
      messages.map((message) => ({ message, text: message.text })),
    );
    return messages.at(-1)?.id ?? null;
  });
}

/** Whether any message's text is still to be read; asked before going through the mailboxes for it. */
export async function lacksText(sql: Queryable, connectionId: ConnectionId): Promise<boolean> {
  const found = await rows(sql, 'select 1 from message_search where connection_id = $1 and not body_indexed limit 1', [
    connectionId,
  ]);
  return found.length > 0;
}

async function write(
  sql: Queryable,
  connectionId: ConnectionId,
  items: readonly { message: Indexable; text: string | null }[],
): Promise<void> {
  if (items.length === 0) return;
  await sql.query(
    `insert into message_search (connection_id, message_id, words, body_indexed)
     select $1, id, words::tsvector, has_text from unnest($2::bigint[], $3::text[], $4::boolean[]) as x(id, words, has_text)
     on conflict (connection_id, message_id) do update
       set words = excluded.words, body_indexed = message_search.body_indexed or excluded.body_indexed`,
    [
      connectionId,
      items.map(({ message }) => message.id),
      items.map(({ message, text }) => vectorOf(textsOf(message, text))),
      items.map(({ text }) => text !== null),
    ],
  );
}
