/**
 * A search over the index: the query's tree as one SQL condition on a message; a conversation is found when one of its
 * messages fulfils all of it. Newest first, by keyset. Spam and bin only when the folder or an `in:` says so.
 */
import type { ConnectionId, LabelId, ListKey } from '@postroom/db';
import { IMPORTANT_HERE } from './labels.ts';
import type { Position } from './list-threads.ts';
import type { SearchNode } from './search-query.ts';
import { IS_SHOWN, type Queryable, row, rows } from './sql.ts';

export interface SearchOptions {
  readonly sql: Queryable;
  readonly connectionId: ConnectionId;
  /** The list that narrows the search; null: everything but spam and bin. */
  readonly list: ListKey | null;
  readonly query: SearchNode;
  /** What `in:` names; null: nothing here. */
  readonly resolveList: (folder: string) => ListKey | null;
  /** What `label:` names; null: nothing here. */
  readonly resolveLabel: (name: string) => LabelId | null;
  readonly after: Position | null;
  readonly max: number;
}

/** Collects parameters while the condition is written. */
interface Writer {
  readonly values: unknown[];
  readonly options: SearchOptions;
}

const param = (writer: Writer, value: unknown) => `$${writer.values.push(value)}`;

/** A placement of the message that is shown and fulfils the condition on `p` and its mailbox `b`. */
const somewhere = (condition: string) =>
  `exists (select 1 from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where p.connection_id = m.connection_id and p.message_id = m.id and ${IS_SHOWN} and ${condition})`;

const NOTHING = 'false';

/** The message lies in that list. */
function inList(writer: Writer, list: ListKey | null): string {
  if (list === null) return NOTHING;
  if (list === 'starred') return somewhere('p.flags & 4 <> 0');
  if (list === 'all') return somewhere(`coalesce(b.role, '') not in ('junk', 'trash')`);
  if (list === 'snoozed' || list === 'important') {
    return `exists (select 1 from thread t where t.connection_id = m.connection_id and t.id = m.thread_id and ${list === 'snoozed' ? 't.snoozed_until is not null' : 't.important'})`;
  }
  const id = Number(list.slice(1));
  return list.startsWith('l') ? hasLabel(writer, id as LabelId) : somewhere(`p.mailbox_id = ${param(writer, id)}::int`);
}

function hasLabel(writer: Writer, id: LabelId | null): string {
  if (id === null) return NOTHING;
  const label = param(writer, id);
  return `(exists (select 1 from message_label l where l.connection_id = m.connection_id and l.message_id = m.id and l.label_id = ${label}::int)
    or ${somewhere(`exists (select 1 from label l where l.connection_id = p.connection_id and l.id = ${label}::int
      and lower(l.keyword) = any(select lower(k) from unnest(p.keywords) k))`)})`;
}

const WEIGHT: Readonly<Partial<Record<string, string>>> = { subject: 'A', body: 'D' };

/** Words are letters and digits only (search-words.ts), so that quoting them is all the escaping there is. */
function tsquery({ field, words, prefix }: Extract<SearchNode, { kind: 'text' }>): string {
  const weight = WEIGHT[field] ?? '';
  const scope = field === 'any' || WEIGHT[field] ? '' : `${field}:`;
  return words
    .map((word, at) => {
      const flags = `${prefix && at === words.length - 1 ? '*' : ''}${weight}`;
      return `'${scope}${word}'${flags === '' ? '' : `:${flags}`}`;
    })
    .join(' <-> ');
}

function condition(writer: Writer, node: SearchNode): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      if (node.nodes.length === 0) return node.kind === 'and' ? 'true' : NOTHING;
      return `(${node.nodes.map((one) => condition(writer, one)).join(node.kind === 'and' ? ' and ' : ' or ')})`;
    }
    case 'not':
      return `not ${condition(writer, node.node)}`;
    case 'text':
      // A set of ids, not a condition on a joined row: that is what lets the index on the words answer.
      return `m.id in (select s.message_id from message_search s
        where s.connection_id = $1 and s.words @@ ${param(writer, tsquery(node))}::tsquery)`;
    case 'is':
      return {
        unread: somewhere('p.flags & 1 = 0'),
        read: `not ${somewhere('p.flags & 1 = 0')}`,
        starred: somewhere('p.flags & 4 <> 0'),
        important: `(${somewhere(`'$important' = any(select lower(k) from unnest(p.keywords) k)`)} or m.id in (${IMPORTANT_HERE}))`,
      }[node.state];
    case 'has':
      return 'm.has_attachments';
    case 'in':
      return inList(writer, writer.options.resolveList(node.name));
    case 'label':
      return hasLabel(writer, writer.options.resolveLabel(node.name));
    case 'date':
      return `m.received_at ${node.side === 'before' ? '<' : '>='} ${param(writer, node.at)}::timestamptz`;
    case 'size':
      return `m.size ${node.side === 'larger' ? '>' : '<'} ${param(writer, node.bytes)}::bigint`;
    case 'messageId':
      return `m.message_id = ${param(writer, `<${node.id}>`)}`;
  }
}

/** Whether the query itself says where to look. */
function saysWhere(node: SearchNode): boolean {
  if (node.kind === 'in') return true;
  if (node.kind === 'not') return saysWhere(node.node);
  return node.kind === 'and' || node.kind === 'or' ? node.nodes.some(saysWhere) : false;
}

/** Up to `max` conversations after the position, newest matching message first. */
export async function searchThreads(options: SearchOptions): Promise<Position[]> {
  const { sql, connectionId, list, query, after, max } = options;
  const writer: Writer = { values: [connectionId], options };
  const where = saysWhere(query) ? somewhere('true') : inList(writer, list ?? 'all');
  const matches = condition(writer, query);
  const keyset = after
    ? `where (newest_at, thread_id) < (${param(writer, after.newestAt)}::timestamptz, ${param(writer, after.threadId)}::bigint)`
    : '';
  const found = await rows<{ thread_id: Position['threadId']; newest_at: Date }>(
    sql,
    `select thread_id, newest_at from (
       select m.thread_id, max(m.received_at) as newest_at from message m
       where m.connection_id = $1 and ${matches} and ${where} group by 1
     ) found ${keyset} order by newest_at desc, thread_id desc limit ${param(writer, max)}`,
    writer.values,
  );
  return found.map(({ thread_id, newest_at }) => ({ threadId: thread_id, newestAt: newest_at }));
}

/** How many messages there are, and of how many the text is searchable. */
export async function searchScope(
  sql: Queryable,
  connectionId: ConnectionId,
): Promise<{ indexed: number; total: number }> {
  const found = await row<{ indexed: number; total: number }>(
    sql,
    `select count(*)::int as total, (count(*) filter (where s.body_indexed))::int as indexed
     from message m left join message_search s on s.connection_id = m.connection_id and s.message_id = m.id
     where m.connection_id = $1 and m.orphaned_at is null`,
    [connectionId],
  );
  return found ?? { indexed: 0, total: 0 };
}
