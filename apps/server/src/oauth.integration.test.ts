/** A mail account by its provider's sign-in page, with a real OpenID provider, and a mail server that checks the tokens. */
import type { UserId } from '@postroom/db';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, testEnv } from './app.fixture.ts';
import { readTokens } from './engine/accounts/oauth/tokens.ts';
import { parseConnectionId } from './lib/driver/ids.ts';
import { connectByOAuth, type OAuthWorld, post, signInAtProvider, startOAuthWorld } from './oauth.fixture.ts';
import { parseKeyRing } from './security/key-ring.ts';
import { createVault, localKeyWrapper } from './security/vault.ts';

const letter = (subject: string) => `From: bob@lab.test\r\nTo: ada@lab.test\r\nSubject: ${subject}\r\n\r\nHello\r\n`;

async function subjects(ada: AppClient, folder = 'inbox') {
  const { threads } = await ada.api.mail.listThreads.query({ folder });
  return threads.map(({ subject }) => subject);
}
const account = async (ada: AppClient) => (await ada.api.connections.list.query()).connections[0];
const until = (what: string, look: () => Promise<boolean>) => waitUntil(look, { what, timeoutMs: 20_000 });

describe.each([
  { name: 'XOAUTH2', mechanisms: ['xoauth2' as const] },
  { name: 'OAUTHBEARER', mechanisms: ['oauthbearer' as const] },
])('an account by OAuth, with $name', ({ mechanisms }) => {
  let world: OAuthWorld;
  let ada: AppClient;
  beforeAll(async () => {
    world = await startOAuthWorld(mechanisms);
    ada = await world.app.signUp();
  });
  afterAll(() => world?.stop());

  it('is connected and synced, hears of new mail while its token ends, sends, asks once when it was revoked, and loses nothing', async () => {
    const { openid, mail } = world;
    await mail.deliver('ada@lab.test', letter('before'));
    openid.accessTokenSeconds = 3;
    const connectionId = await connectByOAuth(ada);
    await until('the first message', async () => (await subjects(ada)).includes('before'));
    await until('the account to be live', async () => (await account(ada))?.state === 'live');
    expect(await account(ada)).toMatchObject({ email: 'ada@lab.test', auth: 'oauth2', state: 'live' });

    // The token that opened the session that waits has ended meanwhile.
    const ends = Date.now() + 3_500;
    await until('the token to end', async () => Date.now() > ends);
    await mail.deliver('ada@lab.test', letter('pushed'));
    await until('pushed mail', async () => (await subjects(ada)).includes('pushed'));
    const refreshes = () => openid.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token');
    await ada.api.mail.send.mutate({ to: [{ email: 'ada@lab.test' }], subject: 'to myself', message: '<p>Hi</p>' });
    await until('the sent message', async () => (await subjects(ada)).includes('to myself'));
    expect(refreshes().length).toBeGreaterThan(0);

    // All connections end: what comes next needs a token that is good.
    await mail.dovecot.kick('ada@lab.test');
    await mail.deliver('ada@lab.test', letter('after a break'));
    await until('mail after a break', async () => (await subjects(ada)).includes('after a break'));

    openid.revokeAll();
    const asked = refreshes().length;
    await mail.dovecot.kick('ada@lab.test');
    await ada.api.mail.send.mutate({ to: [{ email: 'ada@lab.test' }], subject: 'while revoked', message: '<p>Hi</p>' });
    await until('somebody to be asked', async () => (await account(ada))?.state === 'needs-attention');
    expect((await account(ada))?.error).toMatchObject({
      code: 'OAUTH_EXPIRED',
      fix: expect.stringContaining('Sign in again'),
    });
    await ada.api.connections.resync.mutate({ connectionId });
    await until('it to be tried again', async () => (await account(ada))?.error?.code === 'OAUTH_EXPIRED');
    expect(refreshes().slice(asked)).toEqual([{ grantType: 'refresh_token', status: 400 }]);
    expect(await subjects(ada)).toEqual(expect.arrayContaining(['before', 'pushed', 'to myself', 'after a break']));

    await mail.deliver('ada@lab.test', letter('came meanwhile'));
    expect(await connectByOAuth(ada, { connectionId })).toBe(connectionId);
    await until('what came meanwhile', async () => (await subjects(ada)).includes('came meanwhile'));
    await until('what was sent meanwhile', async () => (await subjects(ada)).includes('while revoked'));
    expect((await account(ada))?.error).toBeUndefined();
  });
});

