/** Signing in with the mail account of the instance's own server: no app account, the mail server says who is who. */
import { type MailServer, startMailServer, waitUntil } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, createClient, startTestApp, type TestApp } from './app.fixture.ts';

let mail: MailServer;
beforeAll(async () => {
  mail = await startMailServer();
});
afterAll(() => mail?.stop());

let app: TestApp;
beforeEach(async () => {
  const { imap, smtp } = mail.endpoints;
  app = await startTestApp({
    env: {
      SIGN_UP: 'closed',
      IMAP_HOST: imap.host,
      IMAP_PORT: String(imap.port),
      IMAP_SECURITY: imap.security,
      SMTP_PORT: String(smtp.port),
      SMTP_SECURITY: smtp.security,
      MAIL_LOGIN_DOMAINS: 'lab.test',
      MAIL_TLS_CA_FILE: mail.caFile,
    },
  });
});
afterEach(() => app?.stop());

const passwordOf = (email: string) => mail.accounts.find((one) => one.email === email.toLowerCase())?.password ?? '';
const post = (path: string, body: unknown, client: AppClient = app.anonymous()) =>
  client.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const signIn = (email: string, password: string) => post('/api/auth/sign-in/mail', { email, password });
const enter = async (email: string) => createClient(app.url, cookieOf(await signIn(email, passwordOf(email))));
const count = async (what: string) => (await app.database.pool.query(`select 1 from ${what}`)).rowCount;

describe('signing in with the mail account', () => {
  it('makes the user and the connection the first time, and only a session after that', async () => {
    expect(await (await app.anonymous().fetch('/api/config')).json()).toMatchObject({ mailLogin: true });
    const ada = await enter('ada@lab.test');
    const { connections } = await ada.api.connections.list.query();
    expect(connections).toMatchObject([{ email: 'ada@lab.test', isDefault: true }]);
    const state = async () => (await ada.api.connections.list.query()).connections[0]?.state;
    await waitUntil(async () => (await state()) === 'live');
    await Promise.all([enter('ada@lab.test'), enter('ADA@lab.test')]);
    expect([await count('"user"'), await count('connection'), await count('session')]).toEqual([1, 1, 3]);
  });

  it('makes one user of two that come at once', async () => {
    await Promise.all([enter('ada@lab.test'), enter('ada@lab.test')]);
    expect([await count('"user"'), await count('connection')]).toEqual([1, 1]);
  });

  it('is refused with a wrong password and for other domains, and keeps nothing of it', async () => {
    const wrong = await signIn('ada@lab.test', 'not-the-password');
    const elsewhere = await signIn('ada@elsewhere.test', 'any');
    expect([wrong.status, elsewhere.status]).toEqual([401, 401]);
    expect(await wrong.json()).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(await elsewhere.json()).toMatchObject({ message: expect.stringContaining('lab.test do') });
    expect([await count('"user"'), await count('session')]).toEqual([0, 0]);
  });

  it('goes on with a password that was changed at the mail server, and not with the old one', async () => {
    await enter('bob@lab.test');
    const changed = 'not-a-secret-bob-either';
    await mail.dovecot.setUser({ user: 'bob@lab.test', password: changed });
    const old = await signIn('bob@lab.test', passwordOf('bob@lab.test'));
    const bob = createClient(app.url, cookieOf(await signIn('bob@lab.test', changed)));
    const state = async () => (await bob.api.connections.list.query()).connections.map((one) => one.state);
    await waitUntil(async () => (await state())[0] === 'live');
    expect([old.status, await state(), await count('"user"')]).toEqual([401, ['live'], 1]);
  });

  it('does not open an app account that somebody else made with the address', async () => {
    await app.database.pool.query(`insert into "user" (id, name, email) values ('u1', 'Eve', 'ada@lab.test')`);
    const refused = await signIn('ada@lab.test', passwordOf('ada@lab.test'));
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'CONFLICT' }]);
    expect(await count('session')).toBe(0);
  });

  it('says it where the mail server is not to be reached', async () => {
    await app.stop();
    app = await startTestApp({ env: { IMAP_HOST: 'localhost', IMAP_PORT: '1', SMTP_PORT: '1' } });
    const refused = await signIn('ada@lab.test', 'any');
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'CONNECTION_REFUSED' }]);
  });

  it('leaves who came in, and who tried, in the log', async () => {
    await enter('ada@lab.test');
    await signIn('ada@lab.test', 'not-the-password');
    const { rows } = await app.database.pool.query(
      `select event, detail, user_id = (select id from "user") as own from audit_log where event like 'sign-in%' order by id`,
    );
    expect(rows).toEqual([
      { event: 'sign-in', detail: { method: 'mail' }, own: true },
      { event: 'sign-in.failed', detail: { method: 'mail' }, own: true },
    ]);
  });

  it('is limited to ten attempts in five minutes for an account', async () => {
    const statuses: number[] = [];
    for (let times = 0; times < 11; times += 1) statuses.push((await signIn('ada@elsewhere.test', 'x')).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
  });
});
