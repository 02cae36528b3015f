/** The folders with their numbers, of one account or of all. */
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Connection, type FolderCount, trpc } from '../../lib/api.ts';
import { sumCounts } from './folders.ts';

export function useCounts(account: string | undefined, connections: readonly Connection[]): FolderCount[] {
  const ids = account === 'all' ? connections.map(({ id }) => id) : [account];
  const queries = useQueries({
    queries: ids.map((connectionId) =>
      trpc.mail.count.queryOptions({ connectionId }, { enabled: connections.length > 0 }),
    ),
  });
  const loaded = queries.flatMap(({ data }) => (data ? [data] : []));
  const isAll = account === 'all';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers themselves are what it depends on
  return useMemo(() => (isAll ? sumCounts(loaded) : (loaded[0] ?? [])), [isAll, ...loaded]);
}
