/** A password that was forgotten: asks for the link, and takes the new one from whoever followed it. */
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { authClient } from '../../lib/auth-client.ts';
import { authText as text } from '../../lib/i18n/auth.ts';
import { type AuthProblem, authProblemOf } from './auth-errors.ts';

export function ForgotPasswordForm() {
  const ask = useMutation({
    mutationFn: async (email: string): Promise<AuthProblem | null> => {
      const { error } = await authClient.requestPasswordReset({ email, redirectTo: '/reset-password' });
      return error ? authProblemOf(error) : null;
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate(String(new FormData(event.currentTarget).get('email')).trim());
  };
  if (ask.data === null) return <Notice tone="good" title={text.resetSent} fix={text.resetSentFix} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label={text.email} name="email" type="email" autoComplete="username" required autoFocus />
      {ask.data && <Notice tone="danger" title={ask.data.message} fix={ask.data.fix} />}
      <Button type="submit" variant="primary" disabled={ask.isPending} className="w-full">
        {text.sendReset}
      </Button>
    </form>
  );
}

export function NewPasswordForm({ token, onDone }: { token: string; onDone: () => void }) {
  const reset = useMutation({
    mutationFn: async (newPassword: string): Promise<AuthProblem | null> => {
      const { error } = await authClient.resetPassword({ newPassword, token });
      return error ? authProblemOf(error) : null;
    },
    onSuccess: (problem) => {
      if (!problem) onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    reset.mutate(String(new FormData(event.currentTarget).get('password')));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={text.newPassword}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        autoFocus
        minLength={8}
        hint={text.passwordHint}
      />
      {reset.data && <Notice tone="danger" title={reset.data.message} fix={reset.data.fix} />}
      <Button type="submit" variant="primary" disabled={reset.isPending} className="w-full">
        {text.setPassword}
      </Button>
    </form>
  );
}
