/**
 * A mail server that does not stop when a body, a file or a source is read: literals of 10 GB, and ranges that are filled
 * however far one asks. Each question is answered within five seconds by what went wrong, no file comes whole that is not,
 * the process gives the memory back, and another user's lists go on meanwhile. In `npm run soak` with the bound on lists.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type CommandContext, message, type Reaction, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, signUp, testEnv } from './app.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';
import {
  ANSWERED_WITHIN_MS,
  GIVEN_BACK_WITHIN_MS,
  LISTED_WITHIN_MS,
  listAgainAndAgain,
  MAX_LEFT_MEGABYTES,
  residentMegabytes,
} from './under-load.fixture.ts';

const SOAK = process.env.SOAK === '1';
const TIMES = SOAK ? 10 : 2;
const PIECE = 'A'.repeat(64 * 1024);
const SECTION = /BODY\.PEEK\[([\w.]*)\](?:<(\d+)\.(\d+)>)?/i;

/** Of a body, not of the header fields that a look asks for. */
function sectionOf({ name, line }: CommandContext): { section: string; start: number; length: number } | undefined {
  if (name !== 'UID FETCH' || /HEADER\.FIELDS/i.test(line)) return undefined;
  const [, section = '', start, length = '1'] = SECTION.exec(line) ?? [];
  return start === undefined ? undefined : { section, start: Number(start), length: Number(length) };
}

const uidOf = ({ line }: CommandContext) => /UID FETCH (\d+)/i.exec(line)?.[1] ?? '1';

type Lie = (context: CommandContext) => Reaction | undefined;

/** Says that 10 GB follow, and begins to send them. */
const tenGigabytes: Lie = (context) => {
  const asked = sectionOf(context);
  if (!asked) return undefined;
  const answer = `* 1 FETCH (UID ${uidOf(context)} BODY[${asked.section}]<${asked.start}> {10737418240}`;
  return { before: [answer], endless: PIECE };
};

/** Fills every range that is asked for. */
const everyRange: Lie = (context) => {
  const asked = sectionOf(context);
  if (!asked) return undefined;
  const octets = 'QUJD'.repeat(asked.length / 4);
  const answer = `* 1 FETCH (UID ${uidOf(context)} BODY[${asked.section}]<${asked.start}> {${octets.length}}\r\n${octets})`;
  return { answer: [answer, '{tag} OK Done'] };
};

let database: TestDatabase;
let app: AppProcess;
let honest: MemoryMailServers;
let liar: MemoryMailServers;
let ada: AppClient;
let mallory: AppClient;
/** By subject: conversation and message. */
const ids = new Map<string, { thread: string; message: string }>();

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startApp({ env: testEnv(database) });
  honest = await startMemoryMail('ada@lab.test');
  liar = await startMemoryMail('mallory@lab.test');
  for (let n = 0; n < 50; n += 1) honest.imap.mailbox('INBOX').append(message({ subject: `Letter ${n}` }));
  const file = Buffer.from('file '.repeat(40_000));
  const files = [{ filename: 'file.bin', type: 'application/octet-stream', content: file }];
  for (const at of Array(TIMES).keys()) {
    liar.imap.mailbox('INBOX').append(message({ subject: `Small ${at}`, text: 'Hello' }));
    const text = 'many words '.repeat(20_000);
    liar.imap.mailbox('INBOX').append(message({ subject: `Large ${at}`, text, attachments: files }));
  }
  ada = await signUp(app.url, 'ada@lab.test');
  mallory = await signUp(app.url, 'mallory@lab.test');
  await Promise.all([connectMemoryMail(ada, honest), connectMemoryMail(mallory, liar)]);
  const { threads } = await mallory.api.mail.listThreads.query({ max: 500 });
  for (const { id, subject } of threads) {
    // A message's id, without reading its body.
    const { rows } = await database.pool.query('select connection_id, id from message where subject = $1', [subject]);
    ids.set(subject, { thread: id, message: `m${rows[0].connection_id}-${rows[0].id}` });
  }
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([honest?.stop(), liar?.stop()]);
  await database?.drop();
});

/** What became of a download: its status, or that it broke off, and how many octets came. */
async function download(path: string, headers: Record<string, string> = {}): Promise<string> {
  let octets = 0;
  try {
    const response = await mallory.fetch(path, { headers });
    if (response.status >= 300) {
      const { error } = (await response.json()) as { error: { data: { mail: { code: string } } } };
      return `${response.status} ${error.data.mail.code}`;
    }
    for await (const piece of response.body ?? []) octets += piece.length;
  } catch {
    return octets < 10 * 1024 * 1024 ? 'broke off' : `broke off after ${octets}`;
  }
  return `came whole, ${octets}`;
}

