/** How a session ends: what it opened is closed within a minute, however and wherever it ended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, createClient, startTestApp, type TestApp } from './app.fixture.ts';
import { createRateLimits } from './security/rate-limit.ts';

const CHECK_MS = 50;
const MINUTE_MS = 60_000;

let app: TestApp;
let aheadMs = 0;

beforeAll(async () => {
  app = await startTestApp({ server: { now: () => Date.now() + aheadMs, sessionCheckMs: CHECK_MS } });
});
afterAll(() => app?.stop());

const post = (client: AppClient, path: string, body: unknown) =>
  client.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

const PASSWORD = 'fake-app-password';

/** A user with two devices, both with a stream open. */
async function twoDevices(email: string) {
  const laptop = await app.signUp(email);
  const signedIn = await post(app.anonymous(), '/api/auth/sign-in/email', { email, password: PASSWORD });
  const phone = createClient(app.url, cookieOf(signedIn));
  const streams = { laptop: await laptop.events(), phone: await phone.events() };
  expect([await statusOf(laptop), await statusOf(phone)]).toEqual([200, 200]);
  return { laptop, phone, streams };
}

const statusOf = async (client: AppClient) => (await client.fetch('/api/trpc/settings.get')).status;
const tokenOf = ({ cookie }: AppClient) => decodeURIComponent(/session_token=([^.;]+)/.exec(cookie)?.[1] ?? '');

describe('a session', () => {
  it.each([
    ['is deleted by somebody else than this process', 'delete from session where token = $1'],
    ['has expired', `update session set expires_at = now() - interval '1 second' where token = $1`],
    [
      'belongs to a user who is deleted',
      `delete from "user" where id = (select user_id from session where token = $1)`,
    ],
  ])('that %s loses API and stream within a minute', async (_how, sql) => {
    const client = await app.signUp();
    const stream = await client.events();
    expect(await statusOf(client)).toBe(200);
    await app.database.pool.query(sql, [tokenOf(client)]);
    await stream.ended;
    aheadMs += MINUTE_MS;
    expect(await statusOf(client)).toBe(401);
    expect((await client.fetch('/api/trpc/events.subscribe')).status).toBe(401);
  });

  it('keeps its stream while it stands', async () => {
    const client = await app.signUp();
    const stream = await client.events();
    const other = await app.signUp();
    const closed = await other.events();
    await post(other, '/api/auth/sign-out', {});
    await closed.ended;
    const first = await Promise.race([stream.ended.then(() => 'ended'), closed.ended.then(() => 'stands')]);
    expect(first).toBe('stands');
    stream.stop();
  });

  it('that another device revokes is out at once, and the other one is not', async () => {
    const { laptop, phone, streams } = await twoDevices('revoke@app.test');
    await post(laptop, '/api/auth/revoke-session', { token: tokenOf(phone) });
    await streams.phone.ended;
    expect([await statusOf(laptop), await statusOf(phone)]).toEqual([200, 401]);
    streams.laptop.stop();
  });

  it('is ended by signing out of all other devices', async () => {
    const { laptop, phone, streams } = await twoDevices('others@app.test');
    await post(laptop, '/api/auth/revoke-other-sessions', {});
    await streams.phone.ended;
    expect([await statusOf(laptop), await statusOf(phone)]).toEqual([200, 401]);
    streams.laptop.stop();
  });

  it('is ended by a new password, also when the client does not ask for that', async () => {
    const { laptop, phone, streams } = await twoDevices('password@app.test');
    const body = { currentPassword: PASSWORD, newPassword: 'fake-new-password', revokeOtherSessions: false };
    const changed = await post(laptop, '/api/auth/change-password', body);
    expect(changed.status).toBe(200);
    await streams.phone.ended;
    expect([await statusOf(phone), await statusOf(laptop)]).toEqual([401, 401]);
    expect(await statusOf(createClient(app.url, cookieOf(changed)))).toBe(200);
    streams.laptop.stop();
  });

  it('guesses the password no faster than somebody who signs in', async () => {
    const client = await app.signUp('guess@app.test');
    const guess = () =>
      post(client, '/api/auth/change-password', {
        currentPassword: 'wrong-password',
        newPassword: 'fake-new-password',
      });
    const limits = createRateLimits(app.database.pool);
    for (let times = 0; times < 9; times += 1) await limits.hit('sign-in', 'account guess@app.test');
    expect([(await guess()).status, (await guess()).status]).toEqual([400, 429]);
  });

  it('ends its stream when the database cannot say whether it stands', async () => {
    const client = await app.signUp();
    const stream = await client.events();
    await app.database.pool.query('alter table session rename to session_away');
    await stream.ended;
    await app.database.pool.query('alter table session_away rename to session');
    expect(await statusOf(client)).toBe(200);
  });
});
