/**
 * `POST /api/auth/sign-in/mail`: signing in with the mail account of the instance's own server (IMAP_HOST). The password is
 * asked of that server each time and kept only in the vault, with the connection; the first time makes the user.
 *
 * Whoever can log in to a mailbox is its owner. An app account of the same address that somebody merely signed up for is
 * not theirs because of that: it is refused, unless that user has the very mailbox connected already.
 */
import type { UserId } from '@postroom/db';
import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import type pg from 'pg';
import { z } from 'zod';
import { row } from '../../engine/index/sql.ts';
import { type ErrorCode, MailError } from '../driver/errors.ts';

/** The provider's name in the table `account`. */
const PROVIDER_ID = 'mail';
export const MAIL_SIGN_IN_PATH = '/sign-in/mail';

export interface MailCredentials {
  readonly email: string;
  readonly password: string;
}

/** The instance's own mail server, as signing in needs it. */
export interface OwnMailbox {
  /** Throws the MailError of a login that failed. */
  verify(credentials: MailCredentials): Promise<void>;
  /** Whether this user has the mailbox connected. */
  isConnected(userId: UserId, email: string): Promise<boolean>;
  /** The user's connection to it, made or brought up to this password. */
  connect(userId: UserId, credentials: MailCredentials): Promise<void>;
}

export interface MailSignInDeps {
  readonly pool: pg.Pool;
  readonly mailbox: OwnMailbox;
  /** Lower case; empty: any. */
  readonly domains: readonly string[];
  /** One at a time, over all processes. */
  readonly one: <T>(work: () => Promise<T>) => Promise<T>;
}

const credentialsSchema = z.object({
  email: z.email().max(320),
  password: z
    .string()
    .min(1)
    .max(1000)
    .regex(/^[^\r\n\0]+$/),
});

/** The plugin of better-auth. */
export function mailSignIn({ pool, mailbox, domains, one }: MailSignInDeps) {
  return {
    id: 'mail-sign-in',
    endpoints: {
      signInMail: createAuthEndpoint(MAIL_SIGN_IN_PATH, { method: 'POST', body: credentialsSchema }, async (ctx) => {
        const credentials = { ...ctx.body, email: ctx.body.email.toLowerCase() };
        const { email } = credentials;
        const { internalAdapter } = ctx.context;
        requireDomain(email, domains);
        await mailbox.verify(credentials).catch(refuseWith);
        const userId = await one(async () => {
          const known = await findUser(pool, mailbox, email);
          if (known?.isLinked) return known.userId;
          const account = { providerId: PROVIDER_ID, accountId: email };
          if (known) {
            await internalAdapter.linkAccount({ ...account, userId: known.userId });
            return known.userId;
          }
          const person = { email, name: nameOf(email), emailVerified: true };
          const { user } = await internalAdapter.createOAuthUser(person, account);
          return user.id as UserId;
        });
        await mailbox.connect(userId, credentials);
        const user = await internalAdapter.findUserById(userId);
        if (!user) throw new APIError('UNAUTHORIZED', { code: 'USER_NOT_FOUND', message: 'This account is gone.' });
        const session = await internalAdapter.createSession(userId, false);
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ redirect: false, token: session.token, user: { id: user.id, email, name: user.name } });
      }),
    },
  } satisfies BetterAuthPlugin;
}

interface KnownUser {
  readonly userId: UserId;
  readonly isLinked: boolean;
}

async function findUser(pool: pg.Pool, mailbox: OwnMailbox, email: string): Promise<KnownUser | null> {
  const linked = await row<{ user_id: UserId }>(
    pool,
    'select user_id from account where provider_id = $1 and account_id = $2',
    [PROVIDER_ID, email],
  );
  if (linked) return { userId: linked.user_id, isLinked: true };
  const namesake = await row<{ id: UserId }>(pool, 'select id from "user" where lower(email) = $1', [email]);
  if (!namesake) return null;
  if (await mailbox.isConnected(namesake.id, email)) return { userId: namesake.id, isLinked: false };
  throw new APIError('CONFLICT', {
    code: 'CONFLICT',
    message:
      'There is a Postroom account with this address already. Sign in with its own password, and connect the mailbox there.',
  });
}

function requireDomain(email: string, domains: readonly string[]): void {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (domains.length === 0 || domains.includes(domain)) return;
  throw new APIError('UNAUTHORIZED', {
    code: 'AUTHENTICATION_FAILED',
    message: `Addresses at ${domain} do not sign in here. Those at ${domains.join(', ')} do.`,
  });
}

const IS_ABOUT_PERSON: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION_FAILED',
  'APP_PASSWORD_REQUIRED',
  'OAUTH_REQUIRED',
]);

function refuseWith(error: unknown): never {
  if (!(error instanceof MailError)) throw error;
  const { code, message, fix } = error;
  const said = { code, message: `${message} ${fix ?? ''}`.trim() };
  throw new APIError(IS_ABOUT_PERSON.has(code) ? 'UNAUTHORIZED' : 'SERVICE_UNAVAILABLE', said);
}

const nameOf = (email: string) => email.slice(0, email.lastIndexOf('@'));
