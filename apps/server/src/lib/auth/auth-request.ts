/** A request under /api/auth as it is looked at before better-auth has it: what it is for, and who says to be behind it. */
import { z } from 'zod';
import type { Applicant } from '../sign-up.ts';

export interface AuthRequest extends Pick<Request, 'url' | 'method' | 'headers'> {
  /** Below /api/auth. */
  readonly path: string;
  readonly body: string | null;
  readonly clientAddress: string;
}

const credentialsSchema = z.object({ email: z.string().max(320), invite: z.string().max(200).optional() });

/** What the body says of who it is. */
export function applicantOf({ body }: Pick<AuthRequest, 'body'>): Applicant {
  const parsed = credentialsSchema.safeParse(readJson(body ?? ''));
  return parsed.success ? { ...parsed.data, email: parsed.data.email.trim().toLowerCase() } : null;
}

const CALLBACK = '/callback/';
/** Who the browser comes back from, by the end of the path. */
const PROVIDERS: Readonly<Record<string, string>> = {
  sso: 'single sign-on',
  google: 'google',
  microsoft: 'microsoft',
  yahoo: 'yahoo',
};

const METHODS: Readonly<Record<string, string>> = {
  '/two-factor/verify-totp': 'code',
  '/two-factor/verify-backup-code': 'backup code',
  '/passkey/verify-authentication': 'passkey',
};

/** How somebody signs in with this request; null where they do not. */
export function signInMethodOf({ path, method }: Pick<AuthRequest, 'path' | 'method'>): string | null {
  if (path.startsWith(CALLBACK)) return PROVIDERS[path.slice(CALLBACK.length)] ?? 'unknown provider';
  if (method !== 'POST') return null;
  if (path === '/sign-in/email') return 'password';
  if (path.startsWith('/sign-in/')) return path.slice('/sign-in/'.length);
  return METHODS[path] ?? null;
}

/** Requests of a session that carry the account's password, to be guessed. */
export function isPasswordCheck(path: string): boolean {
  return (
    path === '/change-password' ||
    path === '/verify-password' ||
    path === '/two-factor/enable' ||
    path === '/two-factor/disable' ||
    path === '/two-factor/generate-backup-codes' ||
    path === '/two-factor/get-totp-uri'
  );
}

const resetSchema = z.object({ token: z.string().max(200) });

/** The identifier of what was handed out to this browser or by mail: a code to be entered, a link that was followed. */
export function identifierOf({ path, body, headers }: AuthRequest, secondFactorCookie: string): string | null {
  if (path === '/reset-password') {
    const parsed = resetSchema.safeParse(readJson(body ?? ''));
    return parsed.success ? `reset-password:${parsed.data.token}` : null;
  }
  const cookies = (headers.get('cookie') ?? '').split(/;\s*/);
  const cookie = cookies.find((one) => one.startsWith(secondFactorCookie));
  return cookie?.slice(secondFactorCookie.length).split('.')[0] || null;
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // better-auth says what is wrong with it.
    return null;
  }
}
