/**
 * Live updates: the server says what changed (ids and kinds), and the queries that are on the screen are fetched
 * again. While an action of ours is on its way nothing is fetched, or the list would show the state before it.
 */
import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useMemo } from 'react';
import { trpc } from './api.ts';
import { createStore } from './external-store.ts';

export const ACTION_KEY = ['mail-action'] as const;

/** Whether the stream of changes stands; a broken one means the server is out of reach. */
export const liveState = createStore<'idle' | 'connecting' | 'pending' | 'error'>('idle');

type Kind = 'threads' | 'counts' | 'connection' | 'outbox' | 'drafts' | 'labels' | 'operation' | 'resync';

/** What on the screen comes from what changed. */
const SHOWS: Readonly<Record<Kind, readonly (readonly unknown[])[]>> = {
  // Also another program's drafts.
  threads: [
    trpc.mail.listThreads.pathKey(),
    trpc.mail.get.pathKey(),
    trpc.mail.count.pathKey(),
    trpc.drafts.list.pathKey(),
  ],
  counts: [trpc.mail.count.pathKey()],
  connection: [trpc.connections.list.pathKey()],
  operation: [trpc.mail.listThreads.pathKey(), trpc.mail.get.pathKey(), trpc.connections.list.pathKey()],
  outbox: [trpc.outbox.pathKey(), trpc.mail.count.pathKey()],
  drafts: [trpc.drafts.list.pathKey()],
  labels: [trpc.labels.pathKey(), trpc.mail.count.pathKey()],
  resync: [[]],
};

const GATHER_MS = 60;

/** Gathers kinds for a moment, waits for our own actions, then refreshes once. */
export function createRefresher(options: {
  refresh: (kinds: ReadonlySet<Kind>) => void;
  isBusy: () => boolean;
  gatherMs?: number;
}): { add(kind: Kind): void; stop(): void } {
  const { refresh, isBusy, gatherMs = GATHER_MS } = options;
  let gathered = new Set<Kind>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (isBusy()) {
      timer = setTimeout(flush, gatherMs);
      return;
    }
    const kinds = gathered;
    gathered = new Set();
    refresh(kinds);
  };
  return {
    add: (kind) => {
      gathered.add(kind);
      timer ??= setTimeout(flush, gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Fetches again what changed. What is being fetched at this moment may have been read before the change: it is let come, and
 * `again` is called then. To cancel it would leave the screen empty for as long as changes keep coming, and TanStack
 * Query takes a first fetch that is under way for the answer to an invalidation.
 */
export function refetchChanged(client: QueryClient, queryKey: readonly unknown[], again: () => void): void {
  const isFetching = (query: Query) => query.state.fetchStatus === 'fetching';
  const underWay = client.getQueryCache().findAll({ queryKey, predicate: isFetching });
  void client.invalidateQueries({ queryKey, predicate: (query) => !underWay.includes(query) });
  if (underWay.length === 0) return;
  const predicate = (query: Query) => underWay.includes(query);
  void client.refetchQueries({ queryKey, predicate }, { cancelRefetch: false }).then(again);
}

/** Asked to begin with: what was fetched before the stream stood may be from before a change that it did not tell. */
const MISSED_ALL = { lastEventId: 'none' };

export function useLiveUpdates(isEnabled: boolean): void {
  const client = useQueryClient();
  const refresher = useMemo(() => {
    const made = createRefresher({
      isBusy: () => client.isMutating({ mutationKey: ACTION_KEY }) > 0,
      refresh(kinds) {
        for (const kind of kinds)
          for (const queryKey of SHOWS[kind]) refetchChanged(client, queryKey, () => made.add(kind));
      },
    });
    return made;
  }, [client]);
  useEffect(() => () => refresher.stop(), [refresher]);

  const subscription = useSubscription(
    trpc.events.subscribe.subscriptionOptions(MISSED_ALL, {
      enabled: isEnabled,
      onData: (event) => refresher.add(event.data.kind),
    }),
  );
  useEffect(() => liveState.set(subscription.status), [subscription.status]);
}
