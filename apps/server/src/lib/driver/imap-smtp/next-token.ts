/** The cursor of a next page. */
import { type ThreadRow, writeCursor } from '../../../engine/index/list-threads.ts';

/** Where the next page begins; null at the end. */
export function nextToken(last: Pick<ThreadRow, 'id' | 'newest_at'> | undefined): string | null {
  return last ? writeCursor({ newestAt: last.newest_at, threadId: last.id }) : null;
}
