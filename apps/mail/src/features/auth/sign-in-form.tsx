/** Signs in: with a Postroom account, a passkey, at a provider, or, where the server allows it, with the mail account itself. */
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import type { ServerConfig } from '../../lib/config.ts';
import { authText as text } from '../../lib/i18n/auth.ts';
import type { AuthProblem } from './auth-errors.ts';
import { CodeForm } from './code-form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import { refreshSession } from './session.ts';
import { type Outcome, signInAtProvider, signInHere, signInWithMail, signInWithPasskey } from './sign-in.ts';

export interface SignInFormProps {
  config: ServerConfig;
  /** What a provider came back with. */
  returned: AuthProblem | null;
  onSignedIn: () => void;
}

export function SignInForm({ config, returned, onSignedIn }: SignInFormProps) {
  const [isMail, setIsMail] = useState(config.mailLogin);
  const [isCodeAsked, setIsCodeAsked] = useState(false);
  const [problem, setProblem] = useState<AuthProblem | null>(returned);
  const enter = useMutation({
    mutationFn: async (way: () => Promise<Outcome | null>) => {
      setProblem(null);
      const outcome = await way();
      if (outcome?.type === 'signed-in') await refreshSession();
      return outcome;
    },
    onSuccess: (outcome) => {
      if (outcome?.type === 'problem') setProblem(outcome.problem);
      if (outcome?.type === 'code') setIsCodeAsked(true);
      if (outcome?.type === 'signed-in') onSignedIn();
    },
    onError: () => setProblem({ message: text.unreachable }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credentials = { email: String(form.get('email')).trim(), password: String(form.get('password')) };
    enter.mutate(() => (isMail ? signInWithMail(credentials) : signInHere(credentials)));
  };
  if (isCodeAsked) return <CodeForm onSignedIn={onSignedIn} onBack={() => setIsCodeAsked(false)} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label={text.email} name="email" type="email" autoComplete="username" required autoFocus />
      <TextField
        label={text.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        hint={isMail ? text.mailLoginHint : undefined}
      />
      {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} />}
      <Button type="submit" variant="primary" disabled={enter.isPending} className="w-full">
        {enter.isPending && <Spinner className="text-current" />}
        {text.signIn}
      </Button>
      <div className="flex flex-col gap-2 border-t pt-4">
        <ProviderButtons
          config={config}
          isDisabled={enter.isPending}
          onChoose={(provider) => enter.mutate(() => signInAtProvider(provider))}
        />
        <Button onClick={() => enter.mutate(signInWithPasskey)} disabled={enter.isPending} className="w-full">
          <KeyRound />
          {text.passkey}
        </Button>
        {config.mailLogin && (
          <Button variant="ghost" size="small" onClick={() => setIsMail(!isMail)}>
            {isMail ? text.ownLogin : text.mailLogin}
          </Button>
        )}
      </div>
    </form>
  );
}
