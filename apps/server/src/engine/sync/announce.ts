/** What a sync changed, told to the screens after its transaction. */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import type { Tx } from '../index/sql.ts';

/** Tells the screens what changed, after the commit. */
export async function announceThreads(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
): Promise<void> {
  if (threadIds.length === 0) return;
  await publish(tx, {
    connectionId,
    kind: 'threads',
    ids: threadIds.map((id) => presentId('thread', connectionId, id)),
  });
  await publish(tx, { connectionId, kind: 'counts', ids: [] });
}
