/** Signing in to the app at a provider that knows the whole world, with a real OpenID provider in the place of Google. */
import { followRedirects, type OpenIdServer, startOpenId } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, createClient, startTestApp, type TestApp } from './app.fixture.ts';

let openid: OpenIdServer;
let app: TestApp;
beforeAll(async () => {
  openid = await startOpenId();
});
afterAll(() => openid?.stop());
afterEach(() => app?.stop());

async function start(env: Record<string, string> = {}): Promise<void> {
  app = await startTestApp({
    env: { GOOGLE_CLIENT_ID: openid.client.id, GOOGLE_CLIENT_SECRET: openid.client.secret, ...env },
    server: { reviseProvider: (provider) => ({ ...provider, issuer: openid.issuer, endpoints: null }) },
  });
  openid.allowRedirect(`${app.url}/api/auth/callback/google`);
}

const post = (client: AppClient, path: string, body: unknown) =>
  client.fetch(`/api/auth${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const begin = (client: AppClient, path: string, more: object = {}) =>
  post(client, path, {
    provider: 'google',
    callbackURL: '/in',
    errorCallbackURL: '/out',
    disableRedirect: true,
    ...more,
  });

/** What the browser comes back with from the provider, where `person` signs in. */
async function leave(person: string, left: Response): Promise<{ url: string; cookie: string }> {
  openid.person = person;
  const { url } = (await left.json()) as { url: string };
  return { url: await followRedirects(url), cookie: cookieOf(left) };
}
const comeBack = ({ url, cookie }: { url: string; cookie: string }) =>
  fetch(url, { redirect: 'manual', headers: { Cookie: cookie } });
const enter = async (person: string, more: object = {}) =>
  comeBack(await leave(person, await begin(app.anonymous(), '/sign-in/social', more)));
const link = async (client: AppClient, person: string) => {
  const back = await leave(person, await begin(client, '/link-social'));
  return comeBack({ ...back, cookie: `${client.cookie}; ${back.cookie}` });
};
const landed = (response: Response) => response.headers.get('Location');
const users = async () =>
  (await app.database.pool.query<{ email: string }>('select email from "user" order by email')).rows.map(
    ({ email }) => email,
  );
const events = async (client: AppClient) =>
  (await client.api.security.activity.query()).activities.map(({ event, method }) => [event, method]);

it('is offered before anybody is signed in, and asks with PKCE for no more than who it is', async () => {
  await start();
  const config = await (await app.anonymous().fetch('/api/config')).json();
  expect(config).toMatchObject({ authProviders: [{ id: 'google', name: 'Google' }] });
  const { url } = (await (await begin(app.anonymous(), '/sign-in/social')).json()) as { url: string };
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
    client_id: 'postroom',
    redirect_uri: `${app.url}/api/auth/callback/google`,
    response_type: 'code',
    scope: 'openid email profile',
    prompt: 'select_account',
    state: expect.any(String),
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
  });
});

it('makes a user the first time, knows them the next, and keeps no token', async () => {
  await start();
  const first = await enter('ada@lab.test');
  const again = await enter('ada@lab.test');
  expect([landed(first), landed(again)]).toEqual(['/in', '/in']);
  expect(await events(createClient(app.url, cookieOf(first)))).toEqual([
    ['sign-in', 'google'],
    ['sign-up', 'google'],
  ]);
  const { rows } = await app.database.pool.query(
    `select u.email, u.name, account_id, access_token, refresh_token, id_token, scope, password
     from account join "user" u on u.id = user_id`,
  );
  const nothing = { access_token: null, refresh_token: null, id_token: null, scope: null, password: null };
  expect(rows).toEqual([{ email: 'ada@lab.test', name: 'Ada Lund', account_id: 'ada@lab.test', ...nothing }]);
});

it('refuses a code that is not the one, and an answer to another browser', async () => {
  await start();
  const { url, cookie } = await leave('ada@lab.test', await begin(app.anonymous(), '/sign-in/social'));
  const injected = new URL(url);
  injected.searchParams.set('code', 'somebody-elses-code');
  expect(landed(await comeBack({ url, cookie: '' }))).toContain('error=state_mismatch');
  expect(landed(await comeBack({ url: injected.href, cookie }))).toBe('/out?error=invalid_code');
  expect(await users()).toEqual([]);
});

describe('who may be new', () => {
  it('is nobody where sign-up is closed', async () => {
    await start({ SIGN_UP: 'closed' });
    expect(landed(await enter('ada@lab.test'))).toBe('/out?error=SIGN_UP_CLOSED&error_description=SIGN_UP_CLOSED');
    expect(await users()).toEqual([]);
  });

  it('is only the first where it is for the first, of two at once as well', async () => {
    await start({ SIGN_UP: 'first' });
    const both = [
      await leave('ada@lab.test', await begin(app.anonymous(), '/sign-in/social')),
      await leave('bob@lab.test', await begin(app.anonymous(), '/sign-in/social')),
    ];
    const ends = (await Promise.all(both.map(comeBack))).map(landed);
    expect(ends.filter((end) => end === '/in')).toHaveLength(1);
    expect(await users()).toHaveLength(1);
    await app.database.pool.query('delete from "user"');
    expect(landed(await enter('bob@lab.test'))).toBe('/in');
    await expect(app.signUp()).rejects.toThrow('403');
  });

  it('holds an invitation where one is needed, for the address it names, and it serves once', async () => {
    await start({ SIGN_UP: 'invite' });
    const { rows } = await app.database.pool.query<{ token: string }>('select token from invite');
    const invite = rows[0]?.token ?? '';
    const withInvite = (person: string) => enter(person, { additionalData: { invite } });
    await app.database.pool.query(`update invite set email = 'ada@lab.test'`);
    const ends = [
      await enter('ada@lab.test'),
      await withInvite('eve@lab.test'),
      await withInvite('ada@lab.test'),
      await withInvite('bob@lab.test'),
    ].map((response) => landed(response)?.split('&')[0]);
    const refused = '/out?error=INVITE_REQUIRED';
    expect(ends).toEqual([refused, refused, '/in', refused]);
    expect(await users()).toEqual(['ada@lab.test']);
  });

  it('is no more than five an hour from an address', async () => {
    await start();
    const ends: (string | null | undefined)[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      ends.push(landed(await enter(`${name}@lab.test`))?.split('&')[0]);
      await app.database.pool.query(`delete from rate_limit where key like 'sign-in:%'`);
    }
    expect(ends).toEqual(['/in', '/in', '/in', '/in', '/in', '/out?error=THROTTLED']);
  });
});

describe('an account that is there', () => {
  it.each([{ isVerified: false }, { isVerified: true }])(
    'with the same address is not opened (address proved: $isVerified)',
    async ({ isVerified }) => {
      await start();
      await app.signUp('ada@lab.test');
      await app.database.pool.query('update "user" set email_verified = $1', [isVerified]);
      expect(landed(await enter('ada@lab.test'))).toBe('/out?error=account_not_linked');
    },
  );

  it('is connected by its user, opened by it then, and not any more once that was taken back', async () => {
    await start();
    const ada = await app.signUp('ada@app.test');
    expect(landed(await link(ada, 'ada@lab.test'))).toBe('/in');
    expect(landed(await enter('ada@lab.test'))).toBe('/in');
    expect(await users()).toEqual(['ada@app.test']);
    const accounts = (await (await ada.fetch('/api/auth/list-accounts')).json()) as {
      id: string;
      providerId: string;
    }[];
    const google = accounts.find(({ providerId }) => providerId === 'google');
    expect((await post(ada, '/unlink-account', { accountId: google?.id })).status).toBe(200);
    expect(await events(ada)).toEqual([
      ['provider.removed', 'google'],
      ['sign-in', 'google'],
      ['provider.added', 'google'],
      ['sign-up', undefined],
    ]);
    // Whoever comes now is somebody new.
    expect(landed(await enter('ada@lab.test'))).toBe('/in');
    expect(await users()).toEqual(['ada@app.test', 'ada@lab.test']);
  });

  it('is not connected with what belongs to another, and keeps its only way in', async () => {
    await start();
    const bob = createClient(app.url, cookieOf(await enter('bob@lab.test')));
    const ada = await app.signUp('ada@app.test');
    expect(landed(await link(ada, 'bob@lab.test'))).toContain('/out?error=account_already_linked_to_different_user');
    const [only] = (await (await bob.fetch('/api/auth/list-accounts')).json()) as { id: string }[];
    const refused = await post(bob, '/unlink-account', { accountId: only?.id });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'FAILED_TO_UNLINK_LAST_ACCOUNT' }),
    ]);
    expect((await post(ada, '/unlink-account', { accountId: only?.id })).status).toBe(400);
  });
});
