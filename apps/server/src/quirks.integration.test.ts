/** Servers of the quirks' table through the whole app: what their user then sees. */
import { message, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { mailOf } from './every-server.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';

const PLAIN = ['IMAP4rev1', 'ID', 'IDLE', 'UIDPLUS', 'MOVE', 'LITERAL+', 'SPECIAL-USE', 'LIST-EXTENDED', 'LIST-STATUS'];
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

async function withServer(
  options: Parameters<typeof startMemoryMail>[2],
  prepare: (servers: MemoryMailServers) => void,
  body: (lab: MemoryMailServers & Pick<AppClient, 'api'>) => Promise<void>,
): Promise<void> {
  const servers = await startMemoryMail('ada@lab.test', PLAIN, options);
  prepare(servers);
  const client = await app.signUp();
  const connectionId = await connectMemoryMail(client, servers);
  try {
    await body({ ...servers, api: client.api });
  } finally {
    await client.api.connections.delete.mutate({ connectionId });
    await servers.stop();
  }
}

it('Proton Bridge: a message in a folder, under a label and in All Mail is one, and All Mail is not read', () =>
  withServer(
    {
      mailboxes: [
        { path: 'All Mail', specialUse: '\\All' },
        { path: 'Labels/Work' },
        { path: 'Sent', specialUse: '\\Sent' },
      ],
      onCommand: ({ name }) =>
        name === 'ID'
          ? { edit: (lines) => lines.map((line) => line.replace('memory', 'Proton Mail Bridge')) }
          : undefined,
    },
    ({ imap }) => {
      for (const path of ['INBOX', 'All Mail', 'Labels/Work']) imap.mailbox(path).append(mailOf('One'));
      imap.mailbox('All Mail').append(mailOf('Old'));
    },
    async ({ api, imap }) => {
      const { threads } = await api.mail.listThreads.query({ folder: 'all' });
      expect(threads.map(({ subject, messageCount }) => [subject, messageCount])).toEqual([['One', 1]]);
      const paths = (await api.mail.count.query()).flatMap(({ path }) => (path === null ? [] : [path])).sort();
      expect(paths).toEqual(['INBOX', 'Labels/Work', 'Sent']);
      expect(imap.commands().filter((line) => /^(SELECT|EXAMINE) "?All Mail/.test(line))).toEqual([]);
    },
  ));

it('Microsoft: the copy in Sent that came under another Message-ID is the one that is shown', () =>
  withServer(
    { greeting: '* OK The Microsoft Exchange IMAP4 service is ready.' },
    () => undefined,
    async ({ api, imap, smtp }) => {
      await api.mail.send.mutate({ to: [{ email: 'bob@lab.test' }], subject: 'Report', message: '<p>Here</p>' });
      await waitUntil(() => smtp.messages.length === 1);
      const filed = smtp.messages[0]?.raw
        .toString('latin1')
        .replace(/^Message-ID: .*$/im, 'Message-ID: <new@exchange.test>');
      imap.mailbox('Sent').append(Buffer.from(filed ?? '', 'latin1'), { flags: ['\\Seen'], internalDate: new Date() });
      const isFiled = async () =>
        (await app.database.pool.query('select 1 from outbox where not sent_copy_filed')).rowCount === 0;
      await waitUntil(isFiled, { timeoutMs: 45_000, what: 'the copy to be found' });
      const sent = async () => (await api.mail.listThreads.query({ folder: 'sent' })).threads;
      await waitUntil(async () => (await sent()).length === 1, { timeoutMs: 45_000 });
      expect((await sent())[0]?.messageCount).toBe(1);
      expect(imap.mailbox('Sent').messages).toHaveLength(1);
    },
  ));

it('Microsoft: labels are kept here, for the server keeps no keywords whatever it says', () =>
  withServer(
    { greeting: '* OK The Microsoft Exchange IMAP4 service is ready.' },
    ({ imap }) => imap.mailbox('INBOX').append(mailOf('One'), { flags: ['\\Seen'] }),
    async ({ api, imap }) => {
      const [thread] = (await api.mail.listThreads.query({})).threads;
      await api.mail.markAsImportant.mutate({ ids: [thread?.id ?? ''] });
      await api.labels.create.mutate({ name: 'Mine' });
      expect((await api.labels.list.query()).map(({ storage }) => storage)).toEqual(['local']);
      const open = `select 1 from operation where state in ('pending', 'running')`;
      await waitUntil(async () => (await app.database.pool.query(open)).rowCount === 0);
      expect((await api.mail.listThreads.query({})).threads[0]?.important).toBe(true);
      expect(imap.commands().filter((line) => line.startsWith('UID STORE'))).toEqual([]);
    },
  ));

it('hMailServer: a message that holds another is read whole, for its parts are numbered wrong', () =>
  withServer(
    {
      greeting: '* OK IMAPrev1',
      onCommand: ({ line }) =>
        /BODY\.PEEK\[\d/.test(line) && line.includes('HEADER]')
          ? { edit: (lines) => lines.map((one) => one.replaceAll('Outer words', 'Wrong words')) }
          : undefined,
    },
    ({ imap }) =>
      imap.mailbox('INBOX').append(
        message({
          from: 'Bob <bob@lab.test>',
          subject: 'Forwarded',
          text: `Outer words. ${'x'.repeat(90_000)}`,
          attachments: [{ filename: 'inner.eml', type: 'message/rfc822', content: mailOf('Inner').toString() }],
        }),
      ),
    async ({ api }) => {
      const [thread] = (await api.mail.listThreads.query({})).threads;
      const { messages } = await api.mail.get.query({ id: thread?.id ?? '' });
      expect(messages[0]?.text).toContain('Outer words.');
    },
  ));
