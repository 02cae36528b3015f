/**
 * The local half of each operation and its way back, in the caller's transaction: what the screen shows from the moment the
 * user acted. The remote half is remote.ts.
 */
import type { ConnectionId, MailboxId, MessageRowId, OperationId, ThreadId } from '@postroom/db';
import { loadLying, loadPlaces, spreadItems, staysBehind } from '../gmail/places.ts';
import { coverCarriers } from '../gmail/show-labels.ts';
import { flagBits } from '../index/flags.ts';
import { row, rows, type Tx } from '../index/sql.ts';
import type { FlagPayload } from './overlay.ts';
import type { MoveItem, OperationBody, OperationOf, Waiting } from './payloads.ts';
import { setWaiting } from './waiting.ts';

/** Writes the operation down and does its local half. */
export async function enqueueOperation(
  tx: Tx,
  connectionId: ConnectionId,
  wanted: OperationBody,
  undoToken: string | null,
): Promise<OperationId> {
  const { operation, staying } = await throughLabels(tx, connectionId, wanted);
  const made = await row<{ id: OperationId }>(
    tx,
    'insert into operation (connection_id, kind, payload, undo_token) values ($1, $2, $3, $4) returning id',
    [connectionId, operation.kind, JSON.stringify(operation.payload), undoToken],
  );
  const { id } = made as { id: OperationId };
  switch (operation.kind) {
    case 'flags':
      await changeFlags(tx, connectionId, operation.payload);
      break;
    case 'move':
      await leave(
        tx,
        connectionId,
        id,
        operation.payload.items.filter(({ from }) => !staying.includes(from)),
      );
      await arrive(tx, connectionId, id, { ...operation.payload, staying });
      await coverCarriers(tx, connectionId, idsOf(operation.payload.items));
      break;
    case 'expunge':
      await leave(tx, connectionId, id, operation.payload.items);
      break;
    case 'waiting':
      await setWaiting(tx, connectionId, operation.payload.after);
      break;
    case 'local-label':
      await setLocalLabel(tx, connectionId, operation.payload);
      break;
    case 'reread':
    case 'label-mailbox':
      break;
  }
  return id;
}

const idsOf = (items: readonly MoveItem[]) => [...new Set(items.map(({ messageId }) => messageId))];

/** The operation as it is where mailboxes are labels, and the mailboxes that it takes nothing from; else as it was. */
async function throughLabels(
  tx: Tx,
  connectionId: ConnectionId,
  operation: OperationBody,
): Promise<{ operation: OperationBody; staying: readonly MailboxId[] }> {
  if (operation.kind !== 'move') return { operation, staying: [] };
  const places = await loadPlaces(tx, connectionId);
  if (!places) return { operation, staying: [] };
  const { to } = operation.payload;
  const lying = await loadLying(tx, connectionId, idsOf(operation.payload.items));
  const items = spreadItems(places, operation.payload, lying);
  const staying = [...new Set(items.map(({ from }) => from))].filter((from) => staysBehind(places, from, to));
  return { operation: { kind: 'move', payload: { items, to } }, staying };
}

/** Undoes what `enqueueOperation` showed. The operation itself must not have reached the server. */
export async function takeBack(
  tx: Tx,
  connectionId: ConnectionId,
  id: OperationId,
  operation: OperationBody,
): Promise<void> {
  switch (operation.kind) {
    case 'flags':
      await changeFlags(tx, connectionId, reverseOf(operation.payload));
      // What another client set to the same meanwhile was hidden by ours, and no server tells it twice.
      await enqueueOperation(
        tx,
        connectionId,
        { kind: 'reread', payload: { messageIds: operation.payload.messageIds } },
        null,
      );
      return;
    case 'reread':
      return;
    case 'waiting':
      await setWaiting(tx, connectionId, operation.payload.before);
      return;
    case 'local-label':
      await setLocalLabel(tx, connectionId, { ...operation.payload, isAdded: !operation.payload.isAdded });
      return;
    case 'move':
    case 'expunge':
      await stay(tx, connectionId, id);
      await coverCarriers(tx, connectionId, idsOf(operation.payload.items));
      return;
    case 'label-mailbox':
  }
}

/** What was leaving stays; what was to arrive does not. */
async function stay(tx: Tx, connectionId: ConnectionId, id: OperationId): Promise<void> {
  await tx.query(
    `delete from placement where connection_id = $1 and operation_id = $2 and state = 'arriving' and uid is null`,
    [connectionId, id],
  );
  await tx.query(
    `update placement p set operation_id = null, state = case when uid is null and not exists (select 1 from mailbox b
         where b.connection_id = $1 and b.id = p.mailbox_id and b.label is not null) then 'arriving' else 'present' end
     where connection_id = $1 and operation_id = $2 and state = 'leaving'`,
    [connectionId, id],
  );
}

