/** The cursor of a next page. */
import type { ListKey } from '@postroom/db';
import { positionOf, type ThreadRow, writeCursor } from '../../../engine/index/list-threads.ts';

/** Where the next page begins; null at the end. `list`: what is paged through, null for what a search found. */
export function nextToken(list: ListKey | null, last: ThreadRow | undefined): string | null {
  return last ? writeCursor(positionOf(list, last)) : null;
}
