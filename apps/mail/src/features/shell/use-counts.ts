/** The folders with their numbers, of one account or of all. */
import { useQueries } from '@tanstack/react-query';
import { type Connection, type FolderCount, trpc } from '../../lib/api.ts';
import { sumCounts } from './folders.ts';

export function useCounts(account: string | undefined, connections: readonly Connection[]): FolderCount[] {
  const ids = account === 'all' ? connections.map(({ id }) => id) : [account];
  const isAll = account === 'all';
  return useQueries({
    queries: ids.map((connectionId) =>
      trpc.mail.count.queryOptions({ connectionId }, { enabled: connections.length > 0 }),
    ),
    // Not a memo of its own: what it depends on grows as answers come, and a memo compares only as far as before.
    combine: (answers) => {
      const loaded = answers.flatMap(({ data }) => (data ? [data] : []));
      return isAll ? sumCounts(loaded) : (loaded[0] ?? []);
    },
  });
}
