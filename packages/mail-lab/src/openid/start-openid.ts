/**
 * A real OpenID provider (oidc-provider) on this machine: discovery, authorization code with PKCE, which it insists on,
 * refresh tokens that serve once, introspection for mail servers, consents that can be withdrawn. Whoever is named by
 * `person` is signed in already; else its page asks for an address, and whether to allow.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider';
import { OpenIdStore } from './store.ts';

/** Options of `startOpenId`. */
export interface OpenIdOptions {
  /** Where it may send people back to; more with `allowRedirect`. */
  redirectUris?: string[];
  /** How long an access token is good. Default one hour. */
  accessTokenSeconds?: number;
  /** Scopes it knows beside `openid`, `email`, `profile` and `offline_access`. Default `mail`. */
  scopes?: string[];
  /** Who is signed in at it. Default nobody: its page asks. */
  person?: string | null;
}

/** A request for tokens, as it came. */
export interface TokenRequest {
  grantType: string;
  /** HTTP status of the answer. */
  status: number;
}

/** A running provider. */
export interface OpenIdServer {
  /** `http://localhost:<port>` */
  issuer: string;
  client: { id: string; secret: string };
  /** For a mail server: where to ask whether a token is good, its own credentials included. */
  introspectionUrl: string;
  /** Who is signed in at it; null: its page asks. */
  person: string | null;
  /** Requests to the token endpoint since the start. */
  tokenRequests: TokenRequest[];
  /** How long the next access tokens are good. */
  accessTokenSeconds: number;
  allowRedirect(uri: string): void;
  /** Access tokens are void from now on; consents stand. */
  expireAccessTokens(): void;
  /** All consents are withdrawn: every token is void. */
  revokeAll(): void;
  stop(): Promise<void>;
}

const CLIENT = { id: 'postroom', secret: 'fake-client-secret' };
const MAIL_SERVER = { id: 'mail-server', secret: 'fake-mail-server-secret' };

/** Starts it on a free port. */
export async function startOpenId(options: OpenIdOptions = {}): Promise<OpenIdServer> {
  const { redirectUris = [], accessTokenSeconds = 3600, scopes = ['mail'], person = null } = options;
  const store = new OpenIdStore();
  const http = createServer();
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const address = http.address();
  const issuer = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`;
  const allowed = new Set(redirectUris);

  const server: OpenIdServer = {
    issuer,
    client: CLIENT,
    introspectionUrl: `${issuer.replace('://', `://${MAIL_SERVER.id}:${MAIL_SERVER.secret}@`)}/token/introspection`,
    person,
    tokenRequests: [],
    accessTokenSeconds,
    allowRedirect(uri) {
      allowed.add(uri);
      void store.adapter('Client').upsert(CLIENT.id, clientOf([...allowed]), 0);
    },
    expireAccessTokens: () => store.forget('AccessToken'),
    revokeAll: () => store.forget('AccessToken', 'RefreshToken', 'Grant', 'Session', 'AuthorizationCode'),
    stop: () =>
      new Promise((done) => {
        http.close(() => done());
        http.closeAllConnections();
      }),
  };
  void store.adapter('Client').upsert(CLIENT.id, clientOf([...allowed]), 0);
  const provider = new Provider(issuer, configuration(server, store, scopes));
  provider.on('grant.success', (ctx) => record(String(ctx.oidc.params?.grant_type), 200));
  provider.on('grant.error', (ctx, error) => record(String(ctx.oidc.params?.grant_type), error.statusCode));
  function record(grantType: string, status: number): void {
    server.tokenRequests.push({ grantType, status });
  }
  const answer = provider.callback();
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    return interact(provider, server, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return server;
}

function clientOf(redirectUris: string[]) {
  return {
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
  };
}

function configuration(server: OpenIdServer, store: OpenIdStore, scopes: string[]): Configuration {
  return {
    adapter: store.adapter,
    clients: [
      {
        client_id: MAIL_SERVER.id,
        client_secret: MAIL_SERVER.secret,
        redirect_uris: [],
        grant_types: [],
        response_types: [],
      },
    ],
    scopes: ['openid', 'email', 'profile', 'offline_access', ...scopes],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // Claims in the ID token itself, as Google, Microsoft and Yahoo do.
    conformIdTokenClaims: false,
    jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
    pkce: { required: () => true },
    cookies: { keys: ['not-a-secret-cookie-key'] },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: async () => true },
    },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub, email_verified: true, name: 'Ada Lund' }),
    }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: promptsOf() },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    // Who signs in here has consented.
    async loadExistingGrant(ctx) {
      const { oidc } = ctx;
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId });
      grant.addOIDCScope(['openid', 'email', 'profile', 'offline_access', ...scopes].join(' '));
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: () => server.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  };
}

/** The library's prompts, and the one of OpenID Connect Core 3.1.2.1 that it leaves out: `select_account`. */
function promptsOf() {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }));
  return policy;
}

/** Signed in, and asked to allow what was asked for. */
const entered = (accountId: string) => ({ login: { accountId }, consent: {}, select_account: {} });

/** The page at which one signs in. */
async function interact(
  provider: Provider,
  server: OpenIdServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const isAllowed = form.get('answer') === 'allow';
    await provider.interactionFinished(
      request,
      response,
      isAllowed
        ? entered(form.get('email') ?? '')
        : { error: 'access_denied', error_description: 'The person said no.' },
    );
    return;
  }
  if (server.person !== null) {
    await provider.interactionFinished(request, response, entered(server.person));
    return;
  }
  const { params } = await provider.interactionDetails(request, response);
  const hint = String(params.login_hint ?? '').replace(/[^\w@.+-]/g, '');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(`<!doctype html>
<title>Sign in</title>
<h1>The mail server’s own sign-in page</h1>
<form method="post">
  <label>Address <input name="email" type="email" required value="${hint}"></label>
  <button name="answer" value="allow">Allow</button>
  <button name="answer" value="deny" formnovalidate>Deny</button>
</form>`);
}
