/** Leaves somebody out of what is suggested from now on: gone from the screen at once, and back by Undo. */
import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { type Address, apiClient, failureOf, trpc } from '../../lib/api.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';

export function useHideSuggestion(): (address: Address) => void {
  const queryClient = useQueryClient();
  const searches = trpc.contacts.search.queryFilter();
  const settle = (change: Promise<unknown>) =>
    void change
      .catch((error: unknown) => toast.error(failureOf(error).message))
      .finally(() => queryClient.invalidateQueries(searches));
  return (address) => {
    queryClient.setQueriesData<Address[]>(searches, (found) => found?.filter(({ email }) => email !== address.email));
    settle(apiClient.contacts.hide.mutate({ email: address.email }));
    toast(text.suggestionHidden(address.email), {
      action: { label: text.undo, onClick: () => settle(apiClient.contacts.unhide.mutate({ email: address.email })) },
    });
  };
}
