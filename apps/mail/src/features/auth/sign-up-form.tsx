/** Creates a Postroom account, by a password or at a provider. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { authClient } from '../../lib/auth-client.ts';
import type { ServerConfig } from '../../lib/config.ts';
import { authText as text } from '../../lib/i18n/auth.ts';
import { type AuthProblem, authProblemOf } from './auth-errors.ts';
import { ProviderButtons } from './provider-buttons.tsx';
import { refreshSession } from './session.ts';
import { signInAtProvider } from './sign-in.ts';

interface NewUser {
  name: string;
  email: string;
  password: string;
}

export interface SignUpFormProps {
  config: ServerConfig;
  invite: string | undefined;
  /** What a provider came back with. */
  returned: AuthProblem | null;
  onSignedUp: () => void;
}

export function SignUpForm({ config, invite, returned, onSignedUp }: SignUpFormProps) {
  const [problem, setProblem] = useState<AuthProblem | null>(returned);
  const signUp = useMutation({
    mutationFn: async (user: NewUser) => {
      const { error } = await authClient.signUp.email(invite === undefined ? user : { ...user, ...{ invite } });
      if (error) return authProblemOf(error);
      await refreshSession();
      return null;
    },
    onSuccess: (failed) => (failed ? setProblem(failed) : onSignedUp()),
    onError: () => setProblem({ message: text.unreachable }),
  });
  const from = invite === undefined ? '/sign-up' : `/sign-up?invite=${encodeURIComponent(invite)}`;
  const leave = useMutation({
    mutationFn: (provider: string) => signInAtProvider(provider, { from, invite }),
    onSuccess: (outcome) => outcome?.type === 'problem' && setProblem(outcome.problem),
    onError: () => setProblem({ message: text.unreachable }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem(null);
    signUp.mutate({
      name: String(form.get('name')).trim(),
      email: String(form.get('email')).trim(),
      password: String(form.get('password')),
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label={text.name} name="name" autoComplete="name" required autoFocus maxLength={200} />
      <TextField label={text.email} name="email" type="email" autoComplete="username" required />
      <TextField
        label={text.password}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        hint={text.passwordHint}
      />
      {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} />}
      <Button type="submit" variant="primary" disabled={signUp.isPending} className="w-full">
        {signUp.isPending && <Spinner className="text-current" />}
        {text.signUp}
      </Button>
      {config.authProviders.length > 0 && (
        <div className="flex flex-col gap-2 border-t pt-4">
          <ProviderButtons
            config={{ ...config, singleSignOn: false }}
            isDisabled={signUp.isPending || leave.isPending}
            onChoose={leave.mutate}
          />
        </div>
      )}
    </form>
  );
}
