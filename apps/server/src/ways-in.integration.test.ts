/** Further ways in: a code beside the password, single sign-on, a new password by mail, an invitation. */
import {
  followRedirects,
  type MailServer,
  type OpenIdServer,
  startMailServer,
  startOpenId,
  waitUntil,
} from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, createClient, startTestApp, type TestApp } from './app.fixture.ts';
import { oneTimeCode } from './one-time-code.fixture.ts';

const PASSWORD = 'fake-app-password';
let mail: MailServer;
beforeAll(async () => {
  mail = await startMailServer();
});
afterAll(() => mail?.stop());

let app: TestApp;
afterEach(() => app?.stop());
const start = async (env: Record<string, string> = {}) => {
  app = await startTestApp({ env: { MAIL_TLS_CA_FILE: mail.caFile, ...env } });
};

const post = (client: AppClient, path: string, body: unknown) =>
  client.fetch(`/api/auth${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const signIn = (email: string, password = PASSWORD) => post(app.anonymous(), '/sign-in/email', { email, password });
const events = async (client: AppClient) =>
  (await client.api.security.activity.query()).activities.map(({ event, method }) => [event, method]);
/** Turned on, and proved: another session takes the place of the one that did it. */
async function turnOnCodes(client: AppClient, password?: string) {
  const enabled = await post(client, '/two-factor/enable', password === undefined ? {} : { password });
  const { totpURI, backupCodes } = (await enabled.json()) as { totpURI: string; backupCodes: string[] };
  const proved = await post(client, '/two-factor/verify-totp', { code: oneTimeCode(totpURI) });
  return { uri: totpURI, backupCodes, client: createClient(app.url, cookieOf(proved)) };
}

describe('a code beside the password', () => {
  it('opens nothing without it, with a wrong one, or with one backup code twice', async () => {
    await start();
    const codes = await turnOnCodes(await app.signUp('ada@app.test'), PASSWORD);
    const half = await signIn('ada@app.test');
    expect(await half.json()).toMatchObject({ twoFactorRedirect: true });
    const halfway = createClient(app.url, cookieOf(half));
    await expect(halfway.api.connections.list.query()).rejects.toMatchObject({ data: { httpStatus: 401 } });
    expect((await post(halfway, '/two-factor/verify-totp', { code: '000000' })).status).toBe(401);
    const whole = await post(halfway, '/two-factor/verify-totp', { code: oneTimeCode(codes.uri) });
    const ada = createClient(app.url, cookieOf(whole));
    expect(await ada.api.connections.list.query()).toEqual({ connections: [] });
    const [code = ''] = codes.backupCodes;
    const spend = async () =>
      (
        await post(createClient(app.url, cookieOf(await signIn('ada@app.test'))), '/two-factor/verify-backup-code', {
          code,
        })
      ).status;
    expect([await spend(), await spend()]).toEqual([200, 401]);
    expect(await events(ada)).toEqual([
      ['sign-in.failed', 'backup code'],
      ['sign-in', 'backup code'],
      ['sign-in', 'code'],
      ['sign-in.failed', 'code'],
      ['second-factor.added', undefined],
      ['sign-up', undefined],
    ]);
  });

  it('is asked for after the password of the mail account as well', async () => {
    const { imap, smtp } = mail.endpoints;
    await start({ IMAP_HOST: imap.host, IMAP_PORT: String(imap.port), SMTP_PORT: String(smtp.port) });
    const ada = mail.accounts.find(({ email }) => email === 'ada@lab.test');
    const enter = () => post(app.anonymous(), '/sign-in/mail', ada);
    const codes = await turnOnCodes(createClient(app.url, cookieOf(await enter())));
    const half = await enter();
    expect(await half.json()).toMatchObject({ twoFactorRedirect: true });
    const halfway = createClient(app.url, cookieOf(half));
    await expect(halfway.api.settings.get.query()).rejects.toMatchObject({ data: { httpStatus: 401 } });
    const whole = await post(halfway, '/two-factor/verify-totp', { code: oneTimeCode(codes.uri) });
    expect((await createClient(app.url, cookieOf(whole)).api.settings.get.query()).theme).toBe('system');
  });
});

describe('single sign-on', () => {
  let provider: OpenIdServer;
  beforeAll(async () => {
    provider = await startOpenId({ person: 'ada@lab.test' });
  });
  afterAll(() => provider?.stop());
  const env = () => ({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.client.id,
    OIDC_CLIENT_SECRET: provider.client.secret,
  });

  /** There and back again; the answer to coming back. */
  async function cameBack(): Promise<Response> {
    provider.allowRedirect(`${app.url}/api/auth/callback/sso`);
    const left = await post(app.anonymous(), '/sign-in/social', {
      provider: 'sso',
      callbackURL: '/',
      errorCallbackURL: '/sign-in',
      disableRedirect: true,
    });
    const { url } = (await left.json()) as { url: string };
    const back = await followRedirects(url);
    return fetch(back, { redirect: 'manual', headers: { Cookie: cookieOf(left) } });
  }

  it('makes a user of whoever the provider knows, and keeps no token of theirs', async () => {
    await start({ ...env(), SIGN_UP: 'closed' });
    const first = await cameBack();
    expect(first.headers.get('Location')).toBe('/');
    await cameBack();
    const ada = createClient(app.url, cookieOf(first));
    expect(await events(ada)).toEqual([
      ['sign-in', 'single sign-on'],
      ['sign-in', 'single sign-on'],
    ]);
    const { rows } = await app.database.pool.query(
      'select u.email, access_token, refresh_token, id_token from account join "user" u on u.id = user_id',
    );
    expect(rows).toEqual([{ email: 'ada@lab.test', access_token: null, refresh_token: null, id_token: null }]);
  });

  it('does not open an account that somebody signed up for with the same address', async () => {
    await start(env());
    await app.signUp('ada@lab.test');
    const back = await cameBack();
    expect(back.headers.get('Location')).toMatch(/^\/sign-in\?error=account_not_linked|\/sign-in\?error=/);
    expect((await app.database.pool.query(`select 1 from account where provider_id = 'sso'`)).rowCount).toBe(0);
  });
});

describe('a new password by mail', () => {
  const resetLink = async (): Promise<string> => {
    const client = await mail.imap('bob@lab.test');
    await client.mailboxOpen('INBOX');
    let link = '';
    await waitUntil(async () => {
      const uids = (await client.search({ subject: 'A new password for Postroom' })) || [];
      const [last] = uids.slice(-1);
      if (last === undefined) return false;
      const found = await client.fetchOne(String(last), { source: true });
      link = (found && /^https?:\S+$/m.exec(String(found.source))?.[0]) || '';
      return link !== '';
    });
    return link;
  };

  it('comes to the address of the account, serves once, and ends every session', async () => {
    const ada = mail.accounts.find(({ email }) => email === 'ada@lab.test');
    const { host, port } = mail.endpoints.smtp;
    await start({
      SYSTEM_SMTP_URL: `smtps://ada%40lab.test:${ada?.password}@${host}:${port}`,
      SYSTEM_MAIL_FROM: 'ada@lab.test',
    });
    expect(await (await app.anonymous().fetch('/api/config')).json()).toMatchObject({ passwordReset: true });
    const bob = await app.signUp('bob@lab.test');
    const ask = (email: string) =>
      post(app.anonymous(), '/request-password-reset', { email, redirectTo: '/reset-password' });
    const [known, unknown] = [await ask('bob@lab.test'), await ask('nobody@lab.test')];
    expect([known.status, await known.json()]).toEqual([unknown.status, await unknown.json()]);
    const landed = await fetch(await resetLink(), { redirect: 'manual' });
    const token = new URL(landed.headers.get('Location') ?? '', app.url).searchParams.get('token');
    const reset = () => post(app.anonymous(), '/reset-password', { newPassword: 'another-fake-password', token });
    expect([(await reset()).status, (await reset()).status]).toEqual([200, 400]);
    await expect(bob.api.settings.get.query()).rejects.toMatchObject({ data: { httpStatus: 401 } });
    expect([
      (await signIn('bob@lab.test')).status,
      (await signIn('bob@lab.test', 'another-fake-password')).status,
    ]).toEqual([401, 200]);
  });
});

