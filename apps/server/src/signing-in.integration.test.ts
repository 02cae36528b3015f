/** App accounts over HTTP: who may sign up, what a session opens, and what is kept from everybody else. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, createClient, startTestApp, type TestApp } from './app.fixture.ts';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  app = await startTestApp({ env });
  return app;
}

const post = (client: AppClient, path: string, body: unknown) =>
  client.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const signUp = (client: AppClient, email: string, more: object = {}) =>
  post(client, '/api/auth/sign-up/email', { name: 'Ada', email, password: 'fake-app-password', ...more });
const signIn = (client: AppClient, email: string, password: string) =>
  post(client, '/api/auth/sign-in/email', { email, password });

describe('signing up', () => {
  it('by default only the first may, also of ten at once', async () => {
    const { anonymous, database } = await start({ SIGN_UP: 'first' });
    const config = await (await anonymous().fetch('/api/config')).json();
    expect(config).toMatchObject({ signUp: 'first', canSignUp: true });
    await Promise.all(Array.from({ length: 5 }, (_, number) => signUp(anonymous(), `user${number}@app.test`)));
    expect((await database.pool.query('select 1 from "user"')).rowCount).toBe(1);
    expect(await (await anonymous().fetch('/api/config')).json()).toMatchObject({ canSignUp: false });
  });

  it.each([
    ['open', 200],
    ['closed', 403],
    ['invite', 403],
  ] as const)('SIGN_UP=%s answers %i to a stranger', async (mode, status) => {
    const { anonymous } = await start({ SIGN_UP: mode });
    expect((await signUp(anonymous(), 'stranger@app.test')).status).toBe(status);
  });

  it('an invitation serves once', async () => {
    const { anonymous, database } = await start({ SIGN_UP: 'invite' });
    await database.pool.query(`insert into invite (token, email) values ('fake-token', null)`);
    expect((await signUp(anonymous(), 'guest@app.test', { invite: 'fake-token' })).status).toBe(200);
    expect((await signUp(anonymous(), 'other@app.test', { invite: 'fake-token' })).status).toBe(403);
  });

  it('is limited to five an hour for an address', async () => {
    const { anonymous } = await start();
    for (let number = 0; number < 5; number += 1) await signUp(anonymous(), `user${number}@app.test`);
    const refused = await signUp(anonymous(), 'user6@app.test');
    expect(await refused.clone().json()).toMatchObject({ code: 'THROTTLED' });
    expect([refused.status, Number(refused.headers.get('Retry-After')) > 0]).toEqual([429, true]);
  });
});

describe('a session', () => {
  it('opens the API, and nothing does once it is ended', async () => {
    const { signUp: join } = await start();
    const ada = await join('ada@app.test');
    expect(await ada.api.connections.list.query()).toEqual({ connections: [] });
    await post(ada, '/api/auth/sign-out', {});
    await expect(ada.api.connections.list.query()).rejects.toMatchObject({ data: { httpStatus: 401 } });
  });

  it('needs the right password, ten times in five minutes at most, whatever address the sender claims', async () => {
    const { anonymous, signUp: join } = await start();
    await join('ada@app.test');
    const right = await signIn(anonymous(), 'ada@app.test', 'fake-app-password');
    expect([right.status, cookieOf(right).includes('session_token')]).toEqual([200, true]);
    const statuses: number[] = [];
    for (let times = 0; times < 10; times += 1) {
      const client = anonymous();
      const response = await client.fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `192.0.2.${times}` },
        body: JSON.stringify({ email: 'ada@app.test', password: 'wrong' }),
      });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([...Array(9).fill(401), 429]);
  });

  it('is guessed no faster from many addresses of one network', async () => {
    const { anonymous } = await start({ TRUSTED_PROXIES: '1' });
    const guess = async (address: string) => {
      const response = await anonymous().fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
        body: JSON.stringify({ email: `user-${randomUUID()}@app.test`, password: 'wrong' }),
      });
      return response.status;
    };
    const statuses: number[] = [];
    for (let number = 1; number <= 11; number += 1) statuses.push(await guess(`2001:db8:1:2:${number}::1`));
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
    expect(await guess('2001:db8:1:3::1')).toBe(401);
  });

  it('is asked by no method but those of the app, and others are no fault of ours', async () => {
    const { url } = await start();
    const statuses = await Promise.all(
      ['TRACE', 'PUT', 'PROPFIND'].map(async (method) => {
        const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin' };
        const [answer] = await once(request(`${url}/api/auth/get-session`, { method, headers }).end(), 'response');
        answer.resume();
        return answer.statusCode;
      }),
    );
    expect(statuses).toEqual([405, 405, 405]);
  });

  it('does not help another site: what changes state is refused, however it is asked', async () => {
    const { url, signUp: join } = await start();
    const { cookie } = await join('ada@app.test');
    const ask = (path: string, headers: Record<string, string>, body: string) =>
      fetch(new URL(path, url), { method: 'POST', headers: { Cookie: cookie, ...headers }, body });
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const statuses = await Promise.all([
      ask('/api/trpc/settings.save', { ...elsewhere, 'Content-Type': 'application/json' }, '{"json":{"theme":"dark"}}'),
      ask('/api/trpc/settings.save', { ...elsewhere, 'Content-Type': 'text/plain' }, '{"json":{"theme":"dark"}}'),
      ask('/api/trpc/settings.save', {}, '{"json":{"theme":"dark"}}'),
      ask('/api/auth/sign-out', elsewhere, '{}'),
      ask('/api/uploads', elsewhere, ''),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    const get = await fetch(new URL('/api/trpc/settings.save?input=%7B%7D', url), { headers: { Cookie: cookie } });
    expect(get.status).toBe(405);
    expect((await createClient(url, cookie).api.settings.get.query()).theme).toBe('system');
  });

  it('sends nobody on to another site', async () => {
    const { anonymous } = await start();
    const away = encodeURIComponent('https://evil.example/');
    const paths = ['reset-password/x', 'verify-email'].map((path) => `/api/auth/${path}?token=x&callbackURL=${away}`);
    const answers = await Promise.all(paths.map((path) => anonymous().fetch(path, { redirect: 'manual' })));
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(answers.map(({ headers }) => headers.get('Location'))).toEqual([null, null]);
  });

  it('reads a body that does not say its length, as some proxies send all of them', async () => {
    const { anonymous, signUp: join } = await start();
    const pieces = (text: string) => ({ body: new Blob([text]).stream(), duplex: 'half' }) as const;
    const headers = { 'Content-Type': 'application/json' };
    const credentials = JSON.stringify({ name: 'Ada', email: 'ada@app.test', password: 'fake-app-password' });
    const init = { method: 'POST', headers };
    const signedUp = await anonymous().fetch('/api/auth/sign-up/email', { ...init, ...pieces(credentials) });
    expect(signedUp.status).toBe(200);
    const saved = await (await join()).fetch('/api/trpc/settings.save', {
      ...init,
      ...pieces('{"json":{"theme":"dark"}}'),
    });
    expect(saved.status).toBe(200);
  });

  it('takes no body without end', async () => {
    const { anonymous } = await start();
    const endless = new ReadableStream({
      pull: (stream) => stream.enqueue(new Uint8Array(16_384).fill(32)),
    });
    const whole = await signUp(anonymous(), 'ada@app.test', { name: 'x'.repeat(100_000) });
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as const;
    const streamed = await anonymous()
      .fetch('/api/auth/sign-up/email', init)
      .then(
        ({ status }) => status,
        () => 413,
      );
    expect([whole.status, streamed]).toEqual([413, 413]);
  });

  it('shows what is the caller’s own and nothing else: another’s ids are not found', async () => {
    const { database, signUp: join } = await start();
    const [ada, eve] = [await join('ada@app.test'), await join('eve@app.test')];
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into connection (user_id, email, imap, smtp, imap_secret, paused, is_default)
       select id, email, '{"host":"imap.example","port":993,"security":"tls","username":"ada"}',
         '{"host":"smtp.example","port":465,"security":"tls","username":"ada"}', 'none', true, true
       from "user" where email = 'ada@app.test' returning id`,
    );
    const id = `c${rows[0]?.id}`;
    expect((await ada.api.connections.list.query()).connections.map((one) => one.id)).toEqual([id]);
    const notFound = { data: { httpStatus: 404, mail: { code: 'MESSAGE_NOT_FOUND' } } };
    await expect(eve.api.mail.listThreads.query({ connectionId: id })).rejects.toMatchObject(notFound);
    await expect(eve.api.connections.delete.mutate({ connectionId: id })).rejects.toMatchObject(notFound);
    await expect(eve.api.mail.get.query({ id: `t${rows[0]?.id}-1` })).rejects.toMatchObject(notFound);
    expect((await eve.fetch(`/api/messages/m${rows[0]?.id}-1/raw`)).status).toBe(404);
  });
});
