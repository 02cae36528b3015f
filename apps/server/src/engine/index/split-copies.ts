/**
 * A message that lies twice in one mailbox, both times with a UID, is two messages: a second copy there came with a move of
 * ours, whose placement waited for its UID while another client copied the message to the same place. While an action is
 * on its way the two belong together, so that it reaches both; when all has come to rest the second becomes its own.
 */
import type { ConnectionId, MessageRowId, PlacementId } from '@postroom/db';
import { refreshThreads } from './refresh.ts';
import { lockAccount, rows, type Tx } from './sql.ts';

/** What goes with a message to its copy; its body is fetched when somebody opens it. */
const COLUMNS = `thread_id, fingerprint, email_id, message_id, in_reply_to, "references", addresses, subject, date,
  received_at, size, structure, has_attachments, extras, is_own`;

/** Operations looked back at: more than run one after the other. */
const RECENT = 200;

/** Of the messages that were moved of late; called when no action of ours is left, and when every mailbox was looked at. */
export async function splitMoved(tx: Tx, connectionId: ConnectionId): Promise<void> {
  await lockAccount(tx, connectionId);
  const moved = await rows<{ id: MessageRowId }>(
    tx,
    `select distinct (i ->> 'messageId')::bigint as id
     from (select kind, payload from operation where connection_id = $1 order by id desc limit ${RECENT}) o
     cross join lateral jsonb_array_elements(o.payload -> 'items') as i
     where o.kind = 'move'`,
    [connectionId],
  );
  await splitCopies(
    tx,
    connectionId,
    moved.map(({ id }) => id),
  );
}

/** Of these messages: those that lie twice somewhere are made two, where nothing of ours is still to happen to them. */
export async function splitCopies(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<void> {
  if (messageIds.length === 0) return;
  const doubles = await rows<{ id: PlacementId; message_id: MessageRowId }>(
    tx,
    `select id, message_id from (
       select p.id, p.message_id, row_number() over (partition by p.message_id, p.mailbox_id order by p.uid) as position,
         bool_and(p.state = 'present' and p.uid is not null) over (partition by p.message_id) as is_at_rest
       from placement p join mailbox b on b.connection_id = $1 and b.id = p.mailbox_id
       where p.connection_id = $1 and p.message_id = any($2::bigint[]) and b.label is null) x
     where position > 1 and is_at_rest and not exists (
       select 1 from operation where connection_id = $1 and state in ('pending', 'running')) order by id`,
    [connectionId, messageIds],
  );
  for (const { id, message_id } of doubles) await split(tx, connectionId, id, message_id);
  if (doubles.length === 0) return;
  const threads = await rows<{ thread_id: never }>(
    tx,
    'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
    [connectionId, doubles.map(({ message_id }) => message_id)],
  );
  await refreshThreads(
    tx,
    connectionId,
    threads.map(({ thread_id }) => thread_id),
  );
}

async function split(
  tx: Tx,
  connectionId: ConnectionId,
  placementId: PlacementId,
  messageId: MessageRowId,
): Promise<void> {
  const made = await rows<{ id: MessageRowId }>(
    tx,
    `insert into message (connection_id, ordinal, ${COLUMNS})
     select $1, (select max(ordinal) + 1 from message o where o.connection_id = $1 and o.fingerprint = m.fingerprint), ${COLUMNS}
     from message m where connection_id = $1 and id = $2 returning id`,
    [connectionId, messageId],
  );
  const values = [connectionId, messageId, made[0]?.id];
  await tx.query(
    `insert into message_snippet (connection_id, message_id, snippet)
     select $1, $3::bigint, snippet from message_snippet where connection_id = $1 and message_id = $2`,
    values,
  );
  await tx.query(
    `insert into message_search (connection_id, message_id, words, body_indexed)
     select $1, $3::bigint, words, body_indexed from message_search where connection_id = $1 and message_id = $2`,
    values,
  );
  await tx.query(
    `insert into message_label (connection_id, message_id, label_id)
     select $1, $3::bigint, label_id from message_label where connection_id = $1 and message_id = $2`,
    values,
  );
  await tx.query('update placement set message_id = $3 where connection_id = $1 and id = $2', [
    connectionId,
    placementId,
    made[0]?.id,
  ]);
}
