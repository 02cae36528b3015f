/**
 * Where messages of All Mail are shown: one placement without UID in each mailbox that is a label on them, with the flags of
 * the one that lies in All Mail. Done in the transaction that learned of the labels. A message that an operation of ours is
 * moving, or moved after the server was asked, stays where the operation put it.
 */
import type { ConnectionId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import { type Queryable, rows, type Tx } from '../index/sql.ts';
import type { ReadLabels } from './labels.ts';

export interface LabelledMessage {
  readonly messageId: MessageRowId;
  readonly labels: ReadLabels;
}

/** SQL: the account keeps messages under labels. $1 account. */
const HAS_LABELS = `exists (select 1 from mailbox l where l.connection_id = $1 and l.label is not null)`;

/** SQL: messages that are being moved, or were after $3. */
const MOVING = `select (item ->> 'messageId')::bigint from operation o, jsonb_array_elements(o.payload -> 'items') item
  where o.connection_id = $1 and o.kind in ('move', 'expunge')
    and (o.state in ('pending', 'running') or (o.state = 'done' and o.finished_at >= $3))`;

/** Shows messages that lie in All Mail where their labels say; returns the conversations that changed. */
export async function showLabels(
  tx: Tx,
  connectionId: ConnectionId,
  labelled: readonly LabelledMessage[],
  askedAt: Date,
): Promise<ThreadId[]> {
  if (labelled.length === 0) return [];
  const ids = labelled.map(({ messageId }) => messageId);
  const said = JSON.stringify(
    labelled.map(({ messageId, labels }) => ({ message_id: messageId, shown_in: labels.shownIn })),
  );
  const changed = await rows<{ message_id: MessageRowId }>(
    tx,
    `with x as materialized (
       select message_id, shown_in from jsonb_to_recordset($2::jsonb) as x(message_id bigint, shown_in text[])
       where message_id not in (${MOVING})
     ), wanted as materialized (
       select x.message_id, b.id as mailbox_id, c.flags, c.keywords from x
       join mailbox b on b.connection_id = $1 and b.label = any(x.shown_in)
       join placement c on c.connection_id = $1 and c.message_id = x.message_id and c.message_id = any($4::bigint[])
         and c.uid is not null
       join mailbox a on a.connection_id = $1 and a.id = c.mailbox_id and a.role = 'archive'
     ), gone as (
       delete from placement p using x, mailbox b
       where p.connection_id = $1 and p.message_id = x.message_id and p.message_id = any($4::bigint[])
         and b.connection_id = $1 and b.id = p.mailbox_id and b.label is not null
         and not exists (select 1 from wanted w where w.message_id = p.message_id and w.mailbox_id = p.mailbox_id)
       returning p.message_id
     ), settled as (
       update placement p set state = 'present', operation_id = null, flags = w.flags, keywords = w.keywords
       from wanted w where p.connection_id = $1 and p.message_id = w.message_id and p.message_id = any($4::bigint[])
         and p.mailbox_id = w.mailbox_id
         and (p.state <> 'present' or p.flags <> w.flags or p.keywords <> w.keywords)
       returning p.message_id
     ), added as (
       insert into placement (connection_id, mailbox_id, message_id, flags, keywords)
       select $1, w.mailbox_id, w.message_id, w.flags, w.keywords from wanted w
       where not exists (select 1 from placement p where p.connection_id = $1 and p.message_id = w.message_id
         and p.mailbox_id = w.mailbox_id)
       returning message_id
     ) select message_id from gone union select message_id from settled union select message_id from added`,
    [connectionId, said, askedAt, ids],
  );
  await copyFlags(tx, connectionId, ids);
  await coverCarriers(tx, connectionId, ids);
  return threadsOf(
    tx,
    connectionId,
    changed.map(({ message_id }) => message_id),
  );
}

/** Flags are the message's, wherever it is shown, also while it is being moved. */
async function copyFlags(tx: Tx, connectionId: ConnectionId, messageIds: readonly MessageRowId[]): Promise<void> {
  await tx.query(
    `update placement p set flags = c.flags, keywords = c.keywords
     from placement c, mailbox a, mailbox b
     where p.connection_id = $1 and p.message_id = any($2::bigint[]) and b.connection_id = $1 and b.id = p.mailbox_id
       and b.label is not null and c.connection_id = $1 and c.message_id = p.message_id and c.uid is not null
       and a.connection_id = $1 and a.id = c.mailbox_id and a.role = 'archive'
       and (p.flags <> c.flags or p.keywords <> c.keywords)`,
    [connectionId, messageIds],
  );
}

/**
 * Placements in All Mail count as the archive only while the message is shown in no label's mailbox. To be called whenever
 * what is shown there changed.
 */
export async function coverCarriers(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly (MessageRowId | number)[],
): Promise<void> {
  await tx.query(
    `update placement c set covered = not c.covered
     from mailbox a
     where ${HAS_LABELS} and c.connection_id = $1 and c.message_id = any($2::bigint[])
       and a.connection_id = $1 and a.id = c.mailbox_id and a.role = 'archive'
       and c.covered <> exists (
         select 1 from placement p join mailbox b on b.connection_id = $1 and b.id = p.mailbox_id and b.label is not null
         where p.connection_id = $1 and p.message_id = c.message_id and p.state <> 'leaving')`,
    [connectionId, messageIds],
  );
}

/**
 * Messages that left All Mail, or came into Spam or Trash, are shown under no label any more, but for what an operation, a
 * draft or a send of ours is bringing there. Gives those that were.
 */
export async function hideLabels(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[] | 'all',
): Promise<MessageRowId[]> {
  if (messageIds.length === 0) return [];
  const hidden = await rows<{ message_id: MessageRowId }>(
    tx,
    `delete from placement p using mailbox b
     where ${HAS_LABELS} and p.connection_id = $1 and ($2::bigint[] is null or p.message_id = any($2::bigint[]))
       and b.connection_id = $1 and b.id = p.mailbox_id and b.label is not null
       and not exists (select 1 from placement c join mailbox a on a.connection_id = $1 and a.id = c.mailbox_id
         and a.role = 'archive' where c.connection_id = $1 and c.message_id = p.message_id)
       and not exists (select 1 from operation o where o.connection_id = $1 and o.id = p.operation_id
         and (o.state in ('pending', 'running') or o.finished_at > now() - interval '1 minute'))
       and not exists (select 1 from outbox s where s.connection_id = $1 and s.message_id = p.message_id
         and s.state <> 'canceled' and (not s.sent_copy_filed or s.submitted_at > now() - interval '1 minute'))
       and not exists (select 1 from draft d where d.connection_id = $1 and d.message_id = p.message_id
         and d.deleted_at is null)
     returning p.message_id`,
    [connectionId, messageIds === 'all' ? null : messageIds],
  );
  return hidden.map(({ message_id }) => message_id);
}

export interface ShownIn {
  /** Labels that have a mailbox: Gmail can hide Sent Mail or Drafts from IMAP, and tells `\\Sent` all the same. */
  readonly known: ReadonlySet<string>;
  /** By message; what is being moved, or was after the server was asked, is not among them. */
  readonly labels: ReadonlyMap<MessageRowId, readonly string[]>;
}

/** Where the index shows messages. */
export async function loadShownIn(
  sql: Queryable,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
  askedAt: Date,
): Promise<ShownIn> {
  const mailboxes = await rows<{ label: string }>(
    sql,
    'select label from mailbox where connection_id = $1 and label is not null',
    [connectionId],
  );
  const found = await rows<{ message_id: MessageRowId; labels: string[] }>(
    sql,
    `select message_id, array(
       select b.label from placement p join mailbox b on b.connection_id = $1 and b.id = p.mailbox_id
       where p.connection_id = $1 and p.message_id = x.message_id and b.label is not null) as labels
     from unnest($2::bigint[]) as x(message_id) where message_id not in (${MOVING})`,
    [connectionId, messageIds, askedAt],
  );
  return {
    known: new Set(mailboxes.map(({ label }) => label)),
    labels: new Map(found.map(({ message_id, labels }) => [message_id, labels])),
  };
}

/** The mailbox that holds what labels are put on; null on servers whose mailboxes are places. */
export async function carrierMailbox(
  tx: Pick<Tx, 'query'>,
  connectionId: ConnectionId,
): Promise<{ id: MailboxId; path: string } | null> {
  const found = await rows<{ id: MailboxId; path: string }>(
    tx,
    `select id, path from mailbox where connection_id = $1 and role = 'archive' and synced and ${HAS_LABELS}`,
    [connectionId],
  );
  return found[0] ?? null;
}

async function threadsOf(tx: Tx, connectionId: ConnectionId, messageIds: readonly MessageRowId[]): Promise<ThreadId[]> {
  const found = await rows<{ thread_id: ThreadId }>(
    tx,
    'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
    [connectionId, messageIds],
  );
  return found.map(({ thread_id }) => thread_id);
}
