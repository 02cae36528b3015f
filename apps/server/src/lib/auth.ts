/**
 * App accounts: sign-up, sign-in, sessions, by better-auth over our own tables. Around it: who may sign up (SIGN_UP),
 * the limits that hold over all processes, the audit log, and a look-up of sessions that is kept for a few seconds, so
 * that a page of mail costs no query for the session. A sign-out here is seen at once, elsewhere when the look-up is old.
 *
 * Leaves out: signing in with the mail account, second factors, single sign-on.
 */
import { type Db, schema, type UserId } from '@postroom/db';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type pg from 'pg';
import { z } from 'zod';
import { row } from '../engine/index/sql.ts';
import type { Audit } from '../security/audit-log.ts';
import { ThrottledError } from '../security/rate-limit.ts';
import { MailError } from './driver/errors.ts';
import { requirePlainText } from './plain-text.ts';
import type { RateLimitService } from './services.ts';
import { type Applicant, checkSignUp, createSignUpGate, type SignUpMode, spendInvite } from './sign-up.ts';

export interface Caller {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly sessionId: string;
}

export interface Auth {
  /** Everything under /api/auth. */
  handle(request: Request, clientAddress: string): Promise<Response>;
  /** Who calls; null without a valid session. */
  callerOf(headers: Headers): Promise<Caller | null>;
  /** Whether the session still stands, asked of the database. */
  isSessionAlive(sessionId: string): Promise<boolean>;
  canSignUp(): Promise<boolean>;
}

export interface AuthDeps {
  readonly db: Db;
  readonly pool: pg.Pool;
  readonly secret: string;
  readonly appUrl: string;
  /** Origins that are ours, whatever name the app was opened by. */
  readonly isOwnOrigin: (origin: string) => boolean;
  readonly signUp: SignUpMode;
  readonly limits: RateLimitService;
  readonly audit: Audit;
  readonly now: () => number;
}

/** Well below the minute within which a revoked session must be out. */
const LOOKUP_MS = 10_000;
const MAX_LOOKUPS = 5_000;
const SESSION_DAYS = 30;
/** `__Host-` where it can be had: no other host of the domain, and no page over http, can then set the cookie for us. */
const COOKIE_PREFIX = 'postroom';
const SECURE_COOKIE_PREFIX = `__Host-${COOKIE_PREFIX}`;
/** Set by us on each request to better-auth, never taken from a client. */
const ADDRESS_HEADER = 'x-postroom-client-address';

const credentialsSchema = z.object({ email: z.string().max(320), invite: z.string().max(200).optional() });

interface AuthRequest extends Pick<Request, 'url' | 'method' | 'headers'> {
  readonly body: string | null;
  readonly clientAddress: string;
}

