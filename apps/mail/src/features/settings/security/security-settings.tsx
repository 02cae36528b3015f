/** How one signs in, where one is signed in, who else may come, and what happened. */
import { useQuery } from '@tanstack/react-query';
import { configQuery } from '../../../lib/config.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { linkedAccountsQuery } from '../../auth/index.ts';
import { Section } from '../section.tsx';
import { ActivityList } from './activity-list.tsx';
import { InviteList } from './invite-list.tsx';
import { PasskeyList } from './passkey-list.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProviderList } from './provider-list.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SessionList } from './session-list.tsx';

/** `error`: what a provider that was to be connected came back with. */
export function SecuritySettings({ error }: { error: string | undefined }) {
  const { data: config } = useQuery(configQuery);
  const { data: linked } = useQuery(linkedAccountsQuery);
  if (!config || !linked) return null;
  const has = (id: string) => linked.some(({ providerId }) => providerId === id);
  const hasPassword = has('credential');
  const hasProviders = config.singleSignOn || config.authProviders.length > 0;
  return (
    <>
      <Section title={text.password} intro={hasPassword ? text.passwordHint : undefined}>
        {hasPassword ? <PasswordForm /> : <p className="px-4 py-3">{has('mail') ? text.byMail : text.byProvider}</p>}
      </Section>
      <SecondFactor hasPassword={hasPassword} />
      <PasskeyList />
      {hasProviders && <ProviderList config={config} linked={linked} error={error} />}
      <SessionList />
      {config.signUp === 'invite' && <InviteList />}
      <ActivityList />
    </>
  );
}
