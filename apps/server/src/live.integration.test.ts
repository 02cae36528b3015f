/**
 * What happens on the server shows by itself and at once: bursts of mail, moves, copies, doubles; and everything lives
 * again when the server comes back. Real Dovecot, another client, the whole app.
 */
import { connectImap, type DovecotServer, startDovecot, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { mailOf } from './every-server.fixture.ts';

const SOAK = process.env.SOAK === '1';
const USER = { user: 'ada@lab.test', password: 'fake-password' };
const AT_ONCE_MS = 1_000;
const AGAIN_MS = 5_000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

let dovecot: DovecotServer;
let smtp: Awaited<ReturnType<typeof startMemorySmtp>>;
let other: Awaited<ReturnType<typeof connectImap>>;
let ada: AppClient;
let connectionId: string;

beforeEach(async () => {
  [dovecot, smtp] = await Promise.all([
    startDovecot({ users: [USER] }),
    startMemorySmtp({ users: [USER], tls: 'none' }),
  ]);
  other = await connectImap(dovecot, USER.user);
  await other.append('INBOX', mailOf('Here before'), ['\\Seen']);
  ada = await app.signUp();
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  const made = await ada.api.connections.create.mutate({
    email: USER.user,
    imap: endpoint(dovecot.imapPort),
    smtp: endpoint(smtp.port),
    auth: { type: 'password', password: USER.password },
  });
  connectionId = made.id;
  await isLive();
  // It is listened to when one message has been pushed.
  await other.append('INBOX', mailOf('Pushed'), ['\\Seen']);
  await shows('inbox', 'Pushed', { timeoutMs: 10_000 });
});
afterEach(async () => {
  await ada.api.connections.delete.mutate({ connectionId });
  other.close();
  await Promise.all([dovecot.stop(), smtp.stop()]);
});

const isLive = (timeoutMs = 10_000) =>
  waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live', {
    timeoutMs,
    what: 'the account to be live',
  });

const subjects = async (folder: string) =>
  (await ada.api.mail.listThreads.query({ folder, max: 500 })).threads.map(({ subject }) => subject);

const shows = (folder: string, subject: string, { timeoutMs = AT_ONCE_MS } = {}) =>
  waitUntil(async () => (await subjects(folder)).includes(subject), {
    timeoutMs,
    what: `“${subject}” to be in ${folder}`,
  });

describe('mail that arrives in a burst', () => {
  it('twenty messages within ten seconds: each is on the screen within a second of its arrival', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Burst ${index}`);
    const arrived = new Map<string, number>();
    const seen = new Map<string, number>();
    const watching = waitUntil(
      async () => {
        for (const subject of await subjects('inbox')) if (!seen.has(subject)) seen.set(subject, performance.now());
        return names.every((name) => seen.has(name));
      },
      { timeoutMs: 15_000, what: 'all of them' },
    );
    for (const [index, name] of names.entries()) {
      // Half of them one by one, the others all at once.
      if (index > 0 && index < 10) await waitUntil(() => seen.has(names[index - 1] ?? ''), { timeoutMs: AT_ONCE_MS });
      await other.append('INBOX', mailOf(name));
      arrived.set(name, performance.now());
    }
    await watching;
    const late = names
      .map((name) => ({ name, ms: Math.round((seen.get(name) ?? 0) - (arrived.get(name) ?? 0)) }))
      .filter(({ ms }) => ms > AT_ONCE_MS);
    expect(late).toEqual([]);
  });
});

describe('messages that another client puts elsewhere', () => {
  it('moved ones are in the new mailbox at once, not only gone from the old', async () => {
    await other.mailboxOpen('INBOX');
    const goneAt = waitUntil(async () => !(await subjects('inbox')).includes('Pushed') && performance.now(), {
      timeoutMs: 3_000,
      what: 'it to be gone from the inbox',
    });
    const thereAt = waitUntil(async () => (await subjects('archive')).includes('Pushed') && performance.now(), {
      timeoutMs: 3_000,
      what: 'it to be in the archive',
    });
    await other.messageMove({ subject: 'Pushed' }, 'Archive');
    const between = Math.abs((await thereAt) - (await goneAt));
    expect(between).toBeLessThan(AT_ONCE_MS);
  });

  it('a copied one is in both, and one message', async () => {
    await other.mailboxOpen('INBOX');
    await other.messageCopy({ subject: 'Pushed' }, 'Archive');
    await shows('archive', 'Pushed', { timeoutMs: 3_000 });
    expect(await subjects('inbox')).toContain('Pushed');
    const [thread] = (await ada.api.mail.listThreads.query({ folder: 'archive' })).threads;
    const { messages } = await ada.api.mail.get.query({ id: thread?.id ?? '' });
    expect(messages.map(({ folders }) => [...folders].sort())).toEqual([['archive', 'inbox']]);
  });

  it('one Message-ID delivered twice is two messages', async () => {
    await other.append('INBOX', mailOf('Pushed'));
    const thread = await waitUntil(
      async () =>
        (await ada.api.mail.listThreads.query({ folder: 'inbox' })).threads.find(
          ({ subject, messageCount }) => subject === 'Pushed' && messageCount === 2,
        ),
      { timeoutMs: 3_000, what: 'the second one' },
    );
    const { messages } = await ada.api.mail.get.query({ id: thread.id });
    expect(new Set(messages.map(({ id }) => id)).size).toBe(2);
    expect(messages.map(({ unread }) => unread).sort()).toEqual([false, true]);
  });
});

describe('a server that is away', () => {
  it.each(SOAK ? [3, 30, 180] : [3])(
    'for %i s: all lives again within 5 s of its return',
    { timeout: 240_000 },
    async (seconds) => {
      const { threads } = await ada.api.mail.listThreads.query({ folder: 'inbox' });
      await dovecot.kill();
      other.close();
      const back = performance.now() + seconds * 1000;
      // What is done meanwhile waits for it.
      await ada.api.mail.bulkStar.mutate({ ids: threads.map(({ id }) => id) });
      await waitUntil(() => performance.now() > back, { timeoutMs: seconds * 1000 + 5_000, what: 'the outage to end' });
      await dovecot.start();
      const returned = performance.now();
      other = await connectImap(dovecot, USER.user);
      await other.append('INBOX', mailOf('After the outage'), ['\\Seen']);
      await shows('inbox', 'After the outage', { timeoutMs: AGAIN_MS });
      await waitUntil(
        async () => {
          await other.mailboxOpen('INBOX');
          return ((await other.search({ flagged: true })) || []).length === 2;
        },
        { timeoutMs: AGAIN_MS, what: 'the stars to reach the server' },
      );
      await isLive(AGAIN_MS);
      expect(performance.now() - returned).toBeLessThan(AGAIN_MS);
      // It listens again.
      await other.append('INBOX', mailOf('Pushed again'), ['\\Seen']);
      await shows('inbox', 'Pushed again', { timeoutMs: AGAIN_MS - (performance.now() - returned) + AT_ONCE_MS });
    },
  );
});