describe('an invitation', () => {
  const join = (email: string, invite: string) =>
    post(app.anonymous(), '/sign-up/email', { name: 'X', email, password: PASSWORD, invite });

  it('for the first user is made at the start; each user invites others, for one address where it is named', async () => {
    await start({ SIGN_UP: 'invite' });
    const { rows } = await app.database.pool.query<{ token: string }>('select token from invite');
    const ada = createClient(app.url, cookieOf(await join('ada@app.test', rows[0]?.token ?? '')));
    const { token } = await ada.api.invites.create.mutate({ email: 'Bob@app.test' });
    expect([(await join('eve@app.test', token)).status, (await join('bob@app.test', token)).status]).toEqual([
      403, 200,
    ]);
    const { invites } = await ada.api.invites.list.query();
    expect(invites).toMatchObject([{ email: 'bob@app.test', isUsed: true }]);
  });

  it('that was withdrawn, or is too old, opens nothing', async () => {
    await start({ SIGN_UP: 'invite' });
    const { rows } = await app.database.pool.query<{ token: string }>('select token from invite');
    const ada = createClient(app.url, cookieOf(await join('ada@app.test', rows[0]?.token ?? '')));
    const [first, second] = [await ada.api.invites.create.mutate({}), await ada.api.invites.create.mutate({})];
    const eve = createClient(
      app.url,
      cookieOf(await join('eve@app.test', (await ada.api.invites.create.mutate({})).token)),
    );
    await expect(eve.api.invites.delete.mutate({ token: first.token })).rejects.toMatchObject({
      data: { httpStatus: 404 },
    });
    await ada.api.invites.delete.mutate({ token: first.token });
    await app.database.pool.query(`update invite set expires_at = now() where token = $1`, [second.token]);
    const statuses = [await join('bob@app.test', first.token), await join('bob@app.test', second.token)];
    expect(statuses.map(({ status }) => status)).toEqual([403, 403]);
  });
});
