/** Connects the app account with the provider of single sign-on. */
import { Button } from '../../../components/ui/button.tsx';
import { authClient } from '../../../lib/auth-client.ts';
import { securityText as text } from '../../../lib/i18n/security.ts';
import { Line, Section } from '../section.tsx';

export function SingleSignOn({ isLinked }: { isLinked: boolean }) {
  const here = '/settings/security';
  const link = () => authClient.linkSocial({ provider: 'sso', callbackURL: here, errorCallbackURL: here });
  return (
    <Section title={text.singleSignOn}>
      <Line title={isLinked ? text.singleSignOnLinked : text.singleSignOnIntro}>
        {!isLinked && <Button onClick={() => void link()}>{text.linkSingleSignOn}</Button>}
      </Line>
    </Section>
  );
}
