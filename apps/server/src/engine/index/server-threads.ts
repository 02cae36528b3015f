/**
 * Conversations that the server names itself (X-GM-THRID). Its name decides, so a message that we had put elsewhere by its
 * headers, because we knew it before the server told (sent, drafted), goes where the server has it. Keys from headers are
 * written down beside, so that an answer of ours finds the conversation of what it answers.
 */
import type { ConnectionId, MessageRowId, ThreadId } from '@postroom/db';
import { mergeThreads, newThreads } from './assign-threads.ts';
import { rows, type Tx } from './sql.ts';

export interface NamedByServer {
  readonly message: { readonly id: MessageRowId; threadId: ThreadId };
  readonly key: string;
  readonly emailId: string | null;
}

/** Moves messages that are here already to the server's conversations; `threadId` is the new one then. Gives all touched. */
export async function followServerThreads(
  tx: Tx,
  connectionId: ConnectionId,
  named: readonly NamedByServer[],
): Promise<ThreadId[]> {
  // Placeholders of the same batch have no row yet; assignThreads gives them their conversation.
  const stored = named.filter(({ message }) => message.id > 0);
  if (stored.length === 0) return [];
  const ids = stored.map(({ message }) => message.id);
  await tx.query(
    `update message m set email_id = x.email_id from unnest($2::bigint[], $3::text[]) as x(id, email_id)
     where m.connection_id = $1 and m.id = x.id and m.id = any($2::bigint[]) and m.email_id is null`,
    [connectionId, ids, stored.map(({ emailId }) => emailId)],
  );
  const known = await threadsByKey(
    tx,
    connectionId,
    stored.map(({ key }) => key),
  );
  const shared = await sharedThreads(tx, connectionId, stored);
  const touched = new Set<ThreadId>();
  const left = new Map<ThreadId, ThreadId>();
  const moved: { id: MessageRowId; threadId: ThreadId }[] = [];
  for (const { message, key } of stored) {
    const before = message.threadId;
    let target = known.get(key);
    if (target === undefined) {
      [target = before] = shared.has(before) ? await newThreads(tx, connectionId, 1) : [before];
      known.set(key, target);
      await recordKeys(tx, connectionId, [{ key, threadId: target }]);
    }
    if (target === before) continue;
    message.threadId = target;
    moved.push({ id: message.id, threadId: target });
    left.set(before, target);
    touched.add(before).add(target);
  }
  if (moved.length > 0) {
    await tx.query(
      `update message m set thread_id = x.thread_id from unnest($2::bigint[], $3::bigint[]) as x(id, thread_id)
       where m.connection_id = $1 and m.id = x.id and m.id = any($2::bigint[])`,
      [connectionId, moved.map(({ id }) => id), moved.map(({ threadId }) => threadId)],
    );
    await leaveNothingEmpty(tx, connectionId, left);
  }
  return [...touched];
}

/** A conversation whose last message went elsewhere is that other one from now on, also for who knows its id. */
async function leaveNothingEmpty(
  tx: Tx,
  connectionId: ConnectionId,
  left: ReadonlyMap<ThreadId, ThreadId>,
): Promise<void> {
  const full = await rows<{ thread_id: ThreadId }>(
    tx,
    'select distinct thread_id from message where connection_id = $1 and thread_id = any($2::bigint[])',
    [connectionId, [...left.keys()]],
  );
  const isFull = new Set(full.map(({ thread_id }) => thread_id));
  await mergeThreads(tx, connectionId, new Map([...left].filter(([before]) => !isFull.has(before))));
}

/** Writes keys down that are not yet; what they lead to is not changed. */
export async function recordKeys(
  tx: Tx,
  connectionId: ConnectionId,
  refs: readonly { key: string; threadId: ThreadId }[],
): Promise<void> {
  if (refs.length === 0) return;
  await tx.query(
    `insert into message_ref (connection_id, key, thread_id)
     select $1, key, thread_id from unnest($2::bigint[], $3::bigint[]) as x(key, thread_id) on conflict do nothing`,
    [connectionId, refs.map(({ key }) => key), refs.map(({ threadId }) => threadId)],
  );
}

async function threadsByKey(tx: Tx, connectionId: ConnectionId, keys: readonly string[]) {
  const found = await rows<{ key: string; thread_id: ThreadId }>(
    tx,
    `select r.key::text as key, coalesce(a.into_id, r.thread_id) as thread_id from message_ref r
     left join thread_alias a on a.connection_id = r.connection_id and a.old_id = r.thread_id
     where r.connection_id = $1 and r.key = any($2::bigint[])`,
    [connectionId, keys],
  );
  return new Map(found.map(({ key, thread_id }) => [key, thread_id]));
}

/** Those of their conversations that hold other messages of the server: they have another name there. */
async function sharedThreads(tx: Tx, connectionId: ConnectionId, named: readonly NamedByServer[]) {
  const found = await rows<{ thread_id: ThreadId }>(
    tx,
    `select distinct thread_id from message where connection_id = $1 and thread_id = any($2::bigint[])
       and email_id is not null and not id = any($3::bigint[])`,
    [connectionId, named.map(({ message }) => message.threadId), named.map(({ message }) => message.id)],
  );
  return new Set(found.map(({ thread_id }) => thread_id));
}
