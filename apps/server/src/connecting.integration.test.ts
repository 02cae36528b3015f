/** Connecting an account that cannot work: its code, its side, a sentence for people, a next step, and nothing stored. */
import {
  freePorts,
  type MailServer,
  startDovecot,
  startMailServer,
  startMemoryImap,
  startMemorySmtp,
} from '@postroom/mail-lab';
import { TRPCClientError } from '@trpc/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, connectionTo, startTestApp, type TestApp } from './app.fixture.ts';
import { listenWith } from './engine/accounts/connection-test.fixture.ts';
import type { NewConnection } from './lib/driver/schemas.ts';
import type { AppRouter } from './trpc/index.ts';

let mail: MailServer;
let app: TestApp;
let ada: AppClient;
let right: NewConnection;
beforeAll(async () => {
  mail = await startMailServer();
  app = await startTestApp({
    env: { MAIL_TLS_CA_FILE: mail.caFile, MAIL_EGRESS: 'public', MAIL_EGRESS_ALLOW: 'localhost' },
  });
  ada = await app.signUp();
  right = connectionTo(mail, 'ada@lab.test');
});
afterAll(async () => {
  await app?.stop();
  await mail?.stop();
});

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await app.database.pool.query('delete from rate_limit');
});
const ending = <T extends { stop(): Promise<unknown> }>(server: T): T => {
  ends.push(() => server.stop());
  return server;
};

/** What the app answers to `create`, as the person at the screen gets it. */
async function refusal(connection: NewConnection) {
  const error = await ada.api.connections.create.mutate(connection).then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof TRPCClientError)) throw new Error('It was connected.');
  const { data } = error as TRPCClientError<AppRouter>;
  return {
    code: data?.mail?.code,
    on: data?.mail?.on,
    message: data?.mail?.message,
    hasFix: data?.mail?.fix !== undefined,
  };
}

interface Case {
  name: string;
  code: string;
  on: 'imap' | 'smtp';
  words: RegExp;
  connection: () => Promise<NewConnection>;
}

