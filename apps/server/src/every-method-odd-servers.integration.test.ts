/** Servers that lack what others have: mailboxes of ours are made where the server wants them, and UIDs are counted by us. */
import {
  connectImap,
  type MemorySmtp,
  startDovecot,
  startMemoryImap,
  startMemorySmtp,
  waitUntil,
} from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { mailOf, shown, soon, WITHOUT_PUSH_MS } from './every-server.fixture.ts';

const USER = { user: 'ada@lab.test', password: 'fake-password' };
let app: TestApp;
let smtp: MemorySmtp;
beforeAll(async () => {
  app = await startTestApp();
  smtp = await startMemorySmtp({ users: [USER], tls: 'none' });
});
afterAll(async () => {
  await app?.stop();
  await smtp?.stop();
});

async function connect(imapPort: number): Promise<{ api: AppClient['api']; connectionId: string }> {
  const { api } = await app.signUp();
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  const { id: connectionId } = await api.connections.create.mutate({
    email: USER.user,
    imap: endpoint(imapPort),
    smtp: endpoint(smtp.port),
    auth: { type: 'password', password: USER.password },
  });
  await waitUntil(async () => (await api.connections.list.query()).connections[0]?.state === 'live');
  return { api, connectionId };
}

async function thread(api: AppClient['api'], subject: string, folder = 'inbox'): Promise<string> {
  return waitUntil(
    async () => (await api.mail.listThreads.query({ folder })).threads.find((one) => one.subject === subject)?.id,
  );
}

describe.each([
  { name: 'below INBOX., announced', capabilities: undefined },
  { name: 'below INBOX., not announced', capabilities: ['IMAP4rev1'] },
])('a server with nothing but the inbox, $name', ({ capabilities }) => {
  it('gets archive, bin, spam, drafts and Sent where it keeps such, once each, with the mail in them', async () => {
    const dovecot = await startDovecot({
      users: [USER],
      prefix: 'INBOX.',
      mailboxes: [],
      ...(capabilities ? { capabilities } : {}),
    });
    const other = await connectImap(dovecot, USER.user);
    for (const subject of ['For archive', 'For bin', 'For spam'])
      await other.append('INBOX', mailOf(subject), ['\\Seen']);
    const { api, connectionId } = await connect(dovecot.imapPort);
    try {
      const archived = await thread(api, 'For archive');
      const done = await api.mail.bulkArchive.mutate({ ids: [archived] });
      await api.mail.bulkDelete.mutate({ ids: [await thread(api, 'For bin')] });
      await api.mail.bulkSpam.mutate({ ids: [await thread(api, 'For spam')] });
      await api.drafts.create.mutate({ to: [], subject: 'A draft', message: '' });
      await api.mail.send.mutate({ to: [{ email: 'bob@lab.test' }], subject: 'A letter', message: '<p>Hi</p>' });
      const messages = async (path: string) => {
        const status = await other.status(path, { messages: true });
        return status ? status.messages : undefined;
      };
      for (const name of ['Archive', 'Trash', 'Junk', 'Drafts', 'Sent']) {
        await soon(async () => (await messages(`INBOX.${name}`)) === 1, `a message in INBOX.${name}`);
      }
      await api.mail.undo.mutate({ token: done.undo ?? '' });
      await soon(async () => (await messages('INBOX.Archive')) === 0 && (await messages('INBOX')) === 1, 'it back');
      // Whole looks later they are what they were.
      for (let looks = 0; looks < 2; looks++) {
        await api.connections.resync.mutate({ connectionId });
        await waitUntil(async () => (await api.connections.list.query()).connections[0]?.state === 'live');
      }
      const folders = (await api.mail.count.query()).filter(({ path }) => path !== null);
      expect(folders.map(({ path, role, total }) => `${path} ${role} ${total}`).sort()).toEqual([
        'INBOX inbox 1',
        'INBOX.Archive archive 0',
        'INBOX.Drafts draft 1',
        'INBOX.Junk spam 1',
        'INBOX.Sent sent 1',
        'INBOX.Trash bin 1',
      ]);
      expect(await thread(api, 'For archive')).toBe(archived);
    } finally {
      await api.connections.delete.mutate({ connectionId });
      other.close();
      await dovecot.stop();
    }
  });
});

it('a server that never tells UIDNEXT is read, followed and acted on all the same', async () => {
  const imap = await startMemoryImap({
    capabilities: ['IMAP4rev1', 'IDLE'],
    users: [USER],
    onCommand: ({ name }) => {
      if (!/^(SELECT|EXAMINE|STATUS)$/.test(name)) return undefined;
      return {
        edit: (lines) =>
          lines.filter((line) => !line.includes('[UIDNEXT')).map((line) => line.replace(/ ?UIDNEXT \d+/, '')),
      };
    },
  });
  for (const subject of ['One', 'Two']) imap.mailbox('INBOX').append(mailOf(subject), { flags: ['\\Seen'] });
  const { api, connectionId } = await connect(imap.port);
  try {
    await api.mail.bulkArchive.mutate({ ids: [await thread(api, 'One')] });
    await soon(async () => imap.mailbox('Archive').messages.length === 1, 'the message in the archive');
    imap.mailbox('INBOX').append(mailOf('Three'));
    await shown(async () => thread(api, 'Three'), WITHOUT_PUSH_MS, 'new mail');
    expect((await api.mail.listThreads.query({})).threads.map(({ subject }) => subject).sort()).toEqual([
      'Three',
      'Two',
    ]);
  } finally {
    await api.connections.delete.mutate({ connectionId });
    await imap.stop();
  }
});
