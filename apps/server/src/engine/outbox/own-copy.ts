/**
 * Messages we put on the server ourselves, in the index before the server has them: shown in their conversation at once,
 * adopted by the sync (same fingerprint) or given their UID by whoever stored them.
 */
import type { ConnectionId, MailboxId, MailboxRole, MessageRowId, ThreadId, Uid } from '@postroom/db';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { saveBody } from '../index/bodies.ts';
import { insertPlacements } from '../index/insert.ts';
import { newMessageFromFrozen, ownAddresses } from '../index/new-message.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexMessages } from '../index/search-index.ts';
import { row, rows, type Tx } from '../index/sql.ts';
import { type FrozenMessage, parseMessage, snippet } from '../mime/index.ts';

export interface OwnCopy {
  readonly frozen: FrozenMessage;
  readonly mailboxId: MailboxId;
  /** Bits of index/flags.ts. */
  readonly flags: number;
  readonly receivedAt: Date;
}

/** Shows it; tells the screens. */
export async function showOwnCopy(tx: Tx, connectionId: ConnectionId, copy: OwnCopy): Promise<MessageRowId> {
  const { text, html } = parseMessage(copy.frozen.octets);
  const message = newMessageFromFrozen(copy.frozen, {
    receivedAt: copy.receivedAt,
    ownAddresses: await ownAddresses(tx, connectionId),
    snippet: snippet({ text, html }),
  });
  const { messageIds, threadIds } = await insertPlacements(tx, connectionId, [
    {
      mailboxId: copy.mailboxId,
      uid: null,
      flags: copy.flags,
      keywords: [],
      modSeq: null,
      state: 'arriving',
      operationId: null,
      message,
    },
  ]);
  const id = messageIds[0] as MessageRowId;
  await saveBody(tx, connectionId, id, { html, text, authentication: null });
  await indexMessages(tx, connectionId, messageIds);
  await tellThreads(tx, connectionId, threadIds);
  return id;
}

/** Takes a copy away that never got to the server. */
export async function hideOwnCopy(tx: Tx, connectionId: ConnectionId, messageId: MessageRowId | null): Promise<void> {
  if (messageId === null) return;
  await tx.query('delete from placement where connection_id = $1 and message_id = $2 and uid is null', [
    connectionId,
    messageId,
  ]);
  await orphan(tx, connectionId, [messageId]);
  await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [messageId]));
}

/**
 * The server has it under this UID now, and under none else in that mailbox. A message that the sync listed there before
 * it could know is the double of this one. Where somebody took this one away meanwhile, nothing is changed.
 */
export async function settleOwnCopy(
  tx: Tx,
  connectionId: ConnectionId,
  place: { readonly messageId: MessageRowId | null; readonly mailboxId: MailboxId; readonly uid: Uid | null },
): Promise<void> {
  const { messageId, mailboxId, uid } = place;
  if (messageId === null || uid === null) return;
  const own = await row(
    tx,
    'select 1 from placement where connection_id = $1 and mailbox_id = $2 and message_id = $3 limit 1',
    [connectionId, mailboxId, messageId],
  );
  if (!own) return;
  const doubles = await rows<{ message_id: MessageRowId }>(
    tx,
    `delete from placement where connection_id = $1 and mailbox_id = $2 and uid = $3 and message_id <> $4
     returning message_id`,
    [connectionId, mailboxId, uid, messageId],
  );
  await tx.query(
    `delete from placement where connection_id = $1 and mailbox_id = $2 and message_id = $3
       and uid is distinct from $4
       and exists (select 1 from placement q where q.connection_id = $1 and q.mailbox_id = $2 and q.uid = $4)`,
    [connectionId, mailboxId, messageId, uid],
  );
  await tx.query(
    `update placement set uid = $4, state = case state when 'arriving' then 'present' else state end
     where connection_id = $1 and mailbox_id = $2 and message_id = $3 and uid is distinct from $4`,
    [connectionId, mailboxId, messageId, uid],
  );
  const gone = doubles.map(({ message_id }) => message_id);
  await orphan(tx, connectionId, gone);
  await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [messageId, ...gone]));
}

/** Those that lie nowhere any more. */
async function orphan(tx: Tx, connectionId: ConnectionId, messageIds: readonly MessageRowId[]): Promise<void> {
  await tx.query(
    `update message m set orphaned_at = now() where m.connection_id = $1 and m.id = any($2::bigint[])
       and not exists (select 1 from placement p where p.connection_id = $1 and p.message_id = m.id)`,
    [connectionId, messageIds],
  );
}

export async function threadsOf(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<ThreadId[]> {
  const found = await rows<{ thread_id: ThreadId }>(
    tx,
    'select distinct thread_id from message where connection_id = $1 and id = any($2::bigint[])',
    [connectionId, messageIds],
  );
  return found.map(({ thread_id }) => thread_id);
}

export async function tellThreads(tx: Tx, connectionId: ConnectionId, threadIds: readonly ThreadId[]): Promise<void> {
  await refreshThreads(tx, connectionId, threadIds);
  const ids = threadIds.map((id) => presentId('thread', connectionId, id));
  await publish(tx, { connectionId, kind: 'threads', ids });
  await publish(tx, { connectionId, kind: 'counts', ids: [] });
}

export async function mailboxIdOfRole(
  tx: Tx,
  connectionId: ConnectionId,
  role: MailboxRole,
): Promise<MailboxId | null> {
  const found = await row<{ id: MailboxId }>(tx, 'select id from mailbox where connection_id = $1 and role = $2', [
    connectionId,
    role,
  ]);
  return found?.id ?? null;
}
