/**
 * `mail.listThreads` with a query, from the index. `scope` says honestly how much of the mail's text was searched; asking
 * the server for the rest is not done here, and said as `unavailable`.
 */
import type { LabelId, ListKey } from '@postroom/db';
import { type Folders, type FolderTarget, resolveFolder } from '../../../engine/index/folders.ts';
import { loadThreadRows, type Position, presentThread } from '../../../engine/index/list-threads.ts';
import { searchScope, searchThreads } from '../../../engine/index/search.ts';
import { parseSearchQuery } from '../../../engine/index/search-query.ts';
import { MailError } from '../errors.ts';
import type { ThreadPage } from '../schemas.ts';
import type { ListOptions } from '../types.ts';
import { nextToken } from './next-token.ts';
import type { ReaderDeps } from './read.ts';

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** `in:` names a folder by its word, its id, or its name on the screen. */
function listNamed(folders: Folders, name: string): ListKey | null {
  try {
    return resolveFolder(folders, name.toLowerCase()).list;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const mailbox = folders.mailboxes.find((one) => same(one.name, name) || same(one.path, name));
    return mailbox ? `m${mailbox.id}` : null;
  }
}

function labelNamed(folders: Folders, name: string): LabelId | null {
  return folders.labels.find((label) => same(label.name, name) || same(label.keyword ?? '', name))?.id ?? null;
}

/** A page of what the query finds in the folder. */
export async function searchFolder(
  deps: ReaderDeps,
  folders: Folders,
  target: FolderTarget,
  options: Omit<ListOptions, 'cursor'> & { readonly after: Position | null },
): Promise<ThreadPage> {
  const { pool, connectionId } = deps;
  const found = await searchThreads({
    sql: pool,
    connectionId,
    list: target.list,
    query: parseSearchQuery(options.query, deps.now()),
    resolveList: (name) => listNamed(folders, name),
    resolveLabel: (name) => labelNamed(folders, name),
    after: options.after,
    max: options.max + 1,
  });
  const shown = await loadThreadRows(pool, connectionId, found.slice(0, options.max));
  const scope = await searchScope(pool, connectionId);
  return {
    threads: shown.map((one) => presentThread(folders, one)),
    nextPageToken: nextToken(null, found.length > options.max ? shown.at(-1) : undefined),
    scope: { ...scope, server: scope.indexed < scope.total ? 'unavailable' : 'done' },
  };
}
