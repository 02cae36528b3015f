/** The providers one signs in at: connected with the app account, and disconnected again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import type { ServerConfig } from '../../../lib/config.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { authProblemOf, type LinkedAccount, linkedAccountsQuery, returnedProblem } from '../../auth/index.ts';
import { Line, Section } from '../section.tsx';

const HERE = '/settings/security';

export interface ProviderListProps {
  config: Pick<ServerConfig, 'authProviders' | 'singleSignOn'>;
  linked: readonly LinkedAccount[];
  /** What a provider came back with. */
  error: string | undefined;
}

export function ProviderList({ config, linked, error }: ProviderListProps) {
  const client = useQueryClient();
  const link = useMutation({
    mutationFn: async (provider: string) => {
      const { error: failed } = await authClient.linkSocial({ provider, callbackURL: HERE, errorCallbackURL: HERE });
      return failed ? authProblemOf({ ...failed, code: 'PROVIDER' }) : null;
    },
  });
  const unlink = useMutation({
    mutationFn: async (accountId: string) => (await authClient.unlinkAccount({ accountId })).error,
    onSuccess: (failed) => {
      if (!failed) return void toast(text.providerRemoved);
      toast.error(text.unlinkProblems[failed.code ?? ''] ?? text.unlinkFailed);
    },
    onSettled: () => client.invalidateQueries({ queryKey: linkedAccountsQuery.queryKey }),
  });
  const ways = [
    ...(config.singleSignOn ? [{ id: 'sso', name: text.singleSignOn }] : []),
    ...config.authProviders.map(({ id, name }) => ({ id, name })),
  ];
  const problem = link.data ?? (error === undefined ? null : returnedProblem(error));
  return (
    <Section title={text.providers} intro={text.providersIntro}>
      {problem && (
        <div className="p-3">
          <Notice tone="danger" title={problem.message} fix={problem.fix} isScrolledTo />
        </div>
      )}
      {ways.map(({ id, name }) => {
        const account = linked.find(({ providerId }) => providerId === id);
        return (
          <Line key={id} title={name} hint={account ? text.providerLinked : undefined}>
            {account ? (
              <Button
                size="small"
                variant="ghost"
                disabled={unlink.isPending}
                onClick={() => unlink.mutate(account.id)}
                aria-label={text.unlinkProvider(name)}
              >
                {text.unlink}
              </Button>
            ) : (
              <Button
                size="small"
                disabled={link.isPending}
                onClick={() => link.mutate(id)}
                aria-label={text.linkProvider(name)}
              >
                {text.link}
              </Button>
            )}
          </Line>
        );
      })}
    </Section>
  );
}
