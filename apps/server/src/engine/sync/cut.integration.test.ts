/**
 * One session with everything in it, cut off at a byte of what the server says or of what we say: the next attempt goes on
 * and ends exact, nothing hangs, nothing is lost, and nothing is done twice that the server can do once. `npm test` tries
 * a sample that is always the same, `npm run soak` every byte.
 */
import type { ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { createRandom, type FaultProxy, startProxy, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { runOperations } from '../operations/remote.ts';
import { createLook, mail } from './account.fixture.ts';
import { BARE, type LyingAccount, QRESYNC, withLiar } from './lying-server.fixture.ts';
import { openAccount, startWorker } from './worker.fixture.ts';

const SOAK = process.env.SOAK === '1';
const HANGS_MS = 30_000;
const AT_ONCE = 6;
const SAMPLE = 24;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

type Fault = 'cutAfterToClient' | 'cutAfterToServer';

interface Story {
  readonly name: string;
  readonly capabilities: readonly string[];
  /** What happened before the session. */
  readonly before: (account: LyingAccount) => Promise<void>;
  /** Whether a message that we move may be there twice after a cut: without MOVE the server cannot do it as one. */
  readonly mayDouble?: true;
}

async function threads({ connectionId }: LyingAccount, subject: string): Promise<ThreadId[]> {
  const found = await rows<{ thread_id: ThreadId }>(
    database.pool,
    'select thread_id from message where connection_id = $1 and subject = $2',
    [connectionId, subject],
  );
  return found.map(({ thread_id }) => thread_id);
}

/** Another client adds, flags, deletes and moves; the user reads, stars and archives. */
async function muchHappened(account: LyingAccount): Promise<void> {
  const { imap, connectionId } = account;
  account.fill(5);
  account.fill(2, 'Archive', 20);
  await account.look();
  const inbox = imap.mailbox('INBOX');
  inbox.append(mail('New'), { flags: ['\\Flagged'] });
  inbox.setFlags(1, ['\\Answered']);
  inbox.expunge(2);
  const moved = inbox.find(3);
  if (moved) imap.mailbox('Trash').append(moved.raw);
  inbox.expunge(3);
  const actions = createActions(database);
  await actions.markAsRead(connectionId, await threads(account, 'Message 1'));
  await actions.archive(connectionId, await threads(account, 'Message 4'));
  await actions.star(connectionId, await threads(account, 'Message 20'));
}

const STORIES: readonly Story[] = [
  {
    name: 'a first look',
    capabilities: QRESYNC,
    async before(account) {
      account.fill(4);
      account.fill(2, 'Archive', 20);
    },
  },
  { name: 'changes with QRESYNC', capabilities: QRESYNC, before: muchHappened },
  { name: 'changes without it', capabilities: BARE, before: muchHappened, mayDouble: true },
];

/** What a worker's two loops do, one after the other, over one session. */
async function session(account: LyingAccount, port: number, look: ReturnType<typeof createLook>): Promise<void> {
  const live = await account.connect({}, port);
  await runOperations(database.pool, account.connectionId, live, new AbortController().signal);
  await look(live);
  await live.logout();
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), HANGS_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The story once, cut at that byte of its first connection; how many bytes went each way when it is not cut. */
async function tell(story: Story, fault: Fault | null, at: number): Promise<{ toClient: number; toServer: number }> {
  let totals = { toClient: 0, toServer: 0 };
  await withLiar(database, { capabilities: story.capabilities }, async (account) => {
    const proxy = await startProxy({ target: { port: account.imap.port } });
    try {
      await story.before(account);
      const before = await account.messages();
      const look = createLook(database, account.connectionId);
      if (fault) proxy.set({ [fault]: at });
      const outcome = await inTime(session(account, proxy.port, look).catch((error: unknown) => error));
      if (outcome !== undefined) expect(outcome).toMatchObject({ name: 'MailError', retryable: true });
      totals = proxy.connections[0] ?? totals;
      proxy.heal();
      await inTime(session(account, proxy.port, look));
      await expectExact(account, story, before);
    } finally {
      await proxy.stop();
    }
  });
  return totals;
}

async function expectExact(account: LyingAccount, story: Story, before: { id: number }[]): Promise<void> {
  const server = account.onServer();
  expect(await account.index()).toEqual(server);
  const open = await rows(database.pool, `select id from operation where connection_id = $1 and state <> 'done'`, [
    account.connectionId,
  ]);
  expect(open).toEqual([]);
  const ids = server.map((line) => line.split(' ')[2]);
  if (!story.mayDouble) expect(new Set(ids).size).toBe(ids.length);
  // What the server still has is the message that it was.
  const after = new Set((await account.messages()).map(({ id }) => id));
  const lost = before.filter(({ id }) => !after.has(id));
  expect(lost.length).toBeLessThanOrEqual(before.length === 0 ? 0 : 1);
}

function offsets(total: number, seed: number): number[] {
  if (SOAK) return Array.from({ length: total }, (_, at) => at);
  const random = createRandom(seed);
  const picked = Array.from({ length: SAMPLE }, () => Math.floor(random.next() * total));
  return [...new Set([0, 1, total - 1, ...picked])];
}

async function tellAll(story: Story, fault: Fault, points: readonly number[]): Promise<void> {
  const left = [...points];
  const teller = async () => {
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      await tell(story, fault, at).catch((cause: unknown) => {
        throw new Error(`cut at byte ${at}`, { cause });
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, teller));
}

describe.each(STORIES)('$name, cut off', (story) => {
  it.each([
    { what: 'what the server says', fault: 'cutAfterToClient', side: 'toClient', seed: 1 },
    { what: 'what we say', fault: 'cutAfterToServer', side: 'toServer', seed: 2 },
  ] as const)(
    'at any byte of $what is gone on with, and ends exact',
    { timeout: SOAK ? 3_600_000 : 60_000 },
    async ({ fault, side, seed }) => {
      const total = (await tell(story, null, 0))[side];
      expect(total).toBeGreaterThan(300);
      await tellAll(story, fault, offsets(total, seed));
    },
  );
});

describe('a worker', () => {
  const QUICK = { lookEveryMs: 100, backOff: { firstMs: 10, maxMs: 10, unreachableMaxMs: 10, leastMs: 10 } };

  it('whose connections are cut off over and over, each at another byte, is exact when the network is well again', () =>
    withLiar(database, { capabilities: [...QRESYNC, 'IDLE'] }, async (account) => {
      const proxy: FaultProxy = await startProxy({ target: { port: account.imap.port } });
      const dial = () => account.connect({}, proxy.port);
      account.fill(5);
      const worker = startWorker(database, openAccount(account.connectionId), { dial, pace: QUICK });
      try {
        const random = createRandom(3);
        for (let n = 0; n < (SOAK ? 500 : 12); n += 1) {
          const opened = proxy.connections.length;
          proxy.set({ cutAfterToClient: 50 + Math.floor(random.next() * 4000) });
          proxy.cutAll();
          account.imap.mailbox('INBOX').append(mail(`Meanwhile ${n}`));
          await waitUntil(() => proxy.connections.slice(opened).some(({ open }) => !open), { timeoutMs: HANGS_MS });
        }
        proxy.heal();
        await waitUntil(async () => JSON.stringify(await account.index()) === JSON.stringify(account.onServer()), {
          timeoutMs: HANGS_MS,
        });
        expect(worker.failures.map(({ code }) => code)).not.toContain('INTERNAL');
      } finally {
        await worker.stop();
        await proxy.stop();
      }
    }));
});
