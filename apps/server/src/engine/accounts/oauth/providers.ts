/**
 * Who gives tokens for mailboxes, as data: Google, Microsoft and Yahoo with their published endpoints, and the provider of
 * the instance's own mail server, which tells its endpoints itself (OpenID Connect Discovery). Which of them are turned
 * on, the environment says. Pure.
 */
import type { StoredEndpoint } from '@postroom/db';
import type { ProviderServer } from '../discovery/providers/provider.ts';
import { PROVIDERS } from '../discovery/providers.ts';

export type OAuthProviderId = 'google' | 'microsoft' | 'yahoo' | 'mail';
type Server = Pick<StoredEndpoint, 'host' | 'port' | 'security'>;

export interface OAuthProvider {
  readonly id: OAuthProviderId;
  /** As the button says it. */
  readonly name: string;
  readonly client: { readonly id: string; readonly secret: string | null };
  readonly issuer: string;
  /** Null: asked of the issuer. */
  readonly endpoints: { readonly authorization: string; readonly token: string } | null;
  readonly scopes: readonly string[];
  /** More of the authorization request: what makes the provider give a refresh token. */
  readonly parameters: Readonly<Record<string, string>>;
  /** QUIRK: Microsoft signs for many tenants and names the tenant as issuer, which is known only afterwards. */
  readonly issuerVaries: boolean;
  readonly imap: Server;
  readonly smtp: Server;
}

/** The part of the environment that turns providers on. */
export interface OAuthSettings {
  readonly GOOGLE_CLIENT_ID?: string | undefined;
  readonly GOOGLE_CLIENT_SECRET?: string | undefined;
  readonly MICROSOFT_CLIENT_ID?: string | undefined;
  readonly MICROSOFT_CLIENT_SECRET?: string | undefined;
  readonly MICROSOFT_TENANT?: string | undefined;
  readonly YAHOO_CLIENT_ID?: string | undefined;
  readonly YAHOO_CLIENT_SECRET?: string | undefined;
  readonly MAIL_OAUTH_ISSUER?: string | undefined;
  readonly MAIL_OAUTH_CLIENT_ID?: string | undefined;
  readonly MAIL_OAUTH_CLIENT_SECRET?: string | undefined;
  readonly MAIL_OAUTH_SCOPES?: string | undefined;
}

const OWN_SCOPES = 'openid email offline_access';

/** The providers that mail accounts can be connected by. `own`: the instance's own mail server. */
export function emailProviders(
  env: OAuthSettings,
  own: { readonly imap: Server; readonly smtp: Server } | null,
): readonly OAuthProvider[] {
  return [google(env), microsoft(env), yahoo(env), ownServer(env, own)].filter((one) => one !== null);
}

function google(env: OAuthSettings): OAuthProvider | null {
  if (!env.GOOGLE_CLIENT_ID) return null;
  return {
    id: 'google',
    name: 'Google',
    client: { id: env.GOOGLE_CLIENT_ID, secret: env.GOOGLE_CLIENT_SECRET ?? null },
    issuer: 'https://accounts.google.com',
    endpoints: {
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
    },
    scopes: ['openid', 'email', 'https://mail.google.com/'],
    // QUIRK: Google gives a refresh token only for offline access, and only with a consent that was asked for.
    parameters: { access_type: 'offline', prompt: 'consent' },
    issuerVaries: false,
    ...serversOf('gmail'),
  };
}

function microsoft(env: OAuthSettings): OAuthProvider | null {
  if (!env.MICROSOFT_CLIENT_ID) return null;
  const tenant = encodeURIComponent(env.MICROSOFT_TENANT ?? 'common');
  const base = `https://login.microsoftonline.com/${tenant}`;
  return {
    id: 'microsoft',
    name: 'Microsoft',
    client: { id: env.MICROSOFT_CLIENT_ID, secret: env.MICROSOFT_CLIENT_SECRET ?? null },
    issuer: `${base}/v2.0`,
    endpoints: { authorization: `${base}/oauth2/v2.0/authorize`, token: `${base}/oauth2/v2.0/token` },
    scopes: [
      'openid',
      'email',
      'profile',
      'offline_access',
      'https://outlook.office.com/IMAP.AccessAsUser.All',
      'https://outlook.office.com/SMTP.Send',
    ],
    parameters: { prompt: 'select_account' },
    issuerVaries: true,
    ...serversOf('microsoft-365'),
  };
}

function yahoo(env: OAuthSettings): OAuthProvider | null {
  if (!env.YAHOO_CLIENT_ID) return null;
  return {
    id: 'yahoo',
    name: 'Yahoo',
    client: { id: env.YAHOO_CLIENT_ID, secret: env.YAHOO_CLIENT_SECRET ?? null },
    issuer: 'https://api.login.yahoo.com',
    endpoints: {
      authorization: 'https://api.login.yahoo.com/oauth2/request_auth',
      token: 'https://api.login.yahoo.com/oauth2/get_token',
    },
    scopes: ['openid', 'email', 'mail-w'],
    parameters: {},
    issuerVaries: false,
    ...serversOf('yahoo'),
  };
}

function ownServer(
  env: OAuthSettings,
  own: { readonly imap: Server; readonly smtp: Server } | null,
): OAuthProvider | null {
  if (!env.MAIL_OAUTH_ISSUER || !env.MAIL_OAUTH_CLIENT_ID || own === null) return null;
  return {
    id: 'mail',
    name: own.imap.host,
    client: { id: env.MAIL_OAUTH_CLIENT_ID, secret: env.MAIL_OAUTH_CLIENT_SECRET ?? null },
    issuer: env.MAIL_OAUTH_ISSUER,
    endpoints: null,
    scopes: (env.MAIL_OAUTH_SCOPES ?? OWN_SCOPES).split(/[\s,]+/).filter((scope) => scope !== ''),
    // OpenID Connect Core section 11: a refresh token needs a consent that was asked for.
    parameters: { prompt: 'consent' },
    issuerVaries: false,
    imap: own.imap,
    smtp: own.smtp,
  };
}

/** As the provider table has them. */
function serversOf(id: string): { imap: Server; smtp: Server } {
  const provider = PROVIDERS.find((one) => one.id === id);
  if (!provider) throw new Error(`the provider table has no ${id}`);
  const bare = ({ host, port, security }: ProviderServer): Server => ({ host, port, security });
  return { imap: bare(provider.imap), smtp: bare(provider.smtp) };
}
