/**
 * Which conversation each new message belongs to. Messages are linked through shared keys (mime/threading.ts), so that a
 * conversation is a connected component and the order of arrival does not matter. A component that touches no known
 * conversation begins one; one joins it; several become the oldest, and the others' ids stay valid as aliases.
 */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { rows, type Tx } from './sql.ts';
import type { NewMessage } from './types.ts';

export interface Assignment {
  /** In the order of the input. */
  readonly threadOf: readonly ThreadId[];
  /** Every conversation whose rows changed, merged ones too. */
  readonly touched: readonly ThreadId[];
  /** Conversations that were merged → the one they are now. */
  readonly merges: ReadonlyMap<ThreadId, ThreadId>;
}

export async function assignThreads(
  tx: Tx,
  connectionId: ConnectionId,
  messages: readonly NewMessage[],
): Promise<Assignment> {
  if (messages.length === 0) return { threadOf: [], touched: [], merges: new Map() };
  const keys = [...new Set(messages.flatMap(({ threadKeys }) => threadKeys))];
  const known = new Map(
    (
      await rows<{ key: string; thread_id: ThreadId }>(
        tx,
        `select r.key::text as key, coalesce(a.into_id, r.thread_id) as thread_id
         from message_ref r
         left join thread_alias a on a.connection_id = r.connection_id and a.old_id = r.thread_id
         where r.connection_id = $1 and r.key = any($2::bigint[])`,
        [connectionId, keys],
      )
    ).map(({ key, thread_id }) => [key, thread_id]),
  );

  const components = connect(messages);
  const found = components.map(({ keys: own }) =>
    [...new Set(own.map((key) => known.get(key)).filter((id) => id !== undefined))].sort((a, b) => a - b),
  );
  // Two components may meet only through a conversation that is known already: that alone does not merge them further.
  const merges = mergePlan(found);
  const fresh = await reserveThreads(tx, found.filter((ids) => ids.length === 0).length);

  const threadOf: ThreadId[] = new Array(messages.length);
  const refs: { key: string; thread_id: ThreadId }[] = [];
  const touched = new Set<ThreadId>();
  let next = 0;
  for (const [index, component] of components.entries()) {
    const first = found[index]?.[0];
    const threadId = first === undefined ? (fresh[next++] as ThreadId) : (merges.get(first) ?? first);
    touched.add(threadId);
    for (const member of component.members) threadOf[member] = threadId;
    for (const key of component.keys) if (!known.has(key)) refs.push({ key, thread_id: threadId });
  }
  await mergeThreads(tx, connectionId, merges);
  for (const [from, into] of merges) touched.add(from).add(into);
  await tx.query(
    `insert into message_ref (connection_id, key, thread_id)
     select $1, key, thread_id from unnest($2::bigint[], $3::bigint[]) as x(key, thread_id)
     on conflict do nothing`,
    [connectionId, refs.map(({ key }) => key), refs.map(({ thread_id }) => thread_id)],
  );
  return { threadOf, touched: [...touched], merges };
}

interface Component {
  readonly members: number[];
  readonly keys: string[];
}

/** Connected components of messages over shared keys. */
function connect(messages: readonly NewMessage[]): Component[] {
  const parent = messages.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  const owner = new Map<string, number>();
  for (const [index, { threadKeys }] of messages.entries()) {
    for (const key of threadKeys) {
      const other = owner.get(key);
      if (other === undefined) owner.set(key, index);
      else parent[root(index)] = root(other);
    }
  }
  const components = new Map<number, { members: number[]; keys: Set<string> }>();
  for (const [index, { threadKeys }] of messages.entries()) {
    const at = root(index);
    const component = components.get(at) ?? { members: [], keys: new Set<string>() };
    component.members.push(index);
    for (const key of threadKeys) component.keys.add(key);
    components.set(at, component);
  }
  return [...components.values()].map(({ members, keys }) => ({ members, keys: [...keys] }));
}

