/** The login session: asked for once, kept in the query cache, forgotten with everything else on sign-out. */
import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../../lib/api.ts';
import { authClient } from '../../lib/auth-client.ts';
import { configQuery } from '../../lib/config.ts';

export interface SignedInUser {
  id: string;
  name: string;
  email: string;
}

export const sessionQuery = queryOptions({
  queryKey: ['auth-session'],
  queryFn: async (): Promise<SignedInUser | null> => {
    const { data, error } = await authClient.getSession();
    if (error) throw new Error(error.message ?? 'Postroom cannot be reached.');
    return data ? { id: data.user.id, name: data.user.name, email: data.user.email } : null;
  },
  staleTime: 5 * 60_000,
});

/** After a sign-in: nothing of whoever was here before stays. */
export async function refreshSession(): Promise<void> {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== configQuery.queryKey[0] });
  await Promise.all([queryClient.fetchQuery(sessionQuery), queryClient.invalidateQueries(configQuery)]);
}

export async function signOut(): Promise<void> {
  await authClient.signOut();
  queryClient.clear();
  // A whole load, so that nothing of the mailbox stays in memory.
  window.location.assign('/sign-in');
}
