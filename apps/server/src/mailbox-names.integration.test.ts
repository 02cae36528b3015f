/** Mailboxes that others rename, and servers that spell their names otherwise: the ids that the outside knows stay. */
import { encodeMailboxName, MEMORY_CAPABILITIES, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { mailOf } from './every-server.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

type Api = Awaited<ReturnType<TestApp['signUp']>>['api'];

async function withMail(
  capabilities: readonly string[],
  prepare: (servers: MemoryMailServers) => void,
  body: (lab: MemoryMailServers & { api: Api; connectionId: string }) => Promise<void>,
): Promise<void> {
  const servers = await startMemoryMail('ada@lab.test', capabilities);
  prepare(servers);
  const client = await app.signUp();
  const connectionId = await connectMemoryMail(client, servers);
  try {
    await body({ ...servers, api: client.api, connectionId });
  } finally {
    await client.api.connections.delete.mutate({ connectionId });
    await servers.stop();
  }
}

const folder = async (api: Api, path: string) => (await api.mail.count.query()).find((one) => one.path === path);

describe('a mailbox that another client renames', () => {
  it.each([
    { name: 'with MAILBOXID', capabilities: MEMORY_CAPABILITIES, reads: 0 },
    { name: 'with MAILBOXID, in UTF-8', capabilities: [...MEMORY_CAPABILITIES, 'UTF8=ACCEPT'], reads: 0 },
    {
      name: 'without it, found by the UIDs it gave out',
      capabilities: MEMORY_CAPABILITIES.filter((one) => one !== 'OBJECTID'),
      reads: 2,
    },
  ])('keeps its id and its conversations, and so does what lies below it: $name', ({ capabilities, reads }) =>
    withMail(
      capabilities,
      ({ imap }) => {
        imap.store.create('Projekte').append(mailOf('Plan'), { flags: ['\\Seen'] });
        imap.store.create('Projekte/Größe').append(mailOf('Measure'));
        imap.store.create('Projekte/Größe').append(mailOf('Another'));
      },
      async ({ imap, api, connectionId }) => {
        const before = [await folder(api, 'Projekte'), await folder(api, 'Projekte/Größe')];
        const { threads } = await api.mail.listThreads.query({ folder: before[0]?.id ?? '' });
        const fetches = () => imap.commands().filter((line) => line.includes('HEADER.FIELDS')).length;
        const fetched = fetches();
        imap.store.rename('Projekte', 'Archiv 2026');
        await api.connections.resync.mutate({ connectionId });
        const paths = ['Archiv 2026', 'Archiv 2026/Größe'];
        await waitUntil(async () => (await folder(api, paths[1] ?? ''))?.id === before[1]?.id);
        const after = [await folder(api, paths[0] ?? ''), await folder(api, paths[1] ?? '')];
        expect(after).toEqual(before.map((one, index) => ({ ...one, path: paths[index], label: after[index]?.label })));
        await waitUntil(() => fetches() === fetched + reads, { what: `${reads} mailboxes to be read again` });
        expect((await api.mail.listThreads.query({ folder: before[0]?.id ?? '' })).threads).toEqual(threads);
        expect((await api.mail.listThreads.query({ folder: 'all' })).threads).toHaveLength(2);
      },
    ),
  );
});

describe('a mailbox that is spelled otherwise', () => {
  it('is the inbox in any case, once', () =>
    withMail(
      MEMORY_CAPABILITIES,
      ({ imap }) => {
        imap.mailbox('INBOX').append(mailOf('One'));
        imap.onCommand(({ name }) =>
          name === 'LIST'
            ? {
                edit: (lines) =>
                  lines.flatMap((line) => [line, ...(line.endsWith('INBOX') ? [line.replace(/INBOX$/, 'Inbox')] : [])]),
              }
            : undefined,
        );
      },
      async ({ api }) => {
        const inboxes = (await api.mail.count.query()).filter(({ path }) => path?.toUpperCase() === 'INBOX');
        expect(inboxes).toMatchObject([{ id: 'inbox', total: 1 }]);
      },
    ));

  it('is one mailbox when the next session speaks UTF-8 no more', () =>
    withMail(
      [...MEMORY_CAPABILITIES, 'UTF8=ACCEPT'],
      ({ imap }) => imap.store.create('Größe & 日本').append(mailOf('One')),
      async ({ imap, api, connectionId }) => {
        const before = await folder(api, 'Größe & 日本');
        imap.offer(MEMORY_CAPABILITIES);
        const lists = () => imap.commands().filter((line) => line.startsWith('LIST')).length;
        const listed = lists();
        await api.connections.resync.mutate({ connectionId });
        await waitUntil(() => lists() > listed + 1);
        await waitUntil(async () => (await api.connections.list.query()).connections[0]?.state === 'live');
        expect(await folder(api, 'Größe & 日本')).toEqual(before);
        expect(
          (await api.mail.count.query()).filter(({ label }) => label.includes('日本') || label.includes('&')),
        ).toHaveLength(1);
      },
    ));

  it('is one mailbox, whether told in modified UTF-7 or as it is', () =>
    withMail(
      MEMORY_CAPABILITIES,
      ({ imap }) => imap.store.create('Entwürfe & mehr').append(mailOf('One')),
      async ({ imap, api, connectionId }) => {
        const before = await folder(api, 'Entwürfe & mehr');
        // Escaped twice: a client that decodes once sees modified UTF-7 as the name, as where UTF-8 was spoken before.
        const [wire = '', twice = ''] = [1, 2].map((times) =>
          Array.from({ length: times }).reduce<string>((name) => encodeMailboxName(name), 'Entwürfe & mehr'),
        );
        imap.onCommand(({ name }) =>
          name === 'LIST' ? { edit: (lines) => lines.map((line) => line.replaceAll(wire, twice)) } : undefined,
        );
        await api.connections.resync.mutate({ connectionId });
        await waitUntil(async () => (await folder(api, wire))?.id === before?.id);
        imap.onCommand(undefined);
        await api.connections.resync.mutate({ connectionId });
        await waitUntil(async () => (await folder(api, 'Entwürfe & mehr'))?.id === before?.id);
      },
    ));
});
