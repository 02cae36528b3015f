/**
 * better-auth over our own tables, as this app has it: passwords, the mail account, codes by time, passkeys, providers,
 * single sign-on. Limits and the audit log stand around it, in auth.ts.
 */
import { passkey } from '@better-auth/passkey';
import { type Db, schema, type UserId } from '@postroom/db';
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { getOAuthState } from 'better-auth/api';
import { genericOAuth, twoFactor } from 'better-auth/plugins';
import { z } from 'zod';
import type { Env } from '../../env.ts';
import { type ProviderSignInDeps, providerSignIn } from '../auth-providers.ts';
import { MAIL_SIGN_IN_PATH, type MailSignInDeps, mailSignIn } from './mail-sign-in.ts';
import type { Newcomers } from './newcomers.ts';

/** Set by us on each request to better-auth, never taken from a client. */
export const ADDRESS_HEADER = 'x-postroom-client-address';
/** The provider that OIDC_* names. */
export const SINGLE_SIGN_ON = 'sso';

const SESSION_DAYS = 30;
/** `__Host-` where it can be had: no other host of the domain, and no page over http, can then set the cookie for us. */
const COOKIE_PREFIX = 'postroom';
const SECURE_COOKIE_PREFIX = `__Host-${COOKIE_PREFIX}`;

export interface SingleSignOn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

export interface PasswordReset {
  readonly email: string;
  readonly url: string;
}

export interface BetterAuthDeps {
  readonly db: Db;
  readonly secret: string;
  readonly appUrl: string;
  /** Origins that are ours, whatever name the app was opened by. */
  readonly isOwnOrigin: (origin: string) => boolean;
  /** Null: nobody signs in with the mail account. */
  readonly mailSignIn: MailSignInDeps | null;
  readonly singleSignOn: SingleSignOn | null;
  /** Whose users may sign in here. */
  readonly authProviders: ProviderSignInDeps;
  /** Null: there is no way to send mail from the server itself. */
  readonly sendReset: ((reset: PasswordReset) => Promise<void>) | null;
}

/** OIDC_*; null where there is none. */
export function singleSignOnOf(env: Pick<Env, 'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET'>) {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  return issuer === undefined || clientId === undefined ? null : { issuer, clientId, clientSecret };
}

/** How one of our cookies begins, its `=` included. */
export const cookieOf = (appUrl: string, name: string) => `${cookiePrefixOf(appUrl)}.${name}=`;

function cookiePrefixOf(appUrl: string): string {
  return new URL(appUrl).protocol === 'https:' ? SECURE_COOKIE_PREFIX : COOKIE_PREFIX;
}

/** What auth.ts stands around it with. */
export interface BetterAuthHooks {
  readonly admit: Newcomers['admit'];
  /** Another way to sign in than by password came to an account that was there, or went. */
  readonly onWayIn: (change: WayInChange) => Promise<void>;
}

export interface WayInChange {
  readonly event: 'provider.added' | 'provider.removed';
  readonly userId: UserId;
  readonly provider: string;
  readonly clientAddress: string;
}

