/** Creates a Postroom account. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { authClient } from '../../lib/auth-client.ts';
import { authText as text } from '../../lib/i18n/auth.ts';
import { type AuthProblem, authProblemOf } from './auth-errors.ts';
import { refreshSession } from './session.ts';

interface NewUser {
  name: string;
  email: string;
  password: string;
}

export interface SignUpFormProps {
  invite: string | undefined;
  onSignedUp: () => void;
}

export function SignUpForm({ invite, onSignedUp }: SignUpFormProps) {
  const [problem, setProblem] = useState<AuthProblem | null>(null);
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
    </form>
  );
}
