/** The user's mail accounts. While one syncs, its progress is asked for now and then, besides the events. */
import { useQuery } from '@tanstack/react-query';
import { type Connection, trpc } from '../../lib/api.ts';

const PROGRESS_MS = 1500;

export function useConnections(): { connections: Connection[]; isLoaded: boolean } {
  const { data } = useQuery(
    trpc.connections.list.queryOptions(undefined, {
      staleTime: 10_000,
      refetchInterval: ({ state }) =>
        state.data?.connections.some((connection) => connection.state === 'syncing') ? PROGRESS_MS : 60_000,
    }),
  );
  return { connections: data?.connections ?? [], isLoaded: data !== undefined };
}