export function createBetterAuth(deps: BetterAuthDeps, hooks: BetterAuthHooks) {
  const { appUrl, sendReset } = deps;
  const isSecure = new URL(appUrl).protocol === 'https:';
  return betterAuth({
    appName: 'Postroom',
    database: drizzleAdapter(deps.db, { provider: 'pg', schema }),
    secret: deps.secret,
    baseURL: appUrl,
    basePath: '/api/auth',
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin');
      return origin && deps.isOwnOrigin(origin) ? [appUrl, origin] : [appUrl];
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 200,
      revokeSessionsOnPasswordReset: true,
      ...(sendReset && { sendResetPassword: ({ user, url }) => sendReset({ email: user.email, url }) }),
    },
    user: { validateUserInfo: (data, context) => refuseStranger(deps, hooks, data, context) },
    account: {
      // Who has an account here connects a provider with it while signed in; that both name one address opens nothing.
      accountLinking: {
        disableImplicitLinking: true,
        allowDifferentEmails: true,
        trustedProviders: [SINGLE_SIGN_ON, ...deps.authProviders.providers.map(({ id }) => id)],
      },
    },
    session: { expiresIn: SESSION_DAYS * 86_400, updateAge: 86_400, cookieCache: { enabled: false } },
    databaseHooks: {
      // Single sign-on says who somebody is; what else its tokens open is none of our business, and so not kept.
      account: {
        create: {
          before: async (account) => ({ data: { ...account, ...NO_TOKENS } }),
          after: async (account, context) => {
            const state = await getOAuthState();
            if (state?.link) await hooks.onWayIn(wayInChange('provider.added', account, context));
          },
        },
        update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
        delete: { after: (account, context) => hooks.onWayIn(wayInChange('provider.removed', account, context)) },
      },
    },
    // Where an answer comes to that cannot be told whose it is any more.
    onAPIError: { errorURL: `${appUrl}/sign-in` },
    plugins: [
      secondFactorAlsoForMail(),
      passkey({ rpName: 'Postroom', rpID: new URL(appUrl).hostname, origin: null }),
      ...(deps.mailSignIn ? [mailSignIn(deps.mailSignIn)] : []),
      ...(deps.singleSignOn ? [singleSignOn(deps.singleSignOn)] : []),
      providerSignIn(deps.authProviders),
    ],
    // Ours are in the database and hold over all processes.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    advanced: {
      cookiePrefix: cookiePrefixOf(appUrl),
      // It would put `__Secure-` before our prefix; the attribute itself is set below.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
      // Otherwise it checks no address to be sent on to where NODE_ENV is `test`.
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    logger: { disabled: true },
  });
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;

type UserValidation = NonNullable<NonNullable<BetterAuthOptions['user']>['validateUserInfo']>;
const stateSchema = z.object({ invite: z.string().max(200).optional() });

/** SIGN_UP holds for whoever comes by a provider that knows the whole world. Whom single sign-on knows the operator has chosen. */
async function refuseStranger(
  { authProviders: { providers } }: BetterAuthDeps,
  { admit }: BetterAuthHooks,
  { user, source }: Parameters<UserValidation>[0],
  context: Parameters<UserValidation>[1],
): Promise<{ error: string } | undefined> {
  const isByProvider = providers.some(({ id }) => id === source.oauth?.providerId);
  if (source.action !== 'create-user' || !isByProvider) return undefined;
  // The invitation is what the client says it is, as at signing up by password.
  const { invite } = stateSchema.catch({}).parse(await getOAuthState());
  const error = await admit({ email: user.email?.toLowerCase() ?? '', invite }, addressOf(context));
  return error === null ? undefined : { error };
}

type Context = Parameters<UserValidation>[1] | null;
const addressOf = (context: Context) => context?.headers?.get(ADDRESS_HEADER) ?? '';

function wayInChange(
  event: WayInChange['event'],
  { userId, providerId: provider }: { readonly userId: string; readonly providerId: string },
  context: Context,
): WayInChange {
  return { event, userId: userId as UserId, provider, clientAddress: addressOf(context) };
}

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null };

/** A second factor stands before every way in that is a password, ours and the mail server's. */
function secondFactorAlsoForMail() {
  const plugin = twoFactor({ issuer: 'Postroom', allowPasswordless: true });
  const [{ matcher, handler }, ...others] = plugin.hooks.after as [(typeof plugin.hooks.after)[number]];
  const isPasswordPath: typeof matcher = (context) => context.path === MAIL_SIGN_IN_PATH || matcher(context);
  return { ...plugin, hooks: { ...plugin.hooks, after: [{ matcher: isPasswordPath, handler }, ...others] } };
}

function singleSignOn({ issuer, clientId, clientSecret }: SingleSignOn): BetterAuthPlugin {
  return genericOAuth({
    config: [
      {
        providerId: SINGLE_SIGN_ON,
        discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        clientId,
        ...(clientSecret === undefined ? {} : { clientSecret }),
        scopes: ['openid', 'email', 'profile'],
        pkce: true,
        requireIdTokenVerification: true,
      },
    ],
  });
}
