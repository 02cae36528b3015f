/**
 * The whole app with one account on each kind of server that the driver must hold on: a real Dovecot with all it can do,
 * the same saying it can do nothing beyond IMAP4rev1, and the in-memory server as a modest one with push and as one
 * that keeps no keyword, tells no new UIDs and never speaks first. Test code only.
 */
import {
  connectImap,
  type MemorySmtp,
  message,
  startDovecot,
  startMemoryImap,
  startMemorySmtp,
  waitUntil,
} from '@postroom/mail-lab';
import { afterAll, beforeAll, describe } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';

/** A change of ours is on the server within so long, one of another client on the screen where the server pushes. */
export const OURS_MS = 2_000;
export const THEIRS_MS = 3_000;
/** Where it does not: a look at everything (LOOK_EVERY_MS) and the time that one takes. The contract allows 65 s. */
export const WITHOUT_PUSH_MS = 65_000;

const USER = { user: 'ada@lab.test', password: 'fake-password' };

interface RunningImap {
  readonly imapPort: number;
  readonly users: (typeof USER)[];
  stop(): Promise<void>;
}

export interface ServerKind {
  readonly name: string;
  /** Whether it tells of changes in the inbox by itself. */
  readonly pushes: boolean;
  /** Whether it does so for every mailbox (NOTIFY). */
  readonly pushesElsewhere: boolean;
  readonly keepsKeywords: boolean;
  start(): Promise<RunningImap>;
}

export const SERVER_KINDS: readonly ServerKind[] = [
  {
    name: 'Dovecot with all its capabilities',
    pushes: true,
    pushesElsewhere: true,
    keepsKeywords: true,
    start: () => startDovecot({ users: [USER] }),
  },
  {
    name: 'Dovecot with IMAP4rev1 alone',
    pushes: false,
    pushesElsewhere: false,
    keepsKeywords: true,
    start: () => startDovecot({ users: [USER], capabilities: ['IMAP4rev1'] }),
  },
  {
    name: 'in memory, with IDLE and UIDPLUS',
    pushes: true,
    pushesElsewhere: false,
    keepsKeywords: true,
    start: () =>
      startMemory(['IMAP4rev1', 'SASL-IR', 'AUTH=PLAIN', 'ID', 'NAMESPACE', 'IDLE', 'UIDPLUS', 'SPECIAL-USE']),
  },
  {
    name: 'in memory, IMAP4rev1 without keywords',
    pushes: false,
    pushesElsewhere: false,
    keepsKeywords: false,
    start: () => startMemory(['IMAP4rev1'], ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']),
  },
];

async function startMemory(capabilities: readonly string[], permanentFlags?: string[]): Promise<RunningImap> {
  const imap = await startMemoryImap({ capabilities, users: [USER] });
  if (permanentFlags) for (const mailbox of imap.store.mailboxes.values()) mailbox.permanentFlags = permanentFlags;
  return { imapPort: imap.port, users: [USER], stop: imap.stop };
}

/** A message that lies there before the account is connected; INBOX and no flags unless told. */
export interface SeedMail {
  readonly subject: string;
  readonly path?: string;
  readonly flags?: string[];
  readonly raw?: Buffer;
  readonly receivedAt?: Date;
}

/** A message as another client sees it. */
export interface SeenMail {
  readonly uid: number;
  readonly subject: string;
  /** Sorted; without `\Recent`. */
  readonly flags: readonly string[];
}

type OtherClient = Awaited<ReturnType<typeof connectImap>>;

export interface ConnectedAccount extends Pick<AppClient, 'api' | 'fetch'> {
  readonly connectionId: string;
  readonly smtp: MemorySmtp;
  readonly other: OtherClient;
  /** The id of the conversation of that subject; waits for it. */
  thread(subject: string, folder?: string): Promise<string>;
  /** Subjects of a folder's list. */
  subjects(folder: string): Promise<string[]>;
  /** What another client sees there; the mailbox is selected afterwards. */
  on(path: string): Promise<SeenMail[]>;
  /** Flags of the only message of that subject there; undefined when it is not there. */
  flags(path: string, subject: string): Promise<readonly string[] | undefined>;
  /** UID, for another client to do something to it. The mailbox is selected. */
  uid(path: string, subject: string): Promise<string>;
}

/** Runs the body's tests on every kind of server, against one app; `atOnce` for those that mostly wait. */
export function onEveryServer(
  seed: readonly SeedMail[],
  body: (account: () => ConnectedAccount, kind: ServerKind) => void,
  { atOnce = false } = {},
): void {
  let app: TestApp | undefined;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app?.stop());

  (atOnce ? describe.concurrent : describe).each(SERVER_KINDS)('$name', (kind) => {
    let account: (ConnectedAccount & { stop(): Promise<void> }) | undefined;
    beforeAll(async () => {
      account = await connectAccount(app as TestApp, kind, seed);
    });
    afterAll(() => account?.stop());
    body(() => account as ConnectedAccount, kind);
  });
}

