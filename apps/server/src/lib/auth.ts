/**
 * App accounts: sign-up, sign-in, sessions, by better-auth over our own tables. Around it: who may sign up (SIGN_UP),
 * the limits that hold over all processes, the audit log, and a look-up of sessions that is kept for a few seconds, so
 * that a page of mail costs no query for the session. A sign-out here is seen at once, elsewhere when the look-up is old.
 */
import type { UserId } from '@postroom/db';
import type pg from 'pg';
import { row } from '../engine/index/sql.ts';
import type { Audit } from '../security/audit-log.ts';
import { networkOf, ThrottledError } from '../security/rate-limit.ts';
import {
  type AuthRequest,
  applicantOf,
  identifierOf,
  isPasswordCheck,
  readJson,
  signInMethodOf,
} from './auth/auth-request.ts';
import { ADDRESS_HEADER, type BetterAuthDeps, cookieOf, createBetterAuth } from './auth/better-auth.ts';
import { createNewcomers } from './auth/newcomers.ts';
import { MailError } from './driver/errors.ts';
import { requirePlainText } from './plain-text.ts';
import type { RateLimitService } from './services.ts';
import { checkSignUp, type SignUpGate, type SignUpMode, spendInvite } from './sign-up.ts';

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
  /** Sessions were ended elsewhere than here: the next request asks the database. */
  forgetLookups(): void;
}

export interface AuthDeps extends BetterAuthDeps {
  readonly pool: pg.Pool;
  readonly signUp: SignUpMode;
  /** One sign-up at a time. */
  readonly oneSignUp: SignUpGate;
  readonly limits: RateLimitService;
  readonly audit: Audit;
  readonly now: () => number;
}

/** Well below the minute within which a revoked session must be out. */
const LOOKUP_MS = 10_000;
const MAX_LOOKUPS = 5_000;
/** So often at most single sign-on that was not to be found when it was looked for is looked for again. */
const REDISCOVER_MS = 10_000;
const SOCIAL_PATH = '/sign-in/social';
const PROOF_PATH = '/two-factor/verify-totp';
/** Whose a code or a link is that was handed out. */
const FIND_PENDING = 'select value from verification where identifier = $1';