describe('signing in at a provider', () => {
  let world: OAuthWorld;
  let ada: AppClient;
  beforeAll(async () => {
    world = await startOAuthWorld();
    ada = await world.app.signUp();
  });
  afterAll(() => world?.stop());
  afterEach(async () => {
    world.openid.person = 'ada@lab.test';
    for (const { id } of (await ada.api.connections.list.query()).connections) {
      await ada.api.connections.delete.mutate({ connectionId: id });
    }
    await world.app.database.pool.query('delete from rate_limit');
  });
  const finish = (client: AppClient, query: string) => post(client, 'mail/finish', { query });
  const refusal = (answer: Awaited<ReturnType<typeof post>>) => [answer.status, answer.error?.data.mail?.code];

  it('is offered before anybody is signed in here, and by discovery', async () => {
    const config = await (await world.app.anonymous().fetch('/api/config')).json();
    expect(config).toMatchObject({
      emailProviders: [
        { id: 'google', name: 'Google' },
        { id: 'mail', name: 'localhost' },
      ],
    });
    const { candidates } = await ada.api.connections.discover.mutate({ email: 'ada@lab.test' });
    expect(candidates[0]).toMatchObject({
      source: 'instance',
      auth: ['oauth2', 'password'],
      oauth: expect.any(String),
    });
  });

  it('asks with PKCE, state, nonce and the address that is meant', async () => {
    const { url = '' } = await post(ada, 'mail', { email: 'ada@lab.test' });
    const asked = new URL(url);
    expect(asked.origin).toBe(world.openid.issuer);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: 'postroom',
      redirect_uri: `${world.app.url}/connect/mail`,
      response_type: 'code',
      scope: 'openid email offline_access mail',
      prompt: 'consent',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      login_hint: 'ada@lab.test',
    });
  });

  it('keeps tokens sealed, and tells nobody of them', async () => {
    await connectByOAuth(ada);
    const { rows } = await world.app.database.pool.query<{ row: string; secret: string }>(
      'select c::text as row, imap_secret as secret from connection c',
    );
    expect(rows[0]?.secret).toMatch(/^v1\./);
    expect(rows[0]?.row).not.toMatch(/accessToken|refresh_token/);
    expect(JSON.stringify(await ada.api.connections.list.query())).not.toMatch(/secret|token/i);
  });

  it('leaves tokens in no table and no log, whatever becomes of them', async () => {
    const { app, openid, mail } = world;
    const connectionId = await connectByOAuth(ada);
    const tokens = async () => {
      const { rows } = await app.database.pool.query<{ user_id: UserId; imap_secret: string }>(
        'select user_id, imap_secret from connection',
      );
      const vault = createVault(localKeyWrapper(parseKeyRing(testEnv(app.database).CREDENTIALS_KEYS ?? '')));
      const place = { connectionId: parseConnectionId(connectionId), userId: rows[0]?.user_id as UserId };
      const text = await vault.open(rows[0]?.imap_secret ?? '', { ...place, column: 'imap_secret' });
      const { accessToken, refreshToken } = readTokens(text);
      return [accessToken, refreshToken ?? ''];
    };
    const [first = '', refresh = ''] = await tokens();
    // Refused before its time, renewed, and then withdrawn altogether.
    openid.expireAccessTokens();
    await mail.dovecot.kick('ada@lab.test');
    await mail.deliver('ada@lab.test', letter('with a new token'));
    await until('mail with a new token', async () => (await subjects(ada)).includes('with a new token'));
    const secrets = [first, refresh, ...(await tokens())].filter((one) => one !== '');
    openid.revokeAll();
    await mail.dovecot.kick('ada@lab.test');
    await until('somebody to be asked', async () => (await account(ada))?.state === 'needs-attention');
    const { rows: tables } = await app.database.pool.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
    );
    const dumps = tables.map(({ name }) =>
      app.database.pool.query<{ row: string }>(`select t::text as row from ${name} t`),
    );
    const dump = (await Promise.all(dumps)).flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
    const forms = secrets.flatMap((one) => [
      one,
      ...(['base64', 'hex'] as const).map((form) => Buffer.from(one).toString(form)),
    ]);
    expect(new Set(secrets).size).toBe(4);
    expect(forms.filter((form) => dump.includes(form) || world.log().includes(form))).toEqual([]);
    expect(world.log()).toContain('account loop failed');
  });

  it('withdrawn while the inbox is waited on is told when the token’s time has come, with no connection lost', async () => {
    const { openid, mail } = world;
    openid.accessTokenSeconds = 3;
    await connectByOAuth(ada);
    await until('the account to be live', async () => (await account(ada))?.state === 'live');
    openid.revokeAll();
    const asked = openid.tokenRequests.length;
    const ends = Date.now() + 3_000;
    await until('the token to end', async () => Date.now() > ends);
    // Dovecot lets the session stand; a push, as a minute of nothing, makes us look.
    await mail.deliver('ada@lab.test', letter('pushed to a withdrawn one'));
    await until('somebody to be asked', async () => (await account(ada))?.state === 'needs-attention');
    expect((await account(ada))?.error).toMatchObject({ code: 'OAUTH_EXPIRED' });
    expect(openid.tokenRequests.slice(asked)).toEqual([{ grantType: 'refresh_token', status: 400 }]);
    openid.accessTokenSeconds = 3600;
  });

  it('belongs to whoever began it, serves once, and not with another state', async () => {
    const query = await signInAtProvider(ada);
    const eve = await world.app.signUp();
    expect(refusal(await finish(eve, query))).toEqual([400, 'OAUTH_REQUIRED']);
    const forged = new URLSearchParams(query);
    forged.set('state', 'A'.repeat(43));
    expect(refusal(await finish(ada, forged.toString()))).toEqual([400, 'OAUTH_REQUIRED']);
    expect((await finish(ada, query)).status).toBe(200);
    expect(refusal(await finish(ada, query))).toEqual([400, 'OAUTH_REQUIRED']);
  });

  it('refuses an answer that names another issuer, and a code that is not the one', async () => {
    const mixedUp = new URLSearchParams(await signInAtProvider(ada));
    mixedUp.set('iss', 'https://evil.example');
    expect(refusal(await finish(ada, mixedUp.toString()))).toEqual([400, 'OAUTH_REQUIRED']);
    const injected = new URLSearchParams(await signInAtProvider(ada));
    injected.set('code', 'somebody-elses-code');
    expect(refusal(await finish(ada, injected.toString()))).toEqual([400, 'OAUTH_REQUIRED']);
    expect(await account(ada)).toBeUndefined();
  });

  it('as somebody else does not change the account that was to be signed in again', async () => {
    const connectionId = await connectByOAuth(ada);
    world.openid.person = 'bob@lab.test';
    const answer = await finish(ada, await signInAtProvider(ada, { connectionId }));
    expect(answer.error?.data.mail).toMatchObject({
      code: 'OAUTH_REQUIRED',
      message: 'You signed in as bob@lab.test, but this account is ada@lab.test.',
    });
  });

  it('for an account of somebody else, or at a provider that is not set up, is not begun', async () => {
    const connectionId = await connectByOAuth(ada);
    const eve = await world.app.signUp();
    expect(refusal(await post(eve, 'mail', { connectionId }))).toEqual([404, 'MESSAGE_NOT_FOUND']);
    expect(refusal(await post(ada, 'yahoo'))).toEqual([400, 'NOT_SUPPORTED']);
    expect((await post(world.app.anonymous(), 'mail')).status).toBe(401);
  });

  it('at Google makes an account of a provider of its own, which is read like any other', async () => {
    await world.mail.deliver('ada@lab.test', letter('by Google'));
    const connectionId = await connectByOAuth(ada, {}, 'google');
    await until('its mail', async () => (await subjects(ada)).includes('by Google'));
    expect(await account(ada)).toMatchObject({
      id: connectionId,
      providerId: 'google',
      auth: 'oauth2',
      oauth: 'google',
    });
  });

  it('turns an account with a password into one without, and back', async () => {
    const { imap, smtp } = world.mail.endpoints;
    const auth = { type: 'password', password: 'not-a-secret-ada' } as const;
    const { id } = await ada.api.connections.create.mutate({ email: 'ada@lab.test', imap, smtp, auth });
    expect(await connectByOAuth(ada, { connectionId: id })).toBe(id);
    expect((await account(ada))?.auth).toBe('oauth2');
    await ada.api.connections.update.mutate({ connectionId: id, auth });
    expect((await account(ada))?.auth).toBe('password');
  });
});