/** Goes away as soon as there is an answer. */
async function leave(path: string): Promise<string> {
  const gone = new AbortController();
  const response = await mallory.fetch(path, { signal: gone.signal });
  gone.abort();
  return `left at ${response.status}`;
}

async function opened(thread: string): Promise<string> {
  const { messages } = await mallory.api.mail.get.query({ id: thread });
  const [one] = messages;
  return one?.bodyError ? `${one.bodyError.code}, ${one.bodyError.retryable ? 'for now' : 'for good'}` : 'shown';
}

const of = (subject: string) => ids.get(subject) ?? { thread: '', message: '' };

/** Asks for everything of Mallory's; gives how each was answered, and adds what took too long. */
async function askAll(): Promise<Record<string, readonly string[]>> {
  const answers: Record<string, Set<string>> = {};
  const ask = async (what: string, work: () => Promise<string>) => {
    const from = performance.now();
    const answer = await work();
    const tookMs = performance.now() - from;
    answers[what] ??= new Set();
    answers[what].add(tookMs < ANSWERED_WITHIN_MS ? answer : `${answer}, after ${Math.round(tookMs)} ms`);
  };
  for (const at of Array(TIMES).keys()) {
    await ask('a small message', () => opened(of(`Small ${at}`).thread));
    await ask('a large message', () => opened(of(`Large ${at}`).thread));
    await ask('a file', () => download(`/api/messages/${of(`Large ${at}`).message}/attachments/2`));
    const large = `/api/messages/${of(`Large ${at}`).message}`;
    await ask('a range of a file', () => download(`${large}/attachments/2`, { Range: 'bytes=10-19' }));
    await ask('all files', () => download(`${large}/attachments.zip`));
    await ask('a file that nobody waits for', () => leave(`${large}/attachments/2`));
    await ask('a source', () => download(`/api/messages/${of(`Large ${at}`).message}/raw`));
  }
  return Object.fromEntries(Object.entries(answers).map(([what, said]) => [what, [...said]]));
}

const isHere = process.platform === 'linux';

describe.skipIf(!isHere)('a mail server that does not stop', () => {
  it.each([
    {
      lie: 'literals of 10 GB',
      hook: tenGigabytes,
      expected: {
        'a small message': ['SERVER_UNAVAILABLE, for now'],
        'a large message': ['SERVER_UNAVAILABLE, for now'],
        'a file': ['503 SERVER_UNAVAILABLE'],
        'a range of a file': ['503 SERVER_UNAVAILABLE'],
        'all files': ['503 SERVER_UNAVAILABLE'],
        'a file that nobody waits for': ['left at 503'],
        'a source': ['503 SERVER_UNAVAILABLE'],
      },
    },
    {
      lie: 'ranges without end',
      hook: everyRange,
      expected: {
        'a small message': ['shown'],
        'a large message': ['shown'],
        'a file': ['broke off'],
        'a range of a file': ['503 SERVER_UNAVAILABLE'],
        'all files': ['broke off'],
        'a file that nobody waits for': ['left at 200'],
        'a source': ['broke off'],
      },
    },
  ])('but sends $lie', { timeout: 600_000 }, async ({ hook, expected }) => {
    const before = residentMegabytes(app.pid);
    const lists = listAgainAndAgain(ada);
    liar.imap.onCommand(hook);
    const answers = await askAll();
    const { count, p95 } = await lists.stop();
    expect(answers).toEqual(expected);
    await waitUntil(() => residentMegabytes(app.pid) < before + MAX_LEFT_MEGABYTES, {
      timeoutMs: GIVEN_BACK_WITHIN_MS,
      what: 'the memory',
    });
    expect(count).toBeGreaterThan(5);
    if (SOAK) expect(p95).toBeLessThanOrEqual(LISTED_WITHIN_MS);
  });

  it('and is honest again: all can be read, at once', async () => {
    liar.imap.onCommand(undefined);
    expect(await download(`/api/messages/${of('Large 0').message}/attachments/2`)).toBe('came whole, 200000');
    await waitUntil(async () => (await opened(of('Small 0').thread)) === 'shown', {
      what: 'the text',
      timeoutMs: 20_000,
    });
  });
});
