/** The providers whose own sign-in page connects an account here. */
import { useMutation } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import type { ServerConfig } from '../../lib/config.ts';
import { accountsText as text } from '../../lib/i18n/accounts.ts';
import { leaveToSignIn, signInFailureOf } from './oauth.ts';

export interface SignInChoiceProps {
  providers: ServerConfig['emailProviders'];
  /** Filled in on the provider's page. */
  email?: string | undefined;
  /** One that was found for the address is the way to go. */
  isRecommended?: boolean;
  label?: (name: string) => string;
}

export function SignInChoice({ providers, email, isRecommended = false, label = text.signInWith }: SignInChoiceProps) {
  const leave = useMutation({
    mutationFn: (provider: string) => leaveToSignIn(provider, email ? { email } : {}),
  });
  const failure = leave.error ? signInFailureOf(leave.error) : undefined;
  return (
    <div className="flex flex-col gap-2">
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          variant={isRecommended ? 'primary' : 'outline'}
          disabled={leave.isPending}
          onClick={() => leave.mutate(id)}
          data-testid={`sign-in-${id}`}
        >
          {leave.isPending && leave.variables === id ? <Spinner className="text-current" /> : <LogIn />}
          {label(name)}
        </Button>
      ))}
      {failure && <Notice tone="danger" title={failure.message} fix={failure.fix} />}
    </div>
  );
}

/** Before any address is typed: the mailbox of whoever signed in at its provider, then the other providers. */
export function SignInFirst(props: {
  providers: ServerConfig['emailProviders'];
  signedInAt: ServerConfig['emailProviders'][number] | undefined;
  email: string;
}) {
  const { providers, signedInAt, email } = props;
  const others = providers.filter(({ id }) => id !== signedInAt?.id);
  return (
    <>
      {signedInAt && (
        <SignInChoice
          providers={[signedInAt]}
          email={email}
          isRecommended
          label={(name) => text.connectWith(email, name)}
        />
      )}
      {others.length > 0 && <SignInChoice providers={others} />}
      <p className="text-xs text-muted">{signedInAt ? text.orAnother : text.orByAddress}</p>
    </>
  );
}
