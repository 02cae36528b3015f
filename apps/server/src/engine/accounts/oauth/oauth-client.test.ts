import { describe, expect, it } from 'vitest';
import { createOAuthClient, newSecrets } from './oauth-client.ts';
import { emailProviders, type OAuthProvider } from './providers.ts';

const NOW = Date.now();
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const REDIRECT = 'https://mail.example/connect/x';
const env = {
  GOOGLE_CLIENT_ID: 'google-id',
  GOOGLE_CLIENT_SECRET: 'fake-google-secret',
  MICROSOFT_CLIENT_ID: 'microsoft-id',
  MICROSOFT_CLIENT_SECRET: 'fake-microsoft-secret',
  YAHOO_CLIENT_ID: 'yahoo-id',
  YAHOO_CLIENT_SECRET: 'fake-yahoo-secret',
};
const providers = emailProviders(env, null);
const provider = (id: string) => providers.find((one) => one.id === id) as OAuthProvider;

type Asked = { url: string; body: Record<string, string> };
/** A client that is answered with this, and what it has asked. */
function client(answer: object, status = 200) {
  const asked: Asked[] = [];
  const made = createOAuthClient({
    now: () => NOW,
    fetch: async (url, init) => {
      asked.push({ url, body: Object.fromEntries(new URLSearchParams(String(init.body))) });
      return Response.json(answer, { status });
    },
  });
  return { asked, made };
}

/** An ID token as a provider sends it over TLS; its signature is not looked at. */
function idToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(NOW / 1000);
  return `${part({ alg: 'RS256' })}.${part({ sub: '1', iat: seconds, exp: seconds + 600, ...claims })}.AA`;
}

async function redeem(id: string, claims: Record<string, unknown>) {
  const secrets = newSecrets();
  const tokens = {
    access_token: 'a1',
    refresh_token: 'r1',
    token_type: 'Bearer',
    expires_in: 600,
    id_token: idToken({ nonce: secrets.nonce, ...claims }),
  };
  const { asked, made } = client(tokens);
  const parameters = new URLSearchParams({ code: 'c1', state: secrets.state });
  const signedIn = await made.redeem({ provider: provider(id), redirectUri: REDIRECT, secrets, parameters });
  return { signedIn, asked, secrets };
}

describe('the page to sign in at', () => {
  it.each([
    {
      id: 'google',
      page: 'https://accounts.google.com/o/oauth2/v2/auth',
      scope: 'openid email https://mail.google.com/',
      more: { access_type: 'offline', prompt: 'consent' },
    },
    {
      id: 'microsoft',
      page: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      scope:
        'openid email profile offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send',
      more: { prompt: 'select_account' },
    },
    { id: 'yahoo', page: 'https://api.login.yahoo.com/oauth2/request_auth', scope: 'openid email mail-w', more: {} },
  ])('of $id', async ({ id, page, scope, more }) => {
    const secrets = newSecrets();
    const { made } = client({});
    const url = new URL(await made.authorizationUrl({ provider: provider(id), redirectUri: REDIRECT, secrets }));
    expect(`${url.origin}${url.pathname}`).toBe(page);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...more,
      scope,
      client_id: `${id}-id`,
      redirect_uri: REDIRECT,
      response_type: 'code',
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(url.href).not.toContain(secrets.verifier);
  });
});

