/** Messages from the wire into the index, a batch a transaction. */
import type { UidSet } from '../imap/uid-set.ts';
import { applyCursor, applyMessages, type DecodedMessage, decodeMessages } from './apply.ts';
import type { CursorChange } from './cursor.ts';
import type { SyncContext } from './sync-context.ts';

/** Rows a transaction; a list call waits for at most one of these. */
export const BATCH = 500;

/** Fetches a set in batches; the cursor moves after the last one. Gives what the server did not send. */
export async function fetchInto(context: SyncContext, uids: UidSet, cursor: CursorChange): Promise<UidSet> {
  const fetchedAt = context.now();
  const writer = createWriter((batch: readonly DecodedMessage[]) => applyMessages(context, batch, {}, fetchedAt));
  const lacking = await context.session.fetchMessages(uids, {
    batchSize: BATCH,
    onBatch: async (batch) => writer.add(await decodeMessages(context, batch)),
    ...(context.signal ? { signal: context.signal } : {}),
  });
  await writer.done();
  if (Object.keys(cursor).length > 0 && !context.signal?.aborted) await applyCursor(context, cursor);
  return lacking;
}

/** Writes one batch down while the next is on the wire; no more than one waits. What a write throws, the next call throws. */
function createWriter<T>(write: (item: T) => Promise<void>): { add(item: T): Promise<void>; done(): Promise<void> } {
  let writing: Promise<void> = Promise.resolve();
  return {
    async add(item) {
      await writing;
      writing = write(item);
      // Heard by the next call; until then it must not count as nobody's.
      writing.catch(() => undefined);
    },
    done: () => writing,
  };
}
