/**
 * OAuth 2.0 on the wire, for mail accounts: authorization code (RFC 6749 section 4.1) with PKCE (RFC 7636), state and
 * nonce (OpenID Connect Core 3.1), refresh (RFC 6749 section 6), over oauth4webapi. Every request goes through the egress
 * guard; nothing is followed elsewhere.
 *
 * Leaves out: where tokens are kept (token-source.ts), who may begin (lib/services/oauth-connect.ts).
 */
import * as oauth from 'oauth4webapi';
import { MailError } from '../../../lib/driver/errors.ts';
import { addressIn, type Identity, identityIn, tenantOf } from './claims.ts';
import type { OAuthProvider } from './providers.ts';
import { type OAuthTokens, signInExpired } from './tokens.ts';

const TIMEOUT_MS = 10_000;
/** Where a provider does not say how long its tokens are good. */
const DEFAULT_LIFE_SECONDS = 3600;
const DISCOVERY_HOLDS_MS = 3_600_000;

/** What one attempt to sign in keeps to itself. */
export interface AuthorizationSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface SignedIn {
  readonly tokens: OAuthTokens;
  /** Whose mailbox it is, as the provider says; null where it does not. */
  readonly email: string | null;
}

export interface OAuthClient {
  /** Where to send the browser. */
  authorizationUrl(request: {
    readonly provider: OAuthProvider;
    readonly redirectUri: string;
    readonly secrets: Omit<AuthorizationSecrets, 'nonce'> & { readonly nonce?: string };
    readonly loginHint?: string | undefined;
  }): Promise<string>;
  /** The tokens for what the browser brought back. Throws OAUTH_REQUIRED when the person or the provider said no. */
  redeem(answer: {
    readonly provider: OAuthProvider;
    readonly redirectUri: string;
    readonly secrets: AuthorizationSecrets;
    readonly parameters: URLSearchParams;
  }): Promise<SignedIn>;
  /**
   * Who signed in, for a code whose state was checked elsewhere; what else its tokens open is left alone. No nonce: the
   * verifier binds the code to the browser that asked (RFC 9700 section 2.1.1). Throws as `redeem`.
   */
  identify(answer: {
    readonly provider: OAuthProvider;
    readonly redirectUri: string;
    readonly code: string;
    readonly verifier: string;
  }): Promise<Identity>;
  /** New tokens. Throws OAUTH_EXPIRED when the provider takes the refresh token no more. */
  refresh(provider: OAuthProvider, tokens: OAuthTokens): Promise<OAuthTokens>;
}

export interface OAuthClientDeps {
  /** Through the egress guard (security/guarded-fetch.ts). */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
}

export const newSecrets = (): AuthorizationSecrets => ({
  state: oauth.generateRandomState(),
  nonce: oauth.generateRandomNonce(),
  verifier: oauth.generateRandomCodeVerifier(),
});

export function createOAuthClient({ fetch, now }: OAuthClientDeps): OAuthClient {
  const discovered = new Map<string, { server: oauth.AuthorizationServer; until: number }>();
  // Whether a host may be asked in clear text is the guard's to say, as it is for mail servers.
  const options = () => ({
    [oauth.customFetch]: (url: string, init: RequestInit) => fetch(url, init),
    [oauth.allowInsecureRequests]: true,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

  async function serverOf(provider: OAuthProvider): Promise<oauth.AuthorizationServer> {
    const { issuer, endpoints } = provider;
    if (endpoints) {
      const server = { issuer, authorization_endpoint: endpoints.authorization, token_endpoint: endpoints.token };
      return server;
    }
    const known = discovered.get(issuer);
    if (known && now() < known.until) return known.server;
    const url = new URL(issuer);
    const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options()));
    discovered.set(issuer, { server, until: now() + DISCOVERY_HOLDS_MS });
    return server;
  }

  const clientOf = ({ client }: OAuthProvider): oauth.Client => ({ client_id: client.id });
  /** RFC 6749 section 2.3.1: Basic is what every server must know; the big ones and some small ones want it in the body. */
  function authenticationOf({ client, endpoints }: OAuthProvider, server: oauth.AuthorizationServer): oauth.ClientAuth {
    if (client.secret === null) return oauth.None();
    const known = server.token_endpoint_auth_methods_supported;
    const inBody = endpoints !== null || (known !== undefined && !known.includes('client_secret_basic'));
    return inBody ? oauth.ClientSecretPost(client.secret) : oauth.ClientSecretBasic(client.secret);
  }

  function tokensOf(answer: oauth.TokenEndpointResponse, refreshToken: string | null): OAuthTokens {
    return {
      accessToken: answer.access_token,
      issuedAt: now(),
      expiresAt: now() + (answer.expires_in ?? DEFAULT_LIFE_SECONDS) * 1000,
      refreshToken: answer.refresh_token ?? refreshToken,
    };
  }

  /** What the ID token says, and where it names no address what the provider adds when asked. */
  async function claimsOf(
    provider: OAuthProvider,
    { server, answer }: Exchanged,
  ): Promise<Readonly<Record<string, unknown>>> {
    const claims = oauth.getValidatedIdTokenClaims(answer);
    if (!claims) return {};
    if (addressIn(claims) !== null || !server.userinfo_endpoint) return claims;
    const response = await oauth.userInfoRequest(server, clientOf(provider), answer.access_token, options());
    return { ...(await oauth.processUserInfoResponse(server, clientOf(provider), claims.sub, response)), ...claims };
  }

  /** Tokens for the code of an answer, which is checked first. */
  async function exchange(
    server: oauth.AuthorizationServer,
    { provider, redirectUri, parameters, state, verifier, nonce }: Exchange,
  ): Promise<Exchanged> {
    const client = clientOf(provider);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authenticationOf(provider, server),
      oauth.validateAuthResponse(server, client, parameters, state),
      redirectUri,
      verifier,
      options(),
    );
    const issuer = provider.issuerVaries ? await tenantOf(response) : server.issuer;
    const answer = await oauth.processAuthorizationCodeResponse({ ...server, issuer }, client, response, {
      expectedNonce: nonce,
    });
    return { server, answer };
  }

  return {
    async authorizationUrl({ provider, redirectUri, secrets, loginHint }) {
      const server = await serverOf(provider).catch(unreachable(provider));
      if (!server.authorization_endpoint) throw unusable(provider);
      const url = new URL(server.authorization_endpoint);
      const parameters = {
        ...provider.parameters,
        client_id: provider.client.id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: provider.scopes.join(' '),
        state: secrets.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: 'S256',
        ...(secrets.nonce === undefined ? {} : { nonce: secrets.nonce }),
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async redeem({ provider, redirectUri, secrets, parameters }) {
      const { state, verifier } = secrets;
      try {
        const nonce = provider.scopes.includes('openid') ? secrets.nonce : oauth.expectNoNonce;
        const server = await serverOf(provider);
        const exchanged = await exchange(server, { provider, redirectUri, parameters, state, verifier, nonce });
        const email = addressIn(await claimsOf(provider, exchanged));
        return { tokens: tokensOf(exchanged.answer, null), email };
      } catch (error) {
        throw saidNo(provider, error);
      }
    },
    async identify({ provider, redirectUri, code, verifier }) {
      try {
        const parameters = new URLSearchParams({ code });
        // The rest of the answer has been looked at.
        const server = { ...(await serverOf(provider)), authorization_response_iss_parameter_supported: false };
        const checked = { state: oauth.expectNoState, nonce: oauth.expectNoNonce } as const;
        const exchanged = await exchange(server, { provider, redirectUri, parameters, verifier, ...checked });
        return identityIn(await claimsOf(provider, exchanged), provider);
      } catch (error) {
        throw saidNo(provider, error);
      }
    },
    async refresh(provider, tokens) {
      if (tokens.refreshToken === null) throw signInExpired();
      try {
        const server = await serverOf(provider);
        const client = clientOf(provider);
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          authenticationOf(provider, server),
          tokens.refreshToken,
          options(),
        );
        return tokensOf(await oauth.processRefreshTokenResponse(server, client, response), tokens.refreshToken);
      } catch (error) {
        if (isVoid(error)) throw signInExpired(withoutBody(error));
        throw unreachableError(provider, error);
      }
    },
  };
}