describe('what comes back', () => {
  it('is redeemed with the verifier, and says whose mailbox it is', async () => {
    const claims = { iss: 'https://accounts.google.com', aud: 'google-id', email: 'ada@gmail.com' };
    const { signedIn, asked, secrets } = await redeem('google', claims);
    expect(signedIn).toEqual({
      email: 'ada@gmail.com',
      tokens: { accessToken: 'a1', refreshToken: 'r1', issuedAt: NOW, expiresAt: NOW + 600_000 },
    });
    expect(asked).toEqual([
      {
        url: 'https://oauth2.googleapis.com/token',
        body: {
          client_id: 'google-id',
          client_secret: 'fake-google-secret',
          code: 'c1',
          code_verifier: secrets.verifier,
          grant_type: 'authorization_code',
          redirect_uri: REDIRECT,
        },
      },
    ]);
  });

  it('of Microsoft is from the tenant that the token names', async () => {
    const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    const claims = { iss, tid: TENANT, aud: 'microsoft-id', preferred_username: 'ada@company.example' };
    expect((await redeem('microsoft', claims)).signedIn.email).toBe('ada@company.example');
  });

  it.each([
    { name: 'of another issuer', id: 'google', claims: { iss: 'https://evil.example', aud: 'google-id' } },
    { name: 'for another app', id: 'google', claims: { iss: 'https://accounts.google.com', aud: 'evil' } },
    {
      name: 'of another sign-in',
      id: 'google',
      claims: { iss: 'https://accounts.google.com', aud: 'google-id', nonce: 'x' },
    },
    { name: 'of long ago', id: 'google', claims: { iss: 'https://accounts.google.com', aud: 'google-id', exp: 1 } },
    {
      name: 'of no tenant of Microsoft',
      id: 'microsoft',
      claims: { iss: 'https://evil.example/v2.0', tid: '../evil', aud: 'microsoft-id' },
    },
  ])('$name is refused', async ({ id, claims }) => {
    await expect(redeem(id, claims)).rejects.toMatchObject({ code: 'OAUTH_REQUIRED' });
  });

  it('is told in words when it is a no', async () => {
    const secrets = newSecrets();
    const parameters = new URLSearchParams({ error: 'access_denied', state: secrets.state });
    const { made, asked } = client({});
    const refused = made.redeem({ provider: provider('google'), redirectUri: REDIRECT, secrets, parameters });
    await expect(refused).rejects.toMatchObject({
      code: 'OAUTH_REQUIRED',
      message: 'Google was not allowed to give Postroom your mail.',
    });
    expect(asked).toEqual([]);
  });
});

describe('who somebody is', () => {
  const identify = (id: string, claims: object) => {
    const { made, asked } = client({ access_token: 'a1', token_type: 'Bearer', id_token: idToken(claims) });
    const identity = made.identify({ provider: provider(id), redirectUri: REDIRECT, code: 'c1', verifier: 'v1' });
    return { identity, asked };
  };

  it('is told by the subject, for ever, and the address as far as the provider vouches for it', async () => {
    const claims = { iss: 'https://accounts.google.com', aud: 'google-id', email: 'ada@gmail.com', name: 'Ada' };
    const { identity, asked } = identify('google', { ...claims, sub: '42', email_verified: true });
    expect(await identity).toEqual({ subject: '42', email: 'ada@gmail.com', isEmailVerified: true, name: 'Ada' });
    expect(asked).toMatchObject([{ body: { code: 'c1', code_verifier: 'v1' } }]);
  });

  it('at Microsoft is told with the tenant, whose administrator may write any address', async () => {
    const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    const claims = { iss, tid: TENANT, aud: 'microsoft-id', email: 'ada@company.example', sub: '42' };
    expect(await identify('microsoft', claims).identity).toEqual({
      subject: `${TENANT}/42`,
      email: 'ada@company.example',
      isEmailVerified: false,
      name: null,
    });
  });

  it.each([
    { name: 'of another issuer', claims: { iss: 'https://evil.example', aud: 'google-id' } },
    { name: 'for another app', claims: { iss: 'https://accounts.google.com', aud: 'evil' } },
    {
      name: 'of another kind of sign-in',
      claims: { iss: 'https://accounts.google.com', aud: 'google-id', nonce: 'x' },
    },
  ])('$name is nobody', async ({ claims }) => {
    await expect(identify('google', claims).identity).rejects.toMatchObject({ code: 'OAUTH_REQUIRED' });
  });
});

describe('renewing', () => {
  const tokens = { accessToken: 'a1', refreshToken: 'r1', issuedAt: NOW, expiresAt: NOW };

  it('keeps the refresh token where no new one comes', async () => {
    const { made } = client({ access_token: 'a2', token_type: 'Bearer', expires_in: 60 });
    expect(await made.refresh(provider('google'), tokens)).toEqual({
      accessToken: 'a2',
      refreshToken: 'r1',
      issuedAt: NOW,
      expiresAt: NOW + 60_000,
    });
  });

  it.each([
    { status: 400, error: 'invalid_grant', code: 'OAUTH_EXPIRED' },
    { status: 400, error: 'interaction_required', code: 'OAUTH_EXPIRED' },
    { status: 401, error: 'invalid_client', code: 'SERVER_UNAVAILABLE' },
    { status: 503, error: 'temporarily_unavailable', code: 'SERVER_UNAVAILABLE' },
  ])('$error is $code', async ({ status, error, code }) => {
    const { made } = client({ error }, status);
    await expect(made.refresh(provider('google'), tokens)).rejects.toMatchObject({ code });
  });
});
