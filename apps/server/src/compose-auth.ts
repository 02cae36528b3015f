/** The ways into the app, made real: which of them there are, the environment says. */
import type { Database } from '@postroom/db';
import type { MailEngine } from './compose-engine.ts';
import type { Env } from './env.ts';
import type { ConfigRoutesDeps } from './http/config.ts';
import { ownOrigins } from './http/origin-check.ts';
import { type PasswordReset, singleSignOnOf } from './lib/auth/better-auth.ts';
import type { OwnMailbox } from './lib/auth/mail-sign-in.ts';
import { createResetMail, systemMailServerOf } from './lib/auth/system-mail.ts';
import { type Auth, createAuth } from './lib/auth.ts';
import { authProviders } from './lib/auth-providers.ts';
import { createOwnMailbox } from './lib/services/own-mailbox.ts';
import type { RateLimitService, Services } from './lib/services.ts';
import { createSignUpGate } from './lib/sign-up.ts';
import type { Audit } from './security/audit-log.ts';

export interface AppAuthDeps {
  readonly env: Env;
  readonly database: Database;
  readonly engine: MailEngine;
  readonly connections: Services['connections'];
  readonly limits: RateLimitService;
  readonly audit: Audit;
  readonly now: () => number;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export interface AppAuth {
  readonly auth: Auth;
  /** For the sign-in page. */
  readonly ways: Pick<ConfigRoutesDeps, 'mailLogin' | 'singleSignOn' | 'authProviders' | 'passwordReset'>;
}

export function createAppAuth(deps: AppAuthDeps): AppAuth {
  const { env, database, engine, limits, audit, now } = deps;
  const { pool } = database;
  const own = ownOrigins({ appUrl: env.APP_URL, port: env.PORT });
  const oneSignUp = createSignUpGate(pool);
  const mailbox = ownMailboxOf(deps);
  const singleSignOn = singleSignOnOf(env);
  const sendReset = sendResetOf(deps);
  const providers = authProviders(engine.oauth.providers);
  const auth = createAuth({
    db: database.db,
    pool,
    secret: env.BETTER_AUTH_SECRET,
    appUrl: env.APP_URL,
    isOwnOrigin: (one) => own.has(one),
    signUp: env.SIGN_UP,
    oneSignUp,
    mailSignIn: mailbox && { pool, mailbox, domains: env.MAIL_LOGIN_DOMAINS, one: oneSignUp },
    singleSignOn,
    authProviders: { providers, client: engine.oauth.client },
    sendReset,
    limits,
    audit,
    now,
  });
  return {
    auth,
    ways: {
      mailLogin: mailbox !== null,
      singleSignOn: singleSignOn !== null,
      authProviders: providers.map(({ id, name }) => ({ id, name })),
      passwordReset: sendReset !== null,
    },
  };
}

/** The instance's own mail server as one signs in with it; null where there is none. */
function ownMailboxOf({ engine, database, connections, log }: AppAuthDeps): OwnMailbox | null {
  if (engine.ownServer === null) return null;
  return createOwnMailbox({
    pool: database.pool,
    server: engine.ownServer,
    testConnection: engine.testConnection,
    connections,
    passwordOf: async (connectionId) => {
      const { auth } = await engine.access.open(connectionId);
      return auth.type === 'password' ? auth.password : null;
    },
    log,
  });
}

/** Null where no server is named that takes mail of ours. */
function sendResetOf({ env, engine, log }: AppAuthDeps): ((reset: PasswordReset) => Promise<void>) | null {
  const { SYSTEM_SMTP_URL: url, SYSTEM_MAIL_FROM: from } = env;
  if (url === undefined || from === undefined) return null;
  const server = systemMailServerOf(url);
  const account = { endpoint: server.endpoint, auth: { type: 'password', password: server.password } as const };
  return createResetMail({ from, submit: (request) => engine.submitAs(account, request), now: () => new Date(), log });
}
