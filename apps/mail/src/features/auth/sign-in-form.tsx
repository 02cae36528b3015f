/** Signs in: with a Postroom account, or, where the server allows it, with the mail account itself. */
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

interface Credentials {
  email: string;
  password: string;
}

async function signInWithMail(credentials: Credentials): Promise<AuthProblem | null> {
  const response = await fetch('/api/auth/sign-in/mail', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  }).catch(() => null);
  if (response?.ok) return null;
  const body: { code?: string; message?: string } = response ? await response.json().catch(() => ({})) : {};
  return authProblemOf({ status: response?.status, ...body });
}

async function signInHere(credentials: Credentials): Promise<AuthProblem | null> {
  const { error } = await authClient.signIn.email(credentials);
  return error ? authProblemOf(error) : null;
}

export function SignInForm({ hasMailLogin, onSignedIn }: { hasMailLogin: boolean; onSignedIn: () => void }) {
  const [isMail, setIsMail] = useState(hasMailLogin);
  const [problem, setProblem] = useState<AuthProblem | null>(null);
  const signIn = useMutation({
    mutationFn: async (credentials: Credentials) => {
      const failed = await (isMail ? signInWithMail(credentials) : signInHere(credentials));
      if (!failed) await refreshSession();
      return failed;
    },
    onSuccess: (failed) => (failed ? setProblem(failed) : onSignedIn()),
    onError: () => setProblem({ message: text.unreachable }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem(null);
    signIn.mutate({ email: String(form.get('email')).trim(), password: String(form.get('password')) });
  };
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
      <Button type="submit" variant="primary" disabled={signIn.isPending} className="w-full">
        {signIn.isPending && <Spinner className="text-current" />}
        {text.signIn}
      </Button>
      {hasMailLogin && (
        <Button variant="ghost" size="small" onClick={() => setIsMail(!isMail)}>
          {isMail ? text.ownLogin : text.mailLogin}
        </Button>
      )}
    </form>
  );
}
