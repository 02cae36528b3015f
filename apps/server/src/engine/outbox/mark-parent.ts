/** What was answered or forwarded says so. */
import type { ConnectionId, MessageRowId } from '@postroom/db';
import type { Tx } from '../index/sql.ts';
import { enqueueOperation } from '../operations/local.ts';

/** `\Answered` (RFC 9051 §2.3.2) or `$Forwarded` on what was answered. */
export async function markParent(
  tx: Tx,
  connectionId: ConnectionId,
  parentId: MessageRowId,
  mark: 'answered' | 'forwarded',
): Promise<void> {
  const add =
    mark === 'answered' ? { system: ['answered' as const], keywords: [] } : { system: [], keywords: ['$Forwarded'] };
  await enqueueOperation(
    tx,
    connectionId,
    { kind: 'flags', payload: { messageIds: [parentId], add, remove: { system: [], keywords: [] } } },
    null,
  );
}
