/**
 * `mail.listThreads` with a query: the index first; where bodies are not indexed yet, the server's own SEARCH fills in, for
 * as long as somebody waits. `scope` says honestly how far was looked.
 */
import type { ConnectionId, ListKey, MailboxId, ThreadId, Uid } from '@postroom/db';
import { type Folders, type FolderTarget, resolveFolder } from '../../../engine/index/folders.ts';
import { loadThreadRows, type Position, presentThread, type ThreadRow } from '../../../engine/index/list-threads.ts';
import { searchScope, searchThreads } from '../../../engine/index/search.ts';
import { toImapSearch } from '../../../engine/index/search-imap.ts';
import { parseSearchQuery, type SearchNode } from '../../../engine/index/search-query.ts';
import { rows } from '../../../engine/index/sql.ts';
import { MailError } from '../errors.ts';
import type { SearchScope, ThreadPage } from '../schemas.ts';
import type { ListOptions } from '../types.ts';
import type { ReaderDeps } from './read.ts';
import { nextToken } from './read.ts';

/** How long a page waits for the server's own search. */
const SERVER_SEARCH_MS = 4_000;
const SERVER_HITS = 500;

export function createSearch(deps: ReaderDeps) {
  const { pool, connectionId } = deps;

  /** Mailboxes the search is about, with the list that narrows the index. */
  function whereTo(folders: Folders, target: FolderTarget): { list: ListKey | null; mailboxes: MailboxId[] } {
    if (target.mailbox) return { list: target.list, mailboxes: [target.mailbox.id] };
    const outside = folders.mailboxes.filter(({ synced, role }) => synced && role !== 'junk' && role !== 'trash');
    return { list: target.list, mailboxes: outside.map(({ id }) => id) };
  }

  /** Conversations that the server's SEARCH finds by text it has and we have not. Null: it would not say. */
  async function askServer(
    node: SearchNode,
    folders: Folders,
    mailboxes: readonly MailboxId[],
  ): Promise<ThreadId[] | null> {
    const criteria = toImapSearch(node);
    if (criteria === null) return null;
    const found = new Set<ThreadId>();
    const signal = AbortSignal.timeout(SERVER_SEARCH_MS);
    await deps.withImap(
      connectionId,
      'interactive',
      async (session) => {
        for (const mailbox of folders.mailboxes.filter(({ id }) => mailboxes.includes(id))) {
          await session.select(mailbox.path, { readOnly: true });
          const uids = await session.search(criteria);
          if (uids === null) throw new MailError({ code: 'NOT_SUPPORTED', message: 'The server refused the search.' });
          for (const id of await threadsOf(connectionId, mailbox.id, uids.slice(-SERVER_HITS))) found.add(id);
        }
      },
      signal,
    );
    return [...found];
  }

  async function threadsOf(account: ConnectionId, mailboxId: MailboxId, uids: readonly Uid[]): Promise<ThreadId[]> {
    return (
      await rows<{ thread_id: ThreadId }>(
        pool,
        `select distinct m.thread_id from placement p
         join message m on m.connection_id = p.connection_id and m.id = p.message_id
         join message_search s on s.connection_id = m.connection_id and s.message_id = m.id and not s.body_indexed
         where p.connection_id = $1 and p.mailbox_id = $2 and p.uid = any($3::bigint[]) and p.state <> 'leaving'`,
        [account, mailboxId, uids],
      )
    ).map(({ thread_id }) => thread_id);
  }

  async function positionsOf(list: ListKey | null, threadIds: readonly ThreadId[]): Promise<Position[]> {
    return (
      await rows<{ thread_id: ThreadId; newest_at: Date }>(
        pool,
        `select thread_id, newest_at from thread_list where connection_id = $1 and list = $2 and thread_id = any($3::bigint[])`,
        [connectionId, list ?? 'all', threadIds],
      )
    ).map(({ thread_id, newest_at }) => ({ threadId: thread_id, newestAt: newest_at }));
  }

  return async function search(
    folders: Folders,
    target: FolderTarget,
    options: Omit<ListOptions, 'cursor'> & { after: Position | null },
  ): Promise<ThreadPage> {
    const node = parseSearchQuery(options.query);
    const { list, mailboxes } = whereTo(folders, target);
    const resolveList = (folder: string): ListKey | null => {
      try {
        return resolveFolder(folders, folder).list;
      } catch {
        // `in:` names a folder by word, id or by its name on the screen.
        const named = folders.mailboxes.find(
          ({ name, path }) =>
            name.toLowerCase() === folder.toLowerCase() || path.toLowerCase() === folder.toLowerCase(),
        );
        return named ? `m${named.id}` : null;
      }
    };
    const hits = await searchThreads({
      sql: pool,
      connectionId,
      list,
      query: node,
      resolveList,
      after: options.after,
      max: options.max + 1,
      now: deps.now(),
    });
    const coverage = await searchScope(pool, connectionId);
    let server: SearchScope['server'] = 'done';
    let page: Position[] = hits;
    if (coverage.indexed < coverage.total && options.after === null) {
      try {
        const more = await askServer(node, folders, mailboxes);
        if (more === null) server = 'unavailable';
        else page = merge(hits, await positionsOf(list, more)).slice(0, options.max + 1);
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        server = error.code === 'TIMEOUT' ? 'running' : 'unavailable';
      }
    }
    const shown: ThreadRow[] = await loadThreadRows(pool, connectionId, page.slice(0, options.max));
    return {
      threads: shown.map((one) => presentThread(folders, one)),
      nextPageToken: nextToken(page.length > options.max ? shown.at(-1) : undefined),
      scope: { ...coverage, server },
    };
  };
}

/** Both lists as one, newest first, no conversation twice. */
function merge(a: readonly Position[], b: readonly Position[]): Position[] {
  const known = new Set(a.map(({ threadId }) => threadId));
  return [...a, ...b.filter(({ threadId }) => !known.has(threadId))].sort(
    (x, y) => y.newestAt.getTime() - x.newestAt.getTime() || y.threadId - x.threadId,
  );
}
