/** The conversations of a folder or a search, page after page, as one list. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type SearchScope, type ThreadSummary, trpc } from '../../lib/api.ts';

export interface ListSource {
  folder: string;
  q: string;
  /** An account's id, `all`, or undefined for the default account. */
  account: string | undefined;
}

export interface ThreadListData {
  threads: ThreadSummary[];
  scope: SearchScope | null;
  isLoading: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

const PAGE = 50;
const SCOPE_MS = 1500;

export function useThreadList({ folder, q, account }: ListSource, isEnabled = true): ThreadListData {
  const query = useInfiniteQuery(
    trpc.mail.listThreads.infiniteQueryOptions(
      { folder, q, max: PAGE, connectionId: account },
      {
        enabled: isEnabled,
        initialCursor: '',
        getNextPageParam: (page) => page.nextPageToken ?? undefined,
        placeholderData: (previous) => (q === '' ? undefined : keepPreviousData(previous)),
        refetchInterval: ({ state }) => (state.data?.pages[0]?.scope?.server === 'running' ? SCOPE_MS : false),
      },
    ),
  );
  const { data, fetchNextPage } = query;
  const threads = useMemo(() => {
    const seen = new Set<string>();
    return (data?.pages ?? []).flatMap((page) => page.threads).filter(({ id }) => !seen.has(id) && seen.add(id));
  }, [data]);
  return {
    threads,
    scope: data?.pages[0]?.scope ?? null,
    isLoading: query.isPending && isEnabled,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}