/** Known conversations that the new messages tie together: each but the oldest of a group → the oldest. */
function mergePlan(found: readonly (readonly ThreadId[])[]): Map<ThreadId, ThreadId> {
  const parent = new Map<ThreadId, ThreadId>();
  const root = (id: ThreadId): ThreadId => {
    const up = parent.get(id);
    return up === undefined || up === id ? id : root(up);
  };
  for (const [first, ...others] of found) {
    if (first === undefined) continue;
    for (const other of others) {
      const [older, newer] = [root(first), root(other)].sort((a, b) => a - b) as [ThreadId, ThreadId];
      if (older !== newer) parent.set(newer, older);
    }
  }
  return new Map([...parent.keys()].map((id) => [id, root(id)]));
}

/** Ids alone: `refreshThreads` writes the rows, once, when it is known what is in them. */
async function reserveThreads(tx: Tx, count: number): Promise<ThreadId[]> {
  if (count === 0) return [];
  const made = await rows<{ id: ThreadId }>(
    tx,
    `select nextval('thread_id_seq')::bigint as id from generate_series(1, $1::int)`,
    [count],
  );
  return made.map(({ id }) => id);
}

export async function newThreads(tx: Tx, connectionId: ConnectionId, count: number): Promise<ThreadId[]> {
  if (count === 0) return [];
  const made = await rows<{ id: ThreadId }>(
    tx,
    'insert into thread (connection_id) select $1 from generate_series(1, $2::int) returning id',
    [connectionId, count],
  );
  return made.map(({ id }) => id);
}

/** Moves messages, aliases and what the user set on a conversation; the merged rows go. */
export async function mergeThreads(
  tx: Tx,
  connectionId: ConnectionId,
  merges: ReadonlyMap<ThreadId, ThreadId>,
): Promise<void> {
  if (merges.size === 0) return;
  const values = [connectionId, [...merges.keys()], [...merges.values()]];
  const pairs = 'unnest($2::bigint[], $3::bigint[]) as x(old_id, into_id)';
  await tx.query(
    `update message m set thread_id = x.into_id from ${pairs} where m.connection_id = $1 and m.thread_id = x.old_id`,
    values,
  );
  await tx.query(
    `update thread_alias a set into_id = x.into_id from ${pairs} where a.connection_id = $1 and a.into_id = x.old_id`,
    values,
  );
  await tx.query(
    `insert into thread_alias (connection_id, old_id, into_id) select $1, old_id, into_id from ${pairs}
     on conflict (connection_id, old_id) do update set into_id = excluded.into_id`,
    values,
  );
  await tx.query(
    `update thread t set muted = t.muted or g.muted, snoozed_until = coalesce(t.snoozed_until, g.snoozed_until),
       snoozed_in = case when t.snoozed_until is null then g.snoozed_in else t.snoozed_in end,
       surfaced_at = coalesce(t.surfaced_at, g.surfaced_at), surfaced_by = coalesce(t.surfaced_by, g.surfaced_by),
       surfaced_since = coalesce(t.surfaced_since, g.surfaced_since),
       surfaced_alone = t.surfaced_alone or g.surfaced_alone
     from (select x.into_id, bool_or(o.muted) as muted, max(o.snoozed_until) as snoozed_until,
             (array_agg(o.snoozed_in order by o.snoozed_until desc nulls last))[1] as snoozed_in,
             max(o.surfaced_at) as surfaced_at, bool_or(o.surfaced_alone) as surfaced_alone,
             (array_agg(o.surfaced_by order by o.surfaced_at desc nulls last))[1] as surfaced_by,
             (array_agg(o.surfaced_since order by o.surfaced_at desc nulls last))[1] as surfaced_since
           from ${pairs} join thread o on o.connection_id = $1 and o.id = x.old_id group by x.into_id) g
     where t.connection_id = $1 and t.id = g.into_id`,
    values,
  );
  await tx.query(
    `update reminder r set thread_id = x.into_id from ${pairs} where r.connection_id = $1 and r.thread_id = x.old_id`,
    values,
  );
  await tx.query('delete from thread where connection_id = $1 and id = any($2::bigint[])', values.slice(0, 2));
}