const CASES: Case[] = [
  {
    name: 'a wrong password',
    code: 'AUTHENTICATION_FAILED',
    on: 'imap',
    words: /does not accept this user name and password/,
    connection: async () => ({ ...right, auth: { type: 'password', password: 'wrong' } }),
  },
  {
    name: 'a wrong password for sending alone',
    code: 'AUTHENTICATION_FAILED',
    on: 'smtp',
    words: /outgoing \(SMTP\)/,
    connection: async () => ({ ...right, smtp: { ...right.smtp, password: 'wrong' } }),
  },
  {
    name: 'a host that is not there',
    code: 'HOST_NOT_FOUND',
    on: 'imap',
    words: /no server by the name of nowhere\.invalid/,
    connection: async () => ({ ...right, imap: { ...right.imap, host: 'nowhere.invalid', port: 993 } }),
  },
  {
    name: 'a port where nothing listens',
    code: 'CONNECTION_REFUSED',
    on: 'smtp',
    words: /does not answer on port/,
    connection: async () => {
      const [port = 1] = await freePorts(1);
      return { ...right, smtp: { ...right.smtp, port } };
    },
  },
  {
    name: 'an expired certificate',
    code: 'CERTIFICATE_INVALID',
    on: 'imap',
    words: /it has expired/,
    connection: async () => {
      const { imapsPort } = ending(await startDovecot({ certificate: 'expired' }));
      return { ...right, imap: { ...right.imap, port: imapsPort } };
    },
  },
  {
    name: 'STARTTLS that is not offered',
    code: 'TLS_REQUIRED',
    on: 'imap',
    words: /no encryption/,
    connection: async () => {
      const { port } = ending(await startMemoryImap({ capabilities: ['IMAP4rev1'] }));
      return { ...right, imap: { host: 'localhost', port, security: 'starttls' } };
    },
  },
  {
    name: 'a server of another kind',
    code: 'SERVER_UNAVAILABLE',
    on: 'imap',
    words: /no incoming \(IMAP\) mail server/,
    connection: async () => {
      const { port } = ending(await listenWith((socket) => void socket.write('SSH-2.0-OpenSSH_9.9\r\n')));
      return { ...right, imap: { host: 'localhost', port, security: 'none' } };
    },
  },
  {
    name: 'a web server, which waits to be asked',
    code: 'TIMEOUT',
    on: 'imap',
    words: /did not say a word in time/,
    connection: async () => ({
      ...right,
      imap: { host: 'localhost', port: Number(new URL(app.url).port), security: 'none' },
    }),
  },
  {
    name: 'an address that this server must not dial',
    code: 'HOST_NOT_ALLOWED',
    on: 'imap',
    words: /does not connect to 10\.0\.0\.1/,
    connection: async () => ({ ...right, imap: { ...right.imap, host: '10.0.0.1', port: 993 } }),
  },
  {
    name: 'sending that is turned off for the account',
    code: 'SUBMISSION_DISABLED',
    on: 'smtp',
    words: /turned off/,
    connection: async () => {
      const replies = { auth: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled' };
      const { port } = ending(await startMemorySmtp({ tls: 'none', users: [], replies }));
      return { ...right, smtp: { host: 'localhost', port, security: 'none' } };
    },
  },
];

describe('connecting an account', () => {
  it.each(CASES)('with $name: $code', async ({ code, on, words, connection }) => {
    expect(await refusal(await connection())).toEqual({
      code,
      on,
      message: expect.stringMatching(words),
      hasFix: true,
    });
    expect(await ada.api.connections.list.query()).toEqual({ connections: [] });
    expect((await app.database.pool.query('select 1 from connection')).rowCount).toBe(0);
  });

  it('twice is a conflict, its settings are never told with a secret, and deleting it leaves nothing', async () => {
    const { id } = await ada.api.connections.create.mutate(right);
    expect(await refusal(right)).toMatchObject({ code: 'CONFLICT' });
    const listed = JSON.stringify(await ada.api.connections.list.query());
    expect(listed).toContain('ada@lab.test');
    expect(listed).not.toContain(right.auth.password);
    const dump = await app.database.pool.query<{ row: string }>('select c::text as row from connection c');
    expect(dump.rows[0]?.row).not.toContain(right.auth.password);
    await ada.api.connections.delete.mutate({ connectionId: id });
    const left = await app.database.pool.query(
      'select 1 from connection union all select 1 from mailbox union all select 1 from message',
    );
    expect(left.rowCount).toBe(0);
  });

  it('is limited to ten tests in ten minutes, and says how long to wait', async () => {
    const broken = { ...right, imap: { ...right.imap, host: '10.0.0.1', port: 993 } };
    for (let times = 0; times < 10; times += 1) await ada.api.connections.test.mutate(broken);
    const response = await ada.fetch('/api/trpc/connections.test', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ json: broken }),
    });
    expect({ status: response.status, wait: Number(response.headers.get('Retry-After')) > 0 }).toEqual({
      status: 429,
      wait: true,
    });
  });

  it('lets a user look for settings thirty times in ten minutes', async () => {
    const discover = () => ada.api.connections.discover.mutate({ email: 'ada@gmail.com' });
    for (let times = 0; times < 30; times += 1) await discover();
    await expect(discover()).rejects.toMatchObject({ data: { mail: { code: 'THROTTLED' } } });
  });

  it('a certificate that is trusted is in the user’s log, once, and another one in its place again', async () => {
    const since = (await ada.api.security.activity.query()).activities.length;
    const none = `sha256/${Buffer.alloc(32).toString('base64')}`;
    const { imap, smtp } = await ada.api.connections.test.mutate({
      ...right,
      tls: { pins: { imap: none, smtp: none } },
    });
    const pins = { imap: imap.certificate?.pin ?? '', smtp: smtp.certificate?.pin ?? '' };
    const { id } = await ada.api.connections.create.mutate({ ...right, tls: { pins: { imap: pins.imap } } });
    const trust = (on: 'imap' | 'smtp') =>
      ada.api.connections.update.mutate({ connectionId: id, tls: { pins: { [on]: pins[on] } } });
    await trust('imap');
    await trust('smtp');
    const { activities } = await ada.api.security.activity.query();
    const account = 'ada@lab.test';
    expect(activities.slice(0, activities.length - since).map(({ at: _at, ...activity }) => activity)).toEqual([
      { event: 'certificate.trusted', about: 'localhost', account },
      { event: 'connection.changed', account },
      { event: 'connection.changed', account },
      { event: 'certificate.trusted', about: 'localhost', account },
      { event: 'connection.added', account },
    ]);
    await ada.api.connections.delete.mutate({ connectionId: id });
  });

  it('a changed password is tested before it is stored, and a wrong one changes nothing', async () => {
    const { id } = await ada.api.connections.create.mutate(right);
    const change = (password: string) =>
      ada.api.connections.update.mutate({ connectionId: id, auth: { type: 'password', password } });
    await expect(change('wrong')).rejects.toMatchObject({ data: { mail: { code: 'AUTHENTICATION_FAILED' } } });
    await mail.dovecot.setUser({ user: 'ada@lab.test', password: 'another-fake' });
    await change('another-fake');
    const report = await ada.api.connections.doctor.mutate({ connectionId: id });
    expect(report.checks.filter(({ id: check }) => check === 'imap' || check === 'smtp').map(({ ok }) => ok)).toEqual([
      true,
      true,
    ]);
    expect(report.report).not.toContain('another-fake');
    await mail.dovecot.setUser({ user: 'ada@lab.test', password: right.auth.password });
    await ada.api.connections.delete.mutate({ connectionId: id });
  });
});
