/**
 * What has a time happens at that time, once: undo of a send, send later, snooze and reminders, by processes of their own.
 * One serves the web, two work on one database; they are stopped, killed and started in between, and live in other time
 * zones. Dangers: a timer that only the process knew of, two that both fire, a time that is another one after a restart.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemoryImap, type MemorySmtp, startMemoryImap, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, signUp, testEnv } from './app.fixture.ts';
import { mail } from './engine/sync/account.fixture.ts';

/** What the issue promises. */
const LATE_AT_MOST_MS = 5_000;
const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };
const SCENES = ['in time', 'handed over', 'taken over', 'overslept'] as const;
type Scene = (typeof SCENES)[number];

let database: TestDatabase;
let imap: MemoryImap;
let smtp: MemorySmtp;
let ada: AppClient;
const processes = new Set<AppProcess>();
/** When each message was handed in, by its subject. */
const sentAt = new Map<string, number[]>();

async function start(role: 'web' | 'worker', zone: string): Promise<AppProcess> {
  const started = await startApp({ env: { ...testEnv(database), ROLE: role, TZ: zone } });
  processes.add(started);
  return started;
}
const startWorker = (zone = 'Europe/Berlin') => start('worker', zone);
const end = async (one: AppProcess, how: 'stop' | 'kill') => {
  await one[how]();
  processes.delete(one);
};
const hasLease = () =>
  waitUntil(
    async () => (await database.pool.query('select 1 from connection where lease_until > now()')).rowCount === 1,
  );

beforeAll(async () => {
  database = await createTestDatabase();
  imap = await startMemoryImap({ users: [ADA] });
  smtp = await startMemorySmtp({ users: [ADA], tls: 'none' });
  smtp.set({
    onMessage: ({ raw }) => {
      const subject = /^Subject: (.*)$/m.exec(raw.toString())?.[1]?.trim() ?? '';
      sentAt.set(subject, [...(sentAt.get(subject) ?? []), Date.now()]);
      return undefined;
    },
  });
  for (const scene of SCENES) {
    for (const what of ['Snoozed', 'Unanswered']) {
      const subject = `${what} ${scene}`;
      imap
        .mailbox('INBOX')
        .append(mail(subject), { flags: ['\\Seen'], internalDate: new Date('2026-05-01T10:00:00Z') });
    }
  }
  imap.mailbox('INBOX').append(mail('Answered'));
  const web = await start('web', 'America/New_York');
  ada = await signUp(web.url);
  await ada.api.settings.save.mutate({ undoSendSeconds: 5 });
}, 60_000);
afterAll(async () => {
  await Promise.all([...processes].map((one) => one.kill()));
  await Promise.all([imap?.stop(), smtp?.stop()]);
  await database?.drop();
});

const threadOf = (subject: string) =>
  waitUntil(
    async () =>
      (await ada.api.mail.listThreads.query({ folder: 'all' })).threads.find((one) => one.subject === subject)?.id,
    { what: `“${subject}” to be listed` },
  );

/** One of each for that time, asked for by the web process alone. Gives the held message, which goes after 5 s. */
async function plan(scene: Scene, at: Date): Promise<string> {
  const until = at.toISOString();
  const letter = { to: [{ email: 'bob@lab.test' }], message: '<p>Hello</p>' };
  await ada.api.mail.snooze.mutate({ ids: [await threadOf(`Snoozed ${scene}`)], until });
  await ada.api.mail.remind.mutate({ ids: [await threadOf(`Unanswered ${scene}`)], at: until });
  await ada.api.mail.send.mutate({ ...letter, subject: `Later ${scene}`, sendAt: until });
  const { id } = await ada.api.mail.send.mutate({ ...letter, subject: `Held ${scene}` });
  return id;
}

interface Happened {
  readonly by: string;
  readonly times: number;
  /** Milliseconds after the time that was asked for. */
  readonly late: number;
}

/** What the conversation came back by, how often, and how late. */
async function surfaced(subject: string, at: Date): Promise<Happened> {
  const found = await database.pool.query<{ by: string; at: Date; times: number }>(
    `select t.surfaced_by as by, t.surfaced_at as at, (
       select count(*)::int from operation o cross join jsonb_array_elements(o.payload -> 'after') x
       where o.kind = 'waiting' and (x ->> 'threadId')::bigint = t.id and x ->> 'surfaced' is not null) as times
     from thread t where t.subject = $1 and t.surfaced_at is not null`,
    [subject],
  );
  const [one] = found.rows;
  if (!one) throw new Error(`“${subject}” has not come back`);
  return { by: one.by, times: one.times, late: one.at.getTime() - at.getTime() };
}

function sent(subject: string, at: Date): Happened {
  const times = sentAt.get(subject) ?? [];
  return { by: 'send', times: times.length, late: (times[0] ?? Number.POSITIVE_INFINITY) - at.getTime() };
}

function expectInTime(subject: string, { by, times, late }: Happened, expected: string): void {
  expect({ by, times }, subject).toEqual({ by: expected, times: 1 });
  expect(late, `${subject}: how late`).toBeLessThanOrEqual(LATE_AT_MOST_MS);
}