export function createAuth(deps: AuthDeps): Auth {
  const { pool, limits, audit } = deps;
  const sessionCookie = cookieOf(deps.appUrl, 'session_token');
  const secondFactorCookie = cookieOf(deps.appUrl, 'two_factor');
  const newcomers = createNewcomers(deps);
  const make = () =>
    createBetterAuth(deps, {
      admit: newcomers.admit,
      onWayIn: ({ event, userId, provider, clientAddress }) =>
        audit({ event, userId, ip: clientAddress, detail: { method: provider } }),
    });
  let auth = make();
  let madeAt = deps.now();
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

  /** A provider that did not answer when this process began is asked again. */
  async function answerSocial(request: AuthRequest): Promise<Response> {
    const response = await answer(request);
    if (response.status !== 404 || deps.singleSignOn === null || deps.now() - madeAt < REDISCOVER_MS) return response;
    madeAt = deps.now();
    auth = make();
    return answer(request);
  }

  /** Whose session an answer begins; null where it begins none that stands (a second factor is asked for first). */
  async function enteredBy(response: Response): Promise<UserId | null> {
    const cookie = response.headers.getSetCookie().find((one) => one.startsWith(sessionCookie));
    const token = decodeURIComponent(cookie?.slice(sessionCookie.length).split(';')[0] ?? '').split('.')[0];
    if (!token) return null;
    const found = await row<{ user_id: UserId }>(pool, 'select user_id from session where token = $1', [token]);
    return found?.user_id ?? null;
  }

  /** Whose account a request is about that has no session: by address, or by the password that came before the code. */
  async function meantBy(request: AuthRequest): Promise<UserId | null> {
    const applicant = applicantOf(request);
    if (applicant) {
      const found = await row<{ id: UserId }>(pool, 'select id from "user" where lower(email) = $1', [applicant.email]);
      return found?.id ?? null;
    }
    const identifier = identifierOf(request, secondFactorCookie);
    if (identifier === null) return null;
    const found = await row<{ value: UserId }>(pool, FIND_PENDING, [identifier]);
    return found?.value ?? null;
  }

  async function signIn(request: AuthRequest, method: string): Promise<Response> {
    await limits.hit('sign-in', `address ${networkOf(request.clientAddress)}`);
    const applicant = applicantOf(request);
    if (applicant) await limits.hit('sign-in', `account ${applicant.email}`);
    const meant = await meantBy(request);
    const { response, userId, isNew } = await newcomers.receive(async () => {
      const answered = await (request.path === SOCIAL_PATH ? answerSocial(request) : answer(request));
      const entered = await enteredBy(answered);
      return { response: answered, userId: entered, isIn: entered !== null };
    });
    const ip = request.clientAddress;
    if (userId) await audit({ event: isNew ? 'sign-up' : 'sign-in', userId, ip, detail: { method } });
    else if (response.status >= 400) await audit({ event: 'sign-in.failed', userId: meant, ip, detail: { method } });
    return response;
  }

  async function signUp(request: AuthRequest): Promise<Response> {
    await limits.hit('sign-up', `address ${networkOf(request.clientAddress)}`);
    const applicant = applicantOf(request);
    return deps.oneSignUp(async () => {
      const refusal = await checkSignUp(pool, deps.signUp, applicant);
      if (refusal) return refuse(403, refusal);
      const response = await answer(request);
      if (!response.ok) return response;
      if (deps.signUp === 'invite') await spendInvite(pool, applicant);
      await audit({ event: 'sign-up', userId: await enteredBy(response), ip: request.clientAddress });
      return response;
    });
  }

  /** A session, perhaps a stolen one, guesses the password no faster than somebody who signs in. */
  async function checkPassword(request: AuthRequest): Promise<Response> {
    const caller = await callerOf(request.headers);
    if (caller) await limits.hit('sign-in', `account ${caller.email.toLowerCase()}`);
    return answerAndAudit(request.path === '/change-password' ? endingOthers(request) : request);
  }

  async function requestReset(request: AuthRequest): Promise<Response> {
    await limits.hit('sign-in', `reset address ${networkOf(request.clientAddress)}`);
    const applicant = applicantOf(request);
    if (applicant) await limits.hit('sign-in', `reset account ${applicant.email}`);
    return answer(request);
  }

  /** What changes how one signs in is in the log. */
  async function answerAndAudit(request: AuthRequest): Promise<Response> {
    const event = AUDITED[request.path];
    if (event === undefined) return answer(request);
    const identifier = identifierOf(request, secondFactorCookie);
    const userId =
      identifier === null
        ? ((await callerOf(request.headers))?.id ?? null)
        : ((await row<{ value: UserId }>(pool, FIND_PENDING, [identifier]))?.value ?? null);
    const response = await answer(request);
    if (response.ok && userId) await audit({ event, userId, ip: request.clientAddress });
    return response;
  }

  async function route(request: AuthRequest): Promise<Response> {
    const { path } = request;
    const method = signInMethodOf(request);
    // Whoever is signed in proves a code to turn it on.
    const isProof = path === PROOF_PATH && (await callerOf(request.headers)) !== null;
    if (method !== null && !isProof) return signIn(request, method);
    if (request.method !== 'POST') return answer(request);
    if (path.startsWith('/sign-up/')) return signUp(request);
    if (path === '/request-password-reset') return requestReset(request);
    return isPasswordCheck(path) ? checkPassword(request) : answerAndAudit(request);
  }

  return {
    async handle(request, clientAddress) {
      const { url, method, headers } = request;
      const body = method === 'GET' || method === 'HEAD' ? null : await request.text();
      const path = new URL(url).pathname.slice('/api/auth'.length);
      try {
        requirePlainText(readJson(body ?? ''));
        return await route({ url, method, path, headers, body, clientAddress });
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
    forgetLookups: () => lookups.clear(),
  };
}

/** Changes of how one signs in, by the path that makes them. */
const AUDITED: Readonly<Record<string, string>> = {
  '/change-password': 'password.changed',
  '/reset-password': 'password.reset',
  [PROOF_PATH]: 'second-factor.added',
  '/two-factor/disable': 'second-factor.removed',
  '/passkey/verify-registration': 'passkey.added',
  '/passkey/delete-passkey': 'passkey.removed',
};

/** A new password ends every other session, whatever the client asked for: somebody else's may be among them. */
function endingOthers(request: AuthRequest): AuthRequest {
  const fields = readJson(request.body ?? '');
  if (typeof fields !== 'object' || fields === null) return request;
  return { ...request, body: JSON.stringify({ ...fields, revokeOtherSessions: true }) };
}

function refuse(
  status: number,
  body: { readonly code: string; readonly message: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers });
}