export function createAuth(deps: AuthDeps): Auth {
  const { pool, limits, audit } = deps;
  const isSecure = new URL(deps.appUrl).protocol === 'https:';
  const cookiePrefix = isSecure ? SECURE_COOKIE_PREFIX : COOKIE_PREFIX;
  const sessionCookie = `${cookiePrefix}.session_token=`;
  const auth = betterAuth({
    database: drizzleAdapter(deps.db, { provider: 'pg', schema }),
    secret: deps.secret,
    baseURL: deps.appUrl,
    basePath: '/api/auth',
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin');
      return origin && deps.isOwnOrigin(origin) ? [deps.appUrl, origin] : [deps.appUrl];
    },
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 200 },
    session: { expiresIn: SESSION_DAYS * 86_400, updateAge: 86_400, cookieCache: { enabled: false } },
    // Ours are in the database and hold over all processes.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    advanced: {
      cookiePrefix,
      // It would put `__Secure-` before our prefix; the attribute itself is set below.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
      // Otherwise it checks no address to be sent on to where NODE_ENV is `test`.
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    logger: { disabled: true },
  });
  const oneSignUp = createSignUpGate(pool);
  const lookups = new Map<string, { caller: Caller | null; at: number }>();

  async function lookUp(headers: Headers): Promise<Caller | null> {
    const found = await auth.api.getSession({ headers });
    if (!found) return null;
    const { user, session } = found;
    return { id: user.id as UserId, email: user.email, name: user.name, sessionId: session.id };
  }

  async function callerOf(headers: Headers): Promise<Caller | null> {
    const cookie = headers.get('cookie') ?? '';
    if (!cookie.includes(sessionCookie)) return null;
    const known = lookups.get(cookie);
    if (known && deps.now() - known.at < LOOKUP_MS) return known.caller;
    const caller = await lookUp(headers);
    if (lookups.size >= MAX_LOOKUPS) lookups.clear();
    lookups.set(cookie, { caller, at: deps.now() });
    return caller;
  }

  /** better-auth's answer; what it changes is seen by the next request. */
  async function answer(request: AuthRequest): Promise<Response> {
    const { url, method, body } = request;
    const headers = new Headers(request.headers);
    headers.set(ADDRESS_HEADER, request.clientAddress);
    const response = await auth.handler(new Request(url, { method, headers, body }));
    if (method !== 'GET') lookups.clear();
    return response;
  }

  async function signIn(request: AuthRequest): Promise<Response> {
    await limits.hit('sign-in', `address ${request.clientAddress}`);
    const applicant = applicantOf(request);
    if (applicant) await limits.hit('sign-in', `account ${applicant.email}`);
    const response = await answer(request);
    await audit({ event: response.ok ? 'sign-in' : 'sign-in.failed', ip: request.clientAddress });
    return response;
  }

  async function signUp(request: AuthRequest): Promise<Response> {
    await limits.hit('sign-up', `address ${request.clientAddress}`);
    const applicant = applicantOf(request);
    return oneSignUp(async () => {
      const refusal = await checkSignUp(pool, deps.signUp, applicant);
      if (refusal) return refuse(403, refusal);
      const response = await answer(request);
      if (!response.ok) return response;
      if (deps.signUp === 'invite') await spendInvite(pool, applicant);
      await audit({ event: 'sign-up', ip: request.clientAddress });
      return response;
    });
  }

  /** A session, perhaps a stolen one, guesses the password no faster than somebody who signs in. */
  async function changePassword(request: AuthRequest): Promise<Response> {
    const caller = await callerOf(request.headers);
    if (caller) await limits.hit('sign-in', `account ${caller.email.toLowerCase()}`);
    return answer(endingOthers(request));
  }

  return {
    async handle(request, clientAddress) {
      const { url, method, headers } = request;
      const body = method === 'GET' || method === 'HEAD' ? null : await request.text();
      const whole: AuthRequest = { url, method, headers, body, clientAddress };
      const path = new URL(url).pathname;
      try {
        requirePlainText(readJson(body ?? ''));
        if (method === 'POST' && path.startsWith('/api/auth/sign-in/')) return await signIn(whole);
        if (method === 'POST' && path.startsWith('/api/auth/sign-up/')) return await signUp(whole);
        if (method === 'POST' && path === '/api/auth/change-password') return await changePassword(whole);
        return await answer(whole);
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        const { code, message, fix } = error;
        const said = { code, message: `${message} ${fix ?? ''}`.trim() };
        if (error instanceof ThrottledError) return refuse(429, said, { 'Retry-After': `${error.retryAfterSeconds}` });
        return refuse(400, said);
      }
    },
    callerOf,
    async isSessionAlive(sessionId) {
      return (await row(pool, 'select 1 from session where id = $1 and expires_at > now()', [sessionId])) !== undefined;
    },
    canSignUp: async () => (await checkSignUp(pool, deps.signUp, null)) === null,
  };
}

/** A new password ends every other session, whatever the client asked for: somebody else's may be among them. */
function endingOthers(request: AuthRequest): AuthRequest {
  const fields = readJson(request.body ?? '');
  if (typeof fields !== 'object' || fields === null) return request;
  return { ...request, body: JSON.stringify({ ...fields, revokeOtherSessions: true }) };
}

/** What the body says of who it is. */
function applicantOf({ body }: AuthRequest): Applicant {
  const parsed = credentialsSchema.safeParse(readJson(body ?? ''));
  return parsed.success ? { ...parsed.data, email: parsed.data.email.trim().toLowerCase() } : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // better-auth says what is wrong with it.
    return null;
  }
}

function refuse(
  status: number,
  body: { readonly code: string; readonly message: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers });
}
