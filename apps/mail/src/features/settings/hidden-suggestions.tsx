/** Addresses that are suggested no more, each with the way back. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { type Address, apiClient, failureOf, trpc } from '../../lib/api.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { Section } from './section.tsx';

export function HiddenSuggestions() {
  const client = useQueryClient();
  const { data: hidden = [] } = useQuery({ ...trpc.contacts.hidden.queryOptions(), staleTime: 0 });
  const suggestAgain = (email: string) => {
    client.setQueryData<Address[]>(trpc.contacts.hidden.queryKey(), (known) =>
      known?.filter((one) => one.email !== email),
    );
    apiClient.contacts.unhide
      .mutate({ email })
      .then(() => toast(text.suggestedAgain(email)))
      .catch((error: unknown) => toast.error(failureOf(error).message))
      .finally(() => client.invalidateQueries({ queryKey: trpc.contacts.pathKey() }));
  };
  if (hidden.length === 0) return null;
  return (
    <Section title={text.hiddenSuggestions} intro={text.hiddenSuggestionsIntro}>
      <ul className="max-h-80 divide-y overflow-y-auto" data-testid="hidden-suggestions">
        {hidden.map(({ email }) => (
          <li key={email} className="flex items-center gap-3 px-4 py-2">
            <span className="min-w-0 flex-1 truncate">{email}</span>
            <Button size="small" aria-label={`${text.suggestAgain}: ${email}`} onClick={() => suggestAgain(email)}>
              {text.suggestAgain}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
