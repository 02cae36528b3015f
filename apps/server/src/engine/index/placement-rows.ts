/** Rows of `placement`: written new, or given the UID that they waited for. What belongs where is decided by insert.ts. */
import type { ConnectionId, MessageRowId, PlacementId } from '@postroom/db';
import type { Tx } from './sql.ts';
import type { NewPlacement } from './types.ts';

export async function insertRows(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { placement: NewPlacement; messageId: MessageRowId }[],
): Promise<void> {
  if (items.length === 0) return;
  const values = items.map(({ placement, messageId }) => ({
    mailbox_id: placement.mailboxId,
    uid: placement.uid,
    message_id: messageId,
    flags: placement.flags,
    keywords: placement.keywords,
    mod_seq: placement.modSeq,
    state: placement.state,
    operation_id: placement.operationId,
  }));
  await tx.query(
    `insert into placement (connection_id, mailbox_id, uid, message_id, flags, keywords, mod_seq, state, operation_id)
     select $1, mailbox_id, uid, message_id, flags, keywords, mod_seq, state, operation_id
     from jsonb_to_recordset($2::jsonb) as x(mailbox_id int, uid bigint, message_id bigint, flags smallint,
       keywords text[], mod_seq bigint, state text, operation_id bigint)
     on conflict (connection_id, mailbox_id, uid)
       do update set flags = excluded.flags, keywords = excluded.keywords, mod_seq = excluded.mod_seq`,
    [connectionId, JSON.stringify(values)],
  );
}

/** SQL: what takes it away has not ended. An operation that ended without it leaves the message where it is. */
export const IS_STILL_LEAVING = `not exists (select 1 from operation o where o.connection_id = p.connection_id
  and o.id = p.operation_id and o.state not in ('pending', 'running'))`;

export async function adoptRows(
  tx: Tx,
  connectionId: ConnectionId,
  items: readonly { placement: NewPlacement; id: PlacementId }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.query(
    `update placement p set uid = x.uid, flags = x.flags, keywords = x.keywords, mod_seq = x.mod_seq,
       state = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then 'leaving' else 'present' end,
       operation_id = case when p.state = 'leaving' and ${IS_STILL_LEAVING} then p.operation_id end
     from jsonb_to_recordset($2::jsonb) as x(id bigint, uid bigint, flags smallint, keywords text[], mod_seq bigint)
     where p.connection_id = $1 and p.id = x.id and p.id = any($3::bigint[]) and not exists (
       select 1 from placement q where q.connection_id = $1 and q.mailbox_id = p.mailbox_id and q.uid = x.uid)`,
    [
      connectionId,
      JSON.stringify(
        items.map(({ placement, id }) => ({
          id,
          uid: placement.uid,
          flags: placement.flags,
          keywords: placement.keywords,
          mod_seq: placement.modSeq,
        })),
      ),
      items.map(({ id }) => id),
    ],
  );
}
