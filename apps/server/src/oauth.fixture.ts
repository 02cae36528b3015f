/** The app, a mail server and an identity provider that the mail server believes. Test code only. */
import { Writable } from 'node:stream';
import {
  type DovecotSettings,
  followRedirects,
  type MailServer,
  type OpenIdServer,
  startMailServer,
  startOpenId,
} from '@postroom/mail-lab';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import type { MailErrorData } from './lib/driver/errors.ts';

export interface OAuthWorld {
  readonly openid: OpenIdServer;
  readonly mail: MailServer;
  readonly app: TestApp;
  /** All that was logged, at `trace`. */
  readonly log: () => string;
  stop(): Promise<void>;
}

export async function startOAuthWorld(
  mechanisms?: NonNullable<DovecotSettings['oauth']>['mechanisms'],
): Promise<OAuthWorld> {
  const openid = await startOpenId({ person: 'ada@lab.test' });
  const oauth = { introspectionUrl: openid.introspectionUrl, ...(mechanisms ? { mechanisms } : {}) };
  const mail = await startMailServer({ dovecot: { oauth } });
  const { imap, smtp } = mail.endpoints;
  const lines: string[] = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = await startTestApp({
    logTo,
    env: {
      LOG_LEVEL: 'trace',
      MAIL_TLS_CA_FILE: mail.caFile,
      MAIL_EGRESS: 'public',
      MAIL_EGRESS_ALLOW: 'localhost',
      IMAP_HOST: imap.host,
      IMAP_PORT: String(imap.port),
      SMTP_PORT: String(smtp.port),
      MAIL_OAUTH_ISSUER: openid.issuer,
      MAIL_OAUTH_CLIENT_ID: openid.client.id,
      MAIL_OAUTH_CLIENT_SECRET: openid.client.secret,
      MAIL_OAUTH_SCOPES: 'openid email offline_access mail',
      GOOGLE_CLIENT_ID: openid.client.id,
      GOOGLE_CLIENT_SECRET: openid.client.secret,
    },
    server: {
      // What Google is in the world.
      reviseProvider: (provider) =>
        provider.id === 'google'
          ? { ...provider, issuer: openid.issuer, endpoints: null, scopes: ['openid', 'email', 'mail'], imap, smtp }
          : provider,
    },
  });
  for (const id of ['mail', 'google']) openid.allowRedirect(`${app.url}/connect/${id}`);
  return {
    openid,
    mail,
    app,
    log: () => lines.join(''),
    async stop() {
      await app.stop();
      await mail.stop();
      await openid.stop();
    },
  };
}

/** An answer of /api/auth/connect. */
interface Answer {
  readonly status: number;
  readonly url?: string;
  readonly connectionId?: string;
  readonly error?: { readonly data: { readonly mail: MailErrorData | null } };
}

/** POSTs to /api/auth/connect as the app's page does. */
export async function post(client: AppClient, path: string, body: object = {}): Promise<Answer> {
  const response = await client.fetch(`/api/auth/connect/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** Begins, signs in at the provider, and gives the query that the browser comes back with. */
export async function signInAtProvider(client: AppClient, request: object = {}, provider = 'mail'): Promise<string> {
  const { url } = await post(client, provider, request);
  if (url === undefined) throw new Error('It was not begun.');
  return new URL(await followRedirects(url)).search.slice(1);
}

/** The whole way; the account's id. */
export async function connectByOAuth(client: AppClient, request: object = {}, provider = 'mail'): Promise<string> {
  const query = await signInAtProvider(client, request, provider);
  const { connectionId, error } = await post(client, `${provider}/finish`, { query });
  if (connectionId === undefined) throw new Error(JSON.stringify(error));
  return connectionId;
}
