/** Gmail by Google's sign-in: labels, conversations and sending as with a password, and nobody has typed one. */
import { createServer } from 'node:http';
import { createGmail, GMAIL_CAPABILITIES, startMemoryImap, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { afterAll, expect, it } from 'vitest';
import { startTestApp } from './app.fixture.ts';
import { gmailMail, onGmail } from './gmail.fixture.ts';
import { post } from './oauth.fixture.ts';

const TOKEN = 'not-a-secret-google-token';
const USER = { user: 'ada@gmail.test', password: TOKEN };

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

/** Google's token endpoint, which gives everybody the same. */
async function startGoogle(): Promise<string> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ access_token: TOKEN, refresh_token: 'fake', token_type: 'Bearer', expires_in: 3600 }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stops.push(() => new Promise((done) => server.close(done)));
  const address = server.address();
  return `http://localhost:${typeof address === 'object' && address ? address.port : 0}`;
}

it('is read by its labels, filed by them, and sent from', async () => {
  const gmail = createGmail();
  gmail.deliver(gmailMail('In the inbox'));
  gmail.deliver(gmailMail('Archived'), { labels: ['My work'] });
  const google = await startGoogle();
  const imap = await startMemoryImap({
    store: gmail.store,
    capabilities: [...GMAIL_CAPABILITIES, 'AUTH=XOAUTH2'],
    users: [USER],
  });
  const smtp = await startMemorySmtp({ users: [USER], tls: 'none', mechanisms: ['PLAIN', 'XOAUTH2'] });
  stops.push(imap.stop, smtp.stop);
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  const app = await startTestApp({
    env: { GOOGLE_CLIENT_ID: 'fake-id', GOOGLE_CLIENT_SECRET: 'fake-secret' },
    server: {
      reviseProvider: (provider) => ({
        ...provider,
        endpoints: { authorization: `${google}/auth`, token: `${google}/token` },
        scopes: ['https://mail.google.com/'],
        imap: endpoint(imap.port),
        smtp: endpoint(smtp.port),
      }),
    },
  });
  stops.push(app.stop);
  const ada = await app.signUp();
  const { url = '' } = await post(ada, 'google', { email: USER.user });
  const state = new URL(url).searchParams.get('state') ?? '';
  const done = await post(ada, 'google/finish', { query: new URLSearchParams({ code: 'c', state }).toString() });
  expect(done).toEqual({ status: 200, connectionId: expect.any(String) });

  const { api } = ada;
  const account = async () => (await api.connections.list.query()).connections[0];
  await waitUntil(async () => (await account())?.state === 'live', { what: 'the account to be live' });
  expect(await account()).toMatchObject({ email: USER.user, providerId: 'google', auth: 'oauth2', oauth: 'google' });
  const subjects = async (folder: string) =>
    (await api.mail.listThreads.query({ folder })).threads.map(({ subject }) => subject);
  expect([await subjects('inbox'), await subjects('archive')]).toEqual([['In the inbox'], ['Archived']]);

  const { threads } = await api.mail.listThreads.query({ folder: 'inbox' });
  await api.mail.bulkArchive.mutate({ ids: threads.map(({ id }) => id) });
  await waitUntil(() => !onGmail(gmail, 'In the inbox').labels.includes('\\Inbox'), {
    what: 'Gmail to have archived it',
  });
  await api.mail.send.mutate({ to: [{ email: 'bob@lab.test' }], subject: 'By Google', message: '<p>Hi</p>' });
  await waitUntil(() => smtp.messages.length === 1, { what: 'the message to be sent' });
  expect(smtp.transcript.map(({ line }) => line).filter((line) => line.startsWith('AUTH'))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^AUTH XOAUTH2/)]),
  );
});