/** The opposite change. Exact, because an operation names only messages that it really changed. */
export function reverseOf({ messageIds, add, remove }: FlagPayload): FlagPayload {
  return { messageIds, add: remove, remove: add };
}

/** On every placement of the messages. */
export async function changeFlags(
  tx: Tx,
  connectionId: ConnectionId,
  { messageIds, add, remove }: FlagPayload,
): Promise<void> {
  await tx.query(
    `update placement set flags = (flags | $3::int) & ~$4::int,
       keywords = (select coalesce(array_agg(k), '{}') from (
         select k from unnest(keywords) k where lower(k) <> all(select lower(x) from unnest($6::text[] || $5::text[]) x)
         union all select unnest($5::text[])) kept(k))
     where connection_id = $1 and message_id = any($2::bigint[])`,
    [connectionId, messageIds, flagBits(add.system), flagBits(remove.system), add.keywords, remove.keywords],
  );
}

async function leave(tx: Tx, connectionId: ConnectionId, id: OperationId, items: readonly MoveItem[]): Promise<void> {
  await tx.query(
    `update placement p set state = 'leaving', operation_id = $2
     from unnest($3::bigint[], $4::int[]) as x(message_id, mailbox_id)
     where p.connection_id = $1 and p.message_id = x.message_id and p.mailbox_id = x.mailbox_id
       and p.message_id = any($3::bigint[])`,
    [connectionId, id, items.map(({ messageId }) => messageId), items.map(({ from }) => from)],
  );
}

async function arrive(
  tx: Tx,
  connectionId: ConnectionId,
  id: OperationId,
  { items, to, staying }: { items: readonly MoveItem[]; to: number; staying: readonly MailboxId[] },
): Promise<void> {
  await tx.query(
    `insert into placement (connection_id, mailbox_id, message_id, flags, keywords, state, operation_id)
     select distinct on (p.message_id) $1, $4::int, p.message_id, p.flags, p.keywords, 'arriving', $2::bigint
     from placement p where p.connection_id = $1 and p.message_id = any($3::bigint[])
       and ((p.operation_id = $2 and p.state = 'leaving') or p.mailbox_id = any($5::int[]))
       and not exists (select 1 from placement q where q.connection_id = $1 and q.message_id = p.message_id
         and q.mailbox_id = $4 and q.state <> 'leaving')
     order by p.message_id, p.id`,
    [connectionId, id, items.map(({ messageId }) => messageId), to, staying],
  );
}

export async function setLocalLabel(
  tx: Tx,
  connectionId: ConnectionId,
  { messageIds, labelId, isAdded }: OperationOf<'local-label'>['payload'],
): Promise<void> {
  await tx.query(
    isAdded
      ? `insert into message_label (connection_id, message_id, label_id)
         select $1, m.id, l.id from message m join label l on l.connection_id = $1 and l.id = $3
         where m.connection_id = $1 and m.id = any($2::bigint[]) on conflict do nothing`
      : 'delete from message_label where connection_id = $1 and message_id = any($2::bigint[]) and label_id = $3',
    [connectionId, messageIds, labelId],
  );
}

/** The conversations an operation is about, to be refreshed. */
export async function threadsOfOperation(
  tx: Tx,
  connectionId: ConnectionId,
  operation: OperationBody,
): Promise<ThreadId[]> {
  if (operation.kind === 'label-mailbox') return [];
  if (operation.kind === 'waiting') return currentThreads(tx, connectionId, operation.payload.after);
  const messageIds =
    'items' in operation.payload
      ? operation.payload.items.map(({ messageId }) => messageId)
      : operation.payload.messageIds;
  return (
    await rows<{ thread_id: ThreadId }>(
      tx,
      'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
      [connectionId, messageIds as MessageRowId[]],
    )
  ).map(({ thread_id }) => thread_id);
}

/** As they are now: a conversation may have been merged into another since. */
async function currentThreads(tx: Tx, connectionId: ConnectionId, waiting: readonly Waiting[]): Promise<ThreadId[]> {
  const found = await rows<{ id: ThreadId }>(
    tx,
    `select distinct coalesce(a.into_id, x.id) as id from unnest($2::bigint[]) as x(id)
     left join thread_alias a on a.connection_id = $1 and a.old_id = x.id`,
    [connectionId, waiting.map(({ threadId }) => threadId)],
  );
  return found.map(({ id }) => id);
}
