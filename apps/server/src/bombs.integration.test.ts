/**
 * Resource bombs in one user's mailbox on a real Dovecot, opened one after the other: each is answered within five seconds
 * by its text, its beginning or a plain refusal; the process gives the memory back; and another user's lists go on
 * meanwhile. In `npm run soak` at their full size, with the bound on lists.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import {
  bulkMailbox,
  type DovecotServer,
  type MailboxItem,
  type MemorySmtp,
  startDovecot,
  startMemorySmtp,
  waitUntil,
  writeMaildir,
} from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, signUp, testEnv } from './app.fixture.ts';
import {
  ANSWERED_WITHIN_MS,
  GIVEN_BACK_WITHIN_MS,
  LISTED_WITHIN_MS,
  listAgainAndAgain,
  MAX_LEFT_MEGABYTES,
  residentMegabytes,
} from './under-load.fixture.ts';

const SOAK = process.env.SOAK === '1';
const MINUTES = 60_000;
const MEGABYTE = 1024 * 1024;
const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };
/** By its text, or its beginning. */
const SHOWN = ['whole', 'cut'];
const MALLORY = { user: 'mallory@lab.test', password: 'not-a-secret-mallory' };
/** By how much less than its full size a bomb is in `npm test`. */
const SHARE = SOAK ? 1 : 1 / 10;

let database: TestDatabase;
let dovecot: DovecotServer;
let smtp: MemorySmtp;
let app: AppProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  dovecot = await startDovecot({ users: [ADA, MALLORY] });
  smtp = await startMemorySmtp({ users: [ADA, MALLORY], tls: 'none' });
  app = await startApp({ env: testEnv(database) });
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([dovecot?.stop(), smtp?.stop()]);
  await database?.drop();
});

const times = (text: string, count: number) => text.repeat(Math.ceil(count * SHARE));
const html = (body: string) => `Content-Type: text/html\r\n\r\n${body}`;
const nested = Array.from(
  { length: 10_000 * SHARE },
  (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
).join('');

/** By subject. */
const BOMBS: Readonly<Record<string, string>> = {
  'parts in one another': nested,
  'a million parts': `Content-Type: multipart/mixed; boundary=b\r\n\r\n${times('--b\r\n\r\na\r\n', 1_000_000)}--b--`,
  'a long header': `${times('X-Long: y\r\n', 100_000)}\r\nText`,
  'one long field': `X-Long: ${times('yyyyyyy', 150_000)}\r\n\r\nText`,
  'a large encoded-word': `Comments: =?utf-8?Q?${times('=41', 17 * MEGABYTE)}?=\r\n\r\nText`,
  'one line of HTML': html(times('<p>a</p>', 25 * MEGABYTE)),
  'open brackets': html(times('<', 20 * MEGABYTE)),
  'elements in one another': html(times('<div>', 4 * MEGABYTE)),
  'tables in one another': html(times('<table><tr><td>', MEGABYTE)),
  'a large style sheet': html(`<style>${times('p{background:url(https://evil.test/a)}', 100_000)}</style>`),
  'pictures without end': html(times('<img src="https://evil.test/a.png?', 300_000)),
  'text like links': `\r\n${times('http://a@www.', MEGABYTE)}`,
  'encrypted, and large': `Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n${times(`${'A'.repeat(76)}\r\n`, 1_200_000)}`,
};

function* bombs(): Generator<MailboxItem> {
  for (const [subject, rest] of Object.entries(BOMBS)) {
    const raw = Buffer.from(`From: mallory@evil.test\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n${rest}\r\n`);
    yield { mailbox: 'INBOX', flags: ['\\Seen'], internalDate: new Date('2026-01-05T09:00:00Z'), raw };
  }
}

async function connect({ user, password }: typeof ADA, messages: number): Promise<AppClient> {
  const client = await signUp(app.url, user);
  await database.pool.query('delete from rate_limit');
  const plain = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  await client.api.connections.create.mutate({
    email: user,
    imap: plain(dovecot.imapPort),
    smtp: plain(smtp.port),
    auth: { type: 'password', password },
  });
  await waitUntil(
    async () => {
      const [one] = (await client.api.connections.list.query()).connections;
      return one?.state === 'live' && one.progress.synced === messages;
    },
    { timeoutMs: 3 * MINUTES, intervalMs: 200, what: `${messages} messages of ${user}` },
  );
  return client;
}

const isHere = process.platform === 'linux';

it.skipIf(!isHere)(
  'one user’s bombs are answered, and cost the others nothing',
  { timeout: 15 * MINUTES },
  async () => {
    await writeMaildir(dovecot, ADA.user, bulkMailbox(200));
    const ada = await connect(ADA, 200);
    await writeMaildir(dovecot, MALLORY.user, bombs());
    const mallory = await connect(MALLORY, Object.keys(BOMBS).length);
    const before = residentMegabytes(app.pid);
    const { threads } = await mallory.api.mail.listThreads.query({ max: 50 });
    const lists = listAgainAndAgain(ada);
    const answers: Record<string, string> = {};
    for (const { id, subject } of threads) {
      const from = performance.now();
      const { messages } = await mallory.api.mail.get.query({ id });
      const tookMs = performance.now() - from;
      const [one] = messages;
      const state = one?.bodyError?.code ?? (one?.isTruncated ? 'cut' : 'whole');
      answers[subject] = tookMs < ANSWERED_WITHIN_MS ? state : `${state}, after ${Math.round(tookMs)} ms`;
    }
    const { p95 } = await lists.stop();
    expect(Object.keys(answers).sort()).toEqual(Object.keys(BOMBS).sort());
    for (const [subject, state] of Object.entries(answers)) {
      expect(subject.endsWith('in one another') ? SHOWN : [...SHOWN, 'MESSAGE_TOO_LARGE'], subject).toContain(state);
    }
    await waitUntil(() => residentMegabytes(app.pid) < before + MAX_LEFT_MEGABYTES, {
      timeoutMs: GIVEN_BACK_WITHIN_MS,
      what: 'the memory',
    });
    if (SOAK) expect(p95).toBeLessThanOrEqual(LISTED_WITHIN_MS);
  },
);
