/** How one signs in, where one is signed in, who else may come, and what happened. */
import { useQuery } from '@tanstack/react-query';
import { authClient } from '../../../lib/auth-client.ts';
import { configQuery } from '../../../lib/config.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { Section } from '../section.tsx';
import { ActivityList } from './activity-list.tsx';
import { InviteList } from './invite-list.tsx';
import { PasskeyList } from './passkey-list.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SessionList } from './session-list.tsx';
import { SingleSignOn } from './single-sign-on.tsx';

export function SecuritySettings() {
  const { data: config } = useQuery(configQuery);
  const { data: providers } = useQuery({
    queryKey: ['auth-providers'],
    queryFn: async () =>
      (await authClient.listAccounts({ fetchOptions: { throw: true } })).map((one) => one.providerId),
  });
  if (!config || !providers) return null;
  const hasPassword = providers.includes('credential');
  return (
    <>
      <Section title={text.password} intro={hasPassword ? text.passwordHint : undefined}>
        {hasPassword ? (
          <PasswordForm />
        ) : (
          <p className="px-4 py-3">{providers.includes('mail') ? text.byMail : text.bySingleSignOn}</p>
        )}
      </Section>
      <SecondFactor hasPassword={hasPassword} />
      <PasskeyList />
      {config.singleSignOn && <SingleSignOn isLinked={providers.includes('sso')} />}
      <SessionList />
      {config.signUp === 'invite' && <InviteList />}
      <ActivityList />
    </>
  );
}
