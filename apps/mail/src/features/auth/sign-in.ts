/** The ways in with a password, and what they come to: signed in, a code first, or a problem in plain words. */
import { authClient } from '../../lib/auth-client.ts';
import { type AuthProblem, authProblemOf } from './auth-errors.ts';

export interface Credentials {
  email: string;
  password: string;
}

export type Outcome = { type: 'signed-in' } | { type: 'code' } | { type: 'problem'; problem: AuthProblem };

/** With the mail account, which better-auth's client does not know. */
export async function signInWithMail(credentials: Credentials): Promise<Outcome> {
  const response = await fetch('/api/auth/sign-in/mail', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  }).catch(() => null);
  const body: { code?: string; message?: string; twoFactorRedirect?: boolean } = response
    ? await response.json().catch(() => ({}))
    : {};
  if (response?.ok) return { type: body.twoFactorRedirect ? 'code' : 'signed-in' };
  return { type: 'problem', problem: authProblemOf({ status: response?.status, ...body }) };
}

export async function signInHere(credentials: Credentials): Promise<Outcome> {
  const { data, error } = await authClient.signIn.email(credentials);
  if (error) return { type: 'problem', problem: authProblemOf(error) };
  return { type: 'twoFactorRedirect' in data && data.twoFactorRedirect ? 'code' : 'signed-in' };
}

export async function signInWithPasskey(): Promise<Outcome> {
  const { error } = await authClient.signIn.passkey();
  return error ? { type: 'problem', problem: authProblemOf({ ...error, code: 'PASSKEY' }) } : { type: 'signed-in' };
}

/** Leaves the page, and comes back to `from` where it does not work. `invite` lets in whoever has no account yet. */
export async function signInAtProvider(
  provider: string,
  { from = '/sign-in', invite }: { from?: string; invite?: string | undefined } = {},
): Promise<Outcome | null> {
  const { error } = await authClient.signIn.social({
    provider,
    callbackURL: '/',
    errorCallbackURL: from,
    ...(invite === undefined ? {} : { additionalData: { invite } }),
  });
  return error ? { type: 'problem', problem: authProblemOf({ ...error, code: 'PROVIDER' }) } : null;
}
