/** By what one may sign in to the app account: a password (`credential`), the mail account (`mail`), providers. */
import { queryOptions } from '@tanstack/react-query';
import { authClient } from '../../lib/auth-client.ts';

export interface LinkedAccount {
  id: string;
  providerId: string;
}

export const linkedAccountsQuery = queryOptions({
  queryKey: ['linked-accounts'],
  queryFn: async (): Promise<LinkedAccount[]> =>
    (await authClient.listAccounts({ fetchOptions: { throw: true } })).map(({ id, providerId }) => ({
      id,
      providerId,
    })),
});