/** All of it happened, once, neither before its time nor later than promised after `possible`. */
async function expectOnce(scene: Scene, at: Date, possible = at): Promise<void> {
  await waitUntil(
    async () => {
      await surfaced(`Snoozed ${scene}`, at);
      await surfaced(`Unanswered ${scene}`, at);
      return sentAt.has(`Later ${scene}`);
    },
    { timeoutMs: 30_000, what: `all of “${scene}” to happen` },
  );
  const from = { snooze: `Snoozed ${scene}`, reminder: `Unanswered ${scene}` };
  for (const [by, subject] of Object.entries(from)) {
    const early = await surfaced(subject, at);
    expect(early.late, `${subject}: not before its time`).toBeGreaterThanOrEqual(0);
    expectInTime(subject, await surfaced(subject, possible), by);
  }
  expect(sent(`Later ${scene}`, at).late).toBeGreaterThanOrEqual(0);
  expectInTime(`Later ${scene}`, sent(`Later ${scene}`, possible), 'send');
  // On the server too, once, and unread.
  await waitUntil(() => inboxHas(`Snoozed ${scene}`).length === 1, { what: 'it to be in the inbox of the server' });
  expect(inboxHas(`Snoozed ${scene}`)).toEqual([{ isSeen: false }]);
}

const inboxHas = (subject: string) =>
  imap
    .mailbox('INBOX')
    .messages.filter(({ raw }) => raw.toString().includes(`Subject: ${subject}\r\n`))
    .map(({ flags }) => ({ isSeen: flags.has('\\Seen') }));

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);

let first: AppProcess;
let second: AppProcess;

it('what the web process writes down is done in time by the worker that has the account, and undo ends a send', {
  timeout: 60_000,
}, async () => {
  first = await startWorker('Asia/Tokyo');
  await ada.api.connections.create.mutate({
    email: ADA.user,
    imap: { host: '127.0.0.1', port: imap.port, security: 'none' },
    smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
    auth: { type: 'password', password: ADA.password },
  });
  await waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live');
  second = await startWorker();
  const at = inSeconds(2);
  const held = await plan('in time', at);
  const { draftId } = await ada.api.outbox.cancel.mutate({ id: held });
  expect((await ada.api.drafts.get.query({ id: draftId ?? '' })).subject).toBe('Held in time');
  await expectOnce('in time', at);
});

it('stopped just before, the worker hands over to the other one in time', { timeout: 60_000 }, async () => {
  await hasLease();
  const at = inSeconds(3);
  await plan('handed over', at);
  await end(first, 'stop');
  await expectOnce('handed over', at);
});

it('killed, it is taken over once its claim has run out', { timeout: 60_000 }, async () => {
  await hasLease();
  const at = inSeconds(1);
  await plan('taken over', at);
  await end(second, 'kill');
  first = await startWorker('Pacific/Auckland');
  // Its 25 seconds are over, which the others look for every five.
  await database.pool.query('update connection set lease_until = now()');
  await expectOnce('taken over', at, inSeconds(5));
});

it('what came due while nothing ran is done by two that start at once, once', { timeout: 60_000 }, async () => {
  await hasLease();
  const at = inSeconds(2);
  await plan('overslept', at);
  await ada.api.mail.remind.mutate({ ids: [await threadOf('Answered')], at: at.toISOString() });
  await end(first, 'stop');
  // An answer that no process has seen when the reminder is due.
  imap
    .mailbox('INBOX')
    .append(mail('Re: Answered', { inReplyTo: '<answered@lab.test>' }), { internalDate: new Date() });
  await waitUntil(() => Date.now() > at.getTime() + 1000);
  [first, second] = await Promise.all([startWorker('Asia/Tokyo'), startWorker()]);
  await expectOnce('overslept', at, new Date());
});

it('nothing of it happens again, and what was held went out but for what was taken back', {
  timeout: 60_000,
}, async () => {
  await waitUntil(() => sentAt.has('Held overslept'), { what: 'the last held message' });
  await Promise.all([end(first, 'stop'), end(second, 'stop')]);
  await startWorker();
  await waitUntil(async () => {
    const open = await database.pool.query(`select 1 from operation where state in ('pending', 'running')`);
    const unfiled = await database.pool.query('select 1 from outbox where not sent_copy_filed');
    return open.rowCount === 0 && unfiled.rowCount === 0;
  });
  expect(Object.fromEntries([...sentAt].map(([subject, times]) => [subject, times.length]))).toEqual(
    Object.fromEntries(
      SCENES.flatMap((scene) => [[`Later ${scene}`, 1], ...(scene === 'in time' ? [] : [[`Held ${scene}`, 1]])]),
    ),
  );
  for (const scene of SCENES) {
    expect((await surfaced(`Snoozed ${scene}`, new Date())).times).toBe(1);
    expect((await surfaced(`Unanswered ${scene}`, new Date())).times).toBe(1);
  }
  expect((await database.pool.query('select 1 from reminder')).rowCount).toBe(0);
  await expect(surfaced('Answered', new Date())).rejects.toThrow('has not come back');
});
