/**
 * A large account whose server does something large: another UIDVALIDITY, every mailbox renamed, thousands moved. What is
 * known stays known: ids, conversations, bodies; and the screen shows mail all the while. Short in `npm test`, whole
 * (50,000 and 10,000 messages) in `npm run soak`.
 */
import { bulkMailbox, MEMORY_CAPABILITIES, type MemoryImap, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { startMemoryMail } from './memory-account.fixture.ts';

const SOAK = process.env.SOAK === '1';
const MINUTES = 60_000;
const LARGE = SOAK ? 50_000 : 2_000;
const MANY = SOAK ? 10_000 : 500;
const LONG = { timeoutMs: SOAK ? 20 * MINUTES : MINUTES, intervalMs: 100 };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** An account that is whole: every message listed, every body's words read. */
async function connected(fill: (imap: MemoryImap) => void, capabilities?: readonly string[]) {
  const servers = await startMemoryMail('ada@lab.test', capabilities);
  fill(servers.imap);
  const ada = await app.signUp();
  await ada.api.connections.create.mutate(servers.connection);
  await whole(ada);
  return { servers, ada };
}

async function whole({ api }: AppClient): Promise<void> {
  await waitUntil(
    async () => {
      const [one] = (await api.connections.list.query()).connections;
      return one?.state === 'live' && one.bodies.total > 0 && one.bodies.indexed === one.bodies.total;
    },
    { ...LONG, what: 'every message to be listed and read' },
  );
}

function fillMailbox(imap: MemoryImap, path: string, count: number): void {
  const mailbox = imap.store.get(path) ?? imap.store.create(path);
  for (const { raw, flags, internalDate } of bulkMailbox(count, { tag: path }))
    mailbox.append(raw, { flags, internalDate });
}

/** Every message with its conversation, by Message-ID. */
async function identities(): Promise<Map<string, string>> {
  const { rows } = await app.database.pool.query<{ message_id: string; ids: string }>(
    `select message_id, id || ' ' || thread_id as ids from message`,
  );
  return new Map(rows.map(({ message_id, ids }) => [message_id, ids]));
}

/** UIDs that the commands since then asked a part of the text of; and those whose header was asked for. */
function fetched(imap: MemoryImap, since: number): { bodies: string[]; headers: number } {
  const lines = imap.commands().slice(since);
  return {
    bodies: lines.filter((line) => /BODY(\.PEEK)?\[(\d|TEXT|\])/.test(line)),
    headers: lines
      .filter((line) => /^UID FETCH .*HEADER\.FIELDS/.test(line))
      .flatMap((line) => (line.split(' ')[2] ?? '').split(','))
      .map((range) => range.split(':').map(Number))
      .reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0),
  };
}

const count = async (sql: string) =>
  (await app.database.pool.query<{ count: number }>(`select count(*)::int as count ${sql}`)).rows[0]?.count ?? 0;

let stop: (() => Promise<void>) | undefined;
const begin: typeof connected = async (fill, capabilities) => {
  const made = await connected(fill, capabilities);
  stop = async () => {
    const [one] = (await made.ada.api.connections.list.query()).connections;
    if (one) await made.ada.api.connections.delete.mutate({ connectionId: one.id });
    await made.servers.stop();
  };
  return made;
};
beforeEach(() => async () => {
  await stop?.();
  stop = undefined;
});

