/** The passkeys of the app account. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import { formatFullTime } from '../../../lib/format.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { deviceOf } from '../../auth/index.ts';
import { Line, Section } from '../section.tsx';

const passkeysQuery = {
  queryKey: ['passkeys'],
  queryFn: async () => (await authClient.passkey.listUserPasskeys({ fetchOptions: { throw: true } })) ?? [],
};

export function PasskeyList() {
  const client = useQueryClient();
  const { data: passkeys = [] } = useQuery(passkeysQuery);
  const options = { onSettled: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }) };
  const add = useMutation({
    ...options,
    mutationFn: async () =>
      (await authClient.passkey.addPasskey({ name: deviceOf(navigator.userAgent) }))?.error ?? null,
    onSuccess: (error) => {
      if (!error) return void toast(text.passkeyAdded);
      const isStale = 'code' in error && error.code === 'SESSION_NOT_FRESH';
      toast.error(isStale ? text.passkeyStale : text.passkeyFailed);
    },
  });
  const remove = useMutation({
    ...options,
    mutationFn: (id: string) => authClient.passkey.deletePasskey({ id, fetchOptions: { throw: true } }),
    onSuccess: () => void toast(text.passkeyRemoved),
    onError: () => void toast.error(text.passkeyFailed),
  });
  return (
    <Section title={text.passkeys} intro={text.passkeysIntro}>
      {passkeys.map(({ id, name, createdAt }) => (
        <Line
          key={id}
          title={name || text.passkeyName}
          hint={createdAt ? text.added(formatFullTime(new Date(createdAt).toISOString())) : undefined}
        >
          <Button size="small" variant="ghost" onClick={() => remove.mutate(id)}>
            {text.remove}
          </Button>
        </Line>
      ))}
      <div className="px-4 py-3">
        <Button onClick={() => add.mutate()} disabled={add.isPending}>
          <KeyRound />
          {text.addPasskey}
        </Button>
      </div>
    </Section>
  );
}
