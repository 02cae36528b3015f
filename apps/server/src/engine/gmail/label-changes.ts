/**
 * The user's own labels where the server keeps them (Gmail): each is a mailbox there. Made, renamed and removed here at once,
 * on the server by an operation.
 */
import type { ConnectionId, LabelId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import type { Tx } from '../index/sql.ts';
import { enqueueOperation } from '../operations/local.ts';
import type { Places } from './places.ts';

/** A label's name is a mailbox's there: one that Gmail keeps for itself is refused. */
export function assertLabelName(name: string, places: Places): void {
  const isOwn = places.all.some(({ path, label }) => label !== null && path.toLowerCase() === name.toLowerCase());
  if (!isOwn && !/^\[(gmail|google mail)\]/i.test(name) && !name.startsWith('\\')) return;
  throw new MailError({ code: 'INVALID_INPUT', message: `Gmail keeps the name “${name}” for itself.` });
}

export async function createOnServer(tx: Tx, connectionId: ConnectionId, name: string): Promise<void> {
  await enqueueOperation(tx, connectionId, { kind: 'label-mailbox', payload: { change: 'create', name } }, null);
}

/** Messages keep it under the new name, before the server has heard of it too. */
export async function renameOnServer(tx: Tx, connectionId: ConnectionId, id: LabelId, from: string, to: string) {
  if (from === to) return;
  await enqueueOperation(
    tx,
    connectionId,
    { kind: 'label-mailbox', payload: { change: 'rename', name: from, to } },
    null,
  );
  await tx.query('update label set keyword = $3 where connection_id = $1 and id = $2', [connectionId, id, to]);
  await renameKeyword(tx, connectionId, from, to);
  await tx.query(
    `update mailbox set label = $3, path = $3 where connection_id = $1 and label = $2
       and not exists (select 1 from mailbox o where o.connection_id = $1 and o.path = $3)`,
    [connectionId, from, to],
  );
}

/** What messages are labelled with, as they are known here. */
async function renameKeyword(tx: Tx, connectionId: ConnectionId, from: string, to: string | null) {
  await tx.query(
    `update placement set keywords = case when $3::text is null then array_remove(keywords, $2)
       else array_replace(keywords, $2, $3) end
     where connection_id = $1 and $2 = any(keywords)`,
    [connectionId, from, to],
  );
}

/** The server takes it from every message by itself. */
export async function deleteOnServer(tx: Tx, connectionId: ConnectionId, name: string): Promise<void> {
  await renameKeyword(tx, connectionId, name, null);
  await enqueueOperation(tx, connectionId, { kind: 'label-mailbox', payload: { change: 'delete', name } }, null);
  await tx.query('delete from mailbox where connection_id = $1 and label = $2 and not synced', [connectionId, name]);
}