describe(`UIDVALIDITY changes under ${LARGE} messages`, () => {
  it('they are linked again: ids and conversations stay, no body is read twice, the list is there all the while', {
    timeout: LONG.timeoutMs * 2,
  }, async () => {
    const { servers, ada } = await begin((imap) => {
      fillMailbox(imap, 'INBOX', LARGE + 10);
      // The new numbers are others.
      imap.mailbox('INBOX').expunge(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    });
    const before = await identities();
    expect(before.size).toBe(LARGE);
    expect(fetched(servers.imap, 0).bodies.length).toBeGreaterThan(0);
    const since = servers.imap.commands().length;
    servers.imap.mailbox('INBOX').bumpUidValidity();
    servers.imap.cutAll();
    const { uidValidity } = servers.imap.mailbox('INBOX');
    const shortest = { rows: Number.POSITIVE_INFINITY };
    await waitUntil(
      async () => {
        const { threads } = await ada.api.mail.listThreads.query({ folder: 'inbox', max: 50 });
        shortest.rows = Math.min(shortest.rows, threads.length);
        return (
          (await count(`from mailbox where path = 'INBOX' and uid_validity = ${uidValidity}`)) === 1 &&
          (await count(`from placement where uid is null or state <> 'present'`)) === 0
        );
      },
      { ...LONG, what: 'the mailbox to be linked again' },
    );
    expect(shortest.rows).toBe(50);
    await whole(ada);
    expect(await identities()).toEqual(before);
    expect(await count('from placement')).toBe(LARGE);
    expect(fetched(servers.imap, since)).toEqual({ bodies: [], headers: LARGE });
  });
});

describe('every mailbox is renamed while we are away', () => {
  it('messages and conversations are the same afterwards, under the new names', {
    timeout: LONG.timeoutMs,
  }, async () => {
    const paths = ['Archive', 'Projects', 'Projects/Rome'];
    const { servers, ada } = await begin((imap) => {
      for (const path of paths) fillMailbox(imap, path, MANY / 5);
      fillMailbox(imap, 'INBOX', 20);
    });
    const before = await identities();
    const { connections } = await ada.api.connections.list.query();
    const connectionId = connections[0]?.id ?? '';
    await ada.api.connections.update.mutate({ connectionId, paused: true });
    const since = servers.imap.commands().length;
    servers.imap.store.rename('Archive', 'Old archive');
    servers.imap.store.rename('Projects', 'Journeys');
    await ada.api.connections.update.mutate({ connectionId, paused: false });
    const names = ['Journeys', 'Journeys/Rome', 'Old archive'];
    await waitUntil(
      async () => {
        const folders = await ada.api.mail.count.query();
        const shown = folders.flatMap(({ path }) => (path === null ? [] : [path]));
        return (
          names.every((name) => shown.includes(name)) &&
          !paths.some((path) => shown.includes(path)) &&
          (await count('from placement where uid is not null')) === before.size
        );
      },
      { ...LONG, what: 'the new names' },
    );
    await whole(ada);
    expect(await identities()).toEqual(before);
    expect(fetched(servers.imap, since).bodies).toEqual([]);
  });
});

describe(`another client moves ${MANY} messages`, () => {
  it('each is read once where it lies now, keeps its id, and no body is read again', {
    timeout: LONG.timeoutMs,
  }, async () => {
    const { servers, ada } = await begin((imap) => fillMailbox(imap, 'INBOX', MANY + 20));
    const before = await identities();
    const inbox = servers.imap.mailbox('INBOX');
    const archive = servers.imap.mailbox('Archive');
    const since = servers.imap.commands().length;
    const moving = inbox.messages.slice(0, MANY);
    for (const { raw, flags, internalDate, emailId } of moving) archive.append(raw, { flags, internalDate, emailId });
    inbox.expunge(...moving.map(({ uid }) => uid));
    await waitUntil(
      async () =>
        (await count(
          `from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id where b.path = 'Archive'`,
        )) === MANY && (await count('from placement')) === MANY + 20,
      { ...LONG, what: 'them to be in the archive' },
    );
    await whole(ada);
    expect(await identities()).toEqual(before);
    expect(fetched(servers.imap, since)).toEqual({ bodies: [], headers: MANY });
  });
});

describe.each([
  { kind: 'with mod-sequences', capabilities: undefined },
  { kind: 'without CONDSTORE', capabilities: MEMORY_CAPABILITIES.filter((one) => !/CONDSTORE|QRESYNC/.test(one)) },
])('a flag on the oldest message of a large mailbox $kind', ({ capabilities }) => {
  it('that another client sets is right within 3 s', { timeout: LONG.timeoutMs }, async () => {
    // More than are read again at every look.
    const { servers, ada } = await begin((imap) => fillMailbox(imap, 'INBOX', LARGE + 500), capabilities);
    const inbox = servers.imap.mailbox('INBOX');
    const oldest = inbox.messages[0]?.uid ?? 0;
    const starred = async () => (await ada.api.mail.listThreads.query({ folder: 'starred' })).threads.length;
    inbox.setFlags(oldest, ['\\Flagged']);
    await waitUntil(async () => (await starred()) === 1, { timeoutMs: 3_000, what: 'the star' });
    inbox.setFlags(oldest, []);
    await waitUntil(async () => (await starred()) === 0, { timeoutMs: 3_000, what: 'the star to be gone' });
  });
});