/** A message of Bob's, the same bytes for the same subject. */
export const mailOf = (subject: string, more: Parameters<typeof message>[0] = {}): Buffer =>
  message({
    from: 'Bob <bob@lab.test>',
    to: USER.user,
    subject,
    text: `About ${subject}.`,
    messageId: messageIdOf(subject),
    date: new Date('2026-05-01T10:00:00Z'),
    ...more,
  });

export const messageIdOf = (subject: string): string =>
  `<${subject.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}@lab.test>`;

async function connectAccount(app: TestApp, kind: ServerKind, seed: readonly SeedMail[]) {
  const [imap, smtp] = await Promise.all([kind.start(), startMemorySmtp({ users: [USER], tls: 'none' })]);
  const other = await connectImap(imap, USER.user);
  for (const { subject, path = 'INBOX', flags = [], raw = mailOf(subject), receivedAt } of seed) {
    if (!(await other.status(path, { messages: true }).catch(() => false))) await other.mailboxCreate(path);
    await other.append(path, raw, flags, receivedAt ?? new Date('2026-05-01T10:00:00Z'));
  }
  const { api, fetch } = await app.signUp();
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  const { id: connectionId } = await api.connections.create.mutate({
    email: USER.user,
    name: 'Ada Lund',
    imap: endpoint(imap.imapPort),
    smtp: endpoint(smtp.port),
    auth: { type: 'password', password: USER.password },
  });
  await waitUntil(async () => (await api.connections.list.query()).connections[0]?.state === 'live', {
    what: 'the account to be live',
  });

  async function on(path: string): Promise<SeenMail[]> {
    await other.mailboxOpen(path);
    if (!other.mailbox || other.mailbox.exists === 0) return [];
    const found = await other.fetchAll('1:*', { uid: true, envelope: true, flags: true });
    return found.map(({ uid, envelope, flags }) => ({
      uid,
      subject: envelope?.subject ?? '',
      flags: [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort(),
    }));
  }

  return {
    api,
    fetch,
    connectionId,
    smtp,
    other,
    on,
    subjects: async (folder: string) =>
      (await api.mail.listThreads.query({ folder, max: 500 })).threads.map(({ subject }) => subject),
    thread: (subject: string, folder = 'inbox') =>
      waitUntil(
        async () =>
          (await api.mail.listThreads.query({ folder, max: 500 })).threads.find((one) => one.subject === subject)?.id,
        { what: `“${subject}” in ${folder}` },
      ),
    flags: async (path: string, subject: string) => (await on(path)).find((one) => one.subject === subject)?.flags,
    uid: async (path: string, subject: string) =>
      String((await on(path)).find((one) => one.subject === subject)?.uid ?? 0),
    async stop() {
      await api.connections.delete.mutate({ connectionId });
      other.close();
      await Promise.all([imap.stop(), smtp.stop()]);
    },
  };
}

/** Waits for a change of ours to be on the server, as long as it may take and no longer. */
export function soon<T>(probe: () => Promise<T>, what: string) {
  return waitUntil(probe, { timeoutMs: OURS_MS, intervalMs: 40, what });
}

/** Waits for a change of another client to be on the screen. */
export function shown<T>(probe: () => Promise<T>, timeoutMs: number, what: string) {
  return waitUntil(probe, { timeoutMs, intervalMs: 60, what });
}
