/**
 * Live updates: the server says what changed (ids and kinds), and the queries that are on the screen are fetched
 * again. While an action of ours is on its way nothing is fetched, or the list would show the state before it.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useMemo } from 'react';
import { trpc } from './api.ts';
import { createStore } from './external-store.ts';

export const ACTION_KEY = ['mail-action'] as const;

/** Whether the stream of changes stands; a broken one means the server is out of reach. */
export const liveState = createStore<'idle' | 'connecting' | 'pending' | 'error'>('idle');

type Kind = 'threads' | 'counts' | 'connection' | 'outbox' | 'drafts' | 'labels' | 'operation' | 'resync';

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

export function useLiveUpdates(isEnabled: boolean): void {
  const client = useQueryClient();
  const refresher = useMemo(() => {
    const invalidate = (queryKey: readonly unknown[]) => client.invalidateQueries({ queryKey });
    return createRefresher({
      isBusy: () => client.isMutating({ mutationKey: ACTION_KEY }) > 0,
      refresh: (kinds) => {
        if (kinds.has('resync')) return void client.invalidateQueries();
        if (kinds.has('threads') || kinds.has('operation')) {
          invalidate(trpc.mail.listThreads.pathKey());
          invalidate(trpc.mail.get.pathKey());
        }
        if (kinds.has('threads') || kinds.has('counts')) invalidate(trpc.mail.count.pathKey());
        if (kinds.has('connection') || kinds.has('operation')) invalidate(trpc.connections.list.pathKey());
        if (kinds.has('outbox')) {
          invalidate(trpc.outbox.pathKey());
          invalidate(trpc.mail.count.pathKey());
        }
        if (kinds.has('drafts')) invalidate(trpc.drafts.list.pathKey());
        if (kinds.has('labels')) {
          invalidate(trpc.labels.pathKey());
          invalidate(trpc.mail.count.pathKey());
        }
      },
    });
  }, [client]);
  useEffect(() => () => refresher.stop(), [refresher]);

  const subscription = useSubscription(
    trpc.events.subscribe.subscriptionOptions(
      {},
      { enabled: isEnabled, onData: (event) => refresher.add(event.data.kind) },
    ),
  );
  useEffect(() => liveState.set(subscription.status), [subscription.status]);
}
