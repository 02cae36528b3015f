/**
 * A send that is killed (SIGKILL of the process) in one of its moments: a statement, a command, an answer that is about to
 * arrive. All wires of the process are tapped; what a send says is recorded once, and each thing of it is a point. Test
 * code only.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { startTap, type WireTap, waitUntil } from '@postroom/mail-lab';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, createClient, signUp, testEnv } from './app.fixture.ts';
import { ADA, type SendSite, SITES, type SiteKind } from './kill-send-sites.fixture.ts';

/** What came of a send that was killed. */
export interface Aftermath {
  readonly point: string;
  readonly state: string;
  readonly delivered: number;
  readonly copies: number;
  /** In Sent, as the app lists it. */
  readonly listed: number;
}

export interface KillLab {
  readonly site: SendSite;
  /** All moments of one send, from the call to the last look at the copy in Sent. */
  record(): Promise<string[]>;
  /** Undefined when the moment did not come this time. */
  sendAndDieAt(point: string): Promise<Aftermath | undefined>;
  /** Of every send so far, how often it arrived. */
  deliveries(): Promise<number[]>;
}

/** Statements of others than a send: log-ins, leases, presence, looks, drafts, snoozes, and the test's own questions. */
const OF_OTHERS =
  /: (the result of )?(begin|listen|.*(rate_limit|"session"|"user|presence|lease_owner|connection\b.*where id|connection set state|message_search where|update mailbox|b\.role|delimiter|count\(|min\(|snooze|from operation|html, attachments|o\.connection_id, o\.state|thread_id, s\.))/i;
/** Commands of looks at the account. */
const OF_LOOKS =
  /^imap: (the answer to )?(IDLE|NOOP|LIST|LSUB|STATUS|ID|CAPABILITY|NAMESPACE|ENABLE|LOGIN|AUTHENTICATE|LOGOUT)$/;

const SETTLE_MS = 30_000;
/** Nothing is said for so long: what the account's first look brought with it is through. */
const QUIET_MS = 2_000;

export async function withKillLab(kind: SiteKind, body: (lab: KillLab) => Promise<void>): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const database = await createTestDatabase();
    undo.push(() => database.drop());
    const site = await SITES[kind]();
    undo.push(() => site.stop());
    const lab = await createLab(database, site, undo);
    await body(lab);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function createLab(database: TestDatabase, site: SendSite, undo: (() => Promise<unknown>)[]): Promise<KillLab> {
  const { pool } = database;
  let app: AppProcess | undefined;
  let ada: AppClient | undefined;
  let onMoment: (moment: string) => 'hold' | undefined = () => undefined;
  const subjects: string[] = [];
  const tap = async (kind: 'sql' | 'smtp' | 'imap', port: number): Promise<WireTap> => {
    const started = await startTap({ kind, target: { port }, onMoment: (moment) => onMoment(moment) });
    undo.push(() => started.stop());
    return started;
  };
  const tappedUrl = new URL(database.url);
  const sql = await tap('sql', Number(tappedUrl.port));
  tappedUrl.hostname = sql.host;
  tappedUrl.port = String(sql.port);
  const endpoints = { imap: await tap('imap', site.imapPort), smtp: await tap('smtp', site.smtpPort) };
  undo.push(async () => app?.kill());

  async function start(cookie?: string): Promise<AppClient> {
    await pool.query('update connection set lease_owner = null, lease_until = null');
    await pool.query(`update outbox set lease_until = now() - interval '1 second' where state = 'sending'`);
    app = await startApp({ env: testEnv({ url: tappedUrl.href }) });
    ada = cookie === undefined ? await signUp(app.url) : createClient(app.url, cookie);
    return ada;
  }

  async function begin(): Promise<AppClient> {
    if (ada) return ada;
    const { api } = await start();
    const plain = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
    await api.connections.create.mutate({
      email: ADA.user,
      imap: plain(endpoints.imap.port),
      smtp: plain(endpoints.smtp.port),
      auth: { type: 'password', password: ADA.password },
    });
    await waitUntil(async () => (await api.connections.list.query()).connections[0]?.state === 'live', {
      timeoutMs: SETTLE_MS,
    });
    return ada as unknown as AppClient;
  }

  const letter = () => {
    const subject = `Letter ${subjects.length + 1}`;
    subjects.push(subject);
    return {
      to: [{ email: 'bob@lab.test' }],
      subject,
      message: `<p>${subject}, and only once.</p>`,
      idempotencyKey: subject,
    };
  };

  /** Until nothing of it is to be done any more, or the person is asked. Gives its state. */
  async function settled({ api }: AppClient, id: string, subject: string): Promise<string> {
    return waitUntil(
      async () => {
        const { state } = await api.outbox.get.query({ id });
        if (state === 'uncertain') {
          const isToBeFound = site.filesCopies && (await site.delivered(subject)) > 0;
          return isToBeFound ? false : state;
        }
        // Looks at the copy that are a minute away are made now.
        await pool.query(
          `with hurried as (update outbox set verify_copy_at = now(), submitted_at = submitted_at - interval '61 seconds'
             where sent_copy_filed and verify_copy_at > now() returning connection_id)
           select pg_notify('postroom_work', connection_id::text) from hurried`,
        );
        const { rowCount } = await pool.query(
          'select 1 from outbox where subject = $1 and (not sent_copy_filed or verify_copy_at is not null)',
          [subject],
        );
        // Asked again: it may have come to its end since.
        return rowCount === 0 ? (await api.outbox.get.query({ id })).state : false;
      },
      { timeoutMs: SETTLE_MS, intervalMs: 150, what: `the end of ${subject}` },
    );
  }

  async function aftermath(client: AppClient, point: string, subject: string, state: string): Promise<Aftermath> {
    if (state === 'sent') await waitUntil(async () => (await site.delivered(subject)) > 0, { timeoutMs: SETTLE_MS });
    const listed = async () => {
      const { threads } = await client.api.mail.listThreads.query({ folder: 'sent', max: 500 });
      return threads.filter((thread) => thread.subject === subject).length;
    };
    await waitUntil(async () => (await listed()) === 1, { timeoutMs: SETTLE_MS }).catch(() => undefined);
    return {
      point,
      state,
      delivered: await site.delivered(subject),
      copies: await site.copies(subject),
      listed: await listed(),
    };
  }

  async function quiet(): Promise<void> {
    let lastAt = Date.now();
    onMoment = (moment) => {
      if (!OF_OTHERS.test(moment) && !OF_LOOKS.test(moment)) lastAt = Date.now();
      return undefined;
    };
    await waitUntil(() => Date.now() - lastAt > QUIET_MS, { timeoutMs: SETTLE_MS, what: 'silence on the wires' });
    onMoment = () => undefined;
  }

  /** Counts moments of the same name from now on. */
  function listen(hear: (point: string) => 'hold' | undefined): void {
    const counts = new Map<string, number>();
    onMoment = (moment) => {
      if (OF_OTHERS.test(moment) || OF_LOOKS.test(moment)) return undefined;
      const count = (counts.get(moment) ?? 0) + 1;
      counts.set(moment, count);
      // What is asked again and again while one waits.
      if (count > 2 && moment.startsWith('sql')) return undefined;
      return hear(count === 1 ? moment : `${moment} (${count})`);
    };
  }

  return {
    site,
    async record() {
      const client = await begin();
      await quiet();
      const heard: string[] = [];
      const sent = letter();
      listen((point) => void heard.push(point));
      const { id } = await client.api.mail.send.mutate(sent);
      await settled(client, id, sent.subject);
      onMoment = () => undefined;
      return heard;
    },
    async sendAndDieAt(point) {
      const client = await begin();
      // Each time as if it were the first: nothing is known of the server.
      await pool.query(`update connection set learned = '{}'`);
      const sent = letter();
      const killed = Promise.withResolvers<'killed'>();
      listen((moment) => {
        if (moment !== point) return undefined;
        onMoment = () => undefined;
        void app?.kill().then(() => killed.resolve('killed'));
        return 'hold';
      });
      // The end may come before the answer; then one asks once more with the same key.
      const answer = client.api.mail.send.mutate(sent).catch(() => undefined);
      const ended = answer.then((one) => (one ? settled(client, one.id, sent.subject) : killed.promise));
      // Asking a process that was just killed fails; that it was is the news.
      const first = await Promise.race([killed.promise, ended.catch(() => killed.promise)]);
      onMoment = () => undefined;
      if (first !== 'killed') return undefined;
      const again = await start(client.cookie);
      const { id } = (await answer) ?? (await again.api.mail.send.mutate(sent));
      const outcome = await aftermath(again, point, sent.subject, await settled(again, id, sent.subject));
      // The same call again is the same send.
      const same = await again.api.mail.send.mutate(sent);
      if (same.id !== id) throw new Error(`${point}: asked again, it is another message`);
      return outcome;
    },
    deliveries: () => Promise.all(subjects.map((subject) => site.delivered(subject))),
  };
}
