/** Deletes a draft here; its row stays until `pushDrafts` has removed the server's copy. */
import type { ConnectionId, DraftId, MessageRowId } from '@postroom/db';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { row, type Tx } from '../index/sql.ts';
import { wakeAccount } from '../operations/wake.ts';
import { hideOwnCopy } from '../outbox/own-copy.ts';

/** Returns false when there is no such draft. The caller holds the account's lock. */
export async function removeDraft(tx: Tx, connectionId: ConnectionId, id: DraftId): Promise<boolean> {
  const gone = await row<{ message_id: MessageRowId | null }>(
    tx,
    `update draft set deleted_at = now() where connection_id = $1 and id = $2 and deleted_at is null
     returning message_id`,
    [connectionId, id],
  );
  if (!gone) return false;
  await tx.query(
    `update placement set state = 'leaving' where connection_id = $1 and message_id = $2 and uid is not null`,
    [connectionId, gone.message_id],
  );
  await hideOwnCopy(tx, connectionId, gone.message_id);
  await publish(tx, { connectionId, kind: 'drafts', ids: [presentId('draft', connectionId, id)] });
  await wakeAccount(tx, connectionId);
  return true;
}