interface Exchange {
  readonly provider: OAuthProvider;
  readonly redirectUri: string;
  readonly parameters: URLSearchParams;
  readonly state: string | typeof oauth.expectNoState;
  readonly verifier: string;
  readonly nonce: string | typeof oauth.expectNoNonce;
}

interface Exchanged {
  readonly server: oauth.AuthorizationServer;
  readonly answer: oauth.TokenEndpointResponse;
}

/** RFC 6749 section 5.2: the grant is void; OpenID: somebody has to be asked. Everything else may go right later. */
function isVoid(error: unknown): boolean {
  return (
    error instanceof oauth.ResponseBodyError &&
    ['invalid_grant', 'interaction_required', 'consent_required', 'login_required'].includes(error.error)
  );
}

/** The library hangs what the provider answered on its errors, tokens and all: that must not come into a log. */
function withoutBody(error: unknown): Error {
  return error instanceof Error ? new Error(`${error.name}: ${error.message}`) : new Error('no error was thrown');
}

const unreachable =
  (provider: OAuthProvider) =>
  (error: unknown): never => {
    throw unreachableError(provider, error);
  };

function unreachableError({ name }: OAuthProvider, error: unknown): MailError {
  const cause = error instanceof Error && error.cause instanceof MailError ? error.cause : error;
  if (cause instanceof MailError) return cause;
  return new MailError({
    code: 'SERVER_UNAVAILABLE',
    message: `The sign-in of ${name} cannot be reached just now.`,
    fix: 'It is tried again by itself.',
    retryable: true,
    cause: withoutBody(error),
  });
}

function unusable({ name }: OAuthProvider): MailError {
  return new MailError({
    code: 'NOT_SUPPORTED',
    message: `The sign-in of ${name} cannot be used: it names no page to sign in at.`,
    fix: 'Whoever runs this server can check MAIL_OAUTH_ISSUER.',
  });
}

function saidNo(provider: OAuthProvider, error: unknown): MailError {
  const { name } = provider;
  if (error instanceof oauth.AuthorizationResponseError) {
    return new MailError({
      code: 'OAUTH_REQUIRED',
      message:
        error.error === 'access_denied'
          ? `${name} was not allowed to give Postroom your mail.`
          : `${name} did not let you in (${error.error.replace(/[^\w-]/g, '').slice(0, 60)}).`,
      fix: 'Sign in again and allow it, or connect the account with a password.',
      cause: withoutBody(error),
    });
  }
  const reached = unreachableError(provider, error);
  if (!(error instanceof oauth.ResponseBodyError) && !(error instanceof oauth.OperationProcessingError)) return reached;
  return new MailError({
    code: 'OAUTH_REQUIRED',
    message: `The sign-in at ${name} could not be completed.`,
    fix: 'Begin again. If it happens again, whoever runs this server can check the client id and secret.',
    cause: withoutBody(error),
  });
}
