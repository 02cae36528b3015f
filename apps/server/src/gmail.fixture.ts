/** The whole app with one Gmail account in memory (X-GM-EXT-1). Test code only. */
import {
  createGmail,
  GMAIL_CAPABILITIES,
  type GmailAccount,
  type GmailMessage,
  type MemoryImap,
  type MemorySmtp,
  type MessageInput,
  startMemoryImap,
  startMemorySmtp,
  waitUntil,
} from '@postroom/mail-lab';
import type { AppClient, TestApp } from './app.fixture.ts';
import { mail } from './engine/sync/account.fixture.ts';

const USER = { user: 'ada@gmail.test', password: 'fake-password' };
export const ALL_MAIL = '[Gmail]/All Mail';

export interface GmailLab {
  readonly api: AppClient['api'];
  readonly fetch: AppClient['fetch'];
  readonly connectionId: string;
  readonly gmail: GmailAccount;
  readonly imap: MemoryImap;
  readonly smtp: MemorySmtp;
  /** Subjects of a folder's list, newest first. */
  subjects(folder: string): Promise<string[]>;
  /** The id of the conversation of that subject; waits for it. */
  thread(subject: string, folder?: string): Promise<string>;
  /** `total/unread` of every folder that has something in it, by its word or name. */
  counts(): Promise<Record<string, string>>;
  /** The id of a label by its name; waits for it. */
  label(name: string): Promise<string>;
  /** Looks at everything once more, and waits until that is done. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** A message of Bob's to the Gmail account. */
export function gmailMail(subject: string, more: MessageInput = {}): Buffer {
  return mail(subject, { to: USER.user, ...more });
}

/** `hidesAllMail`: the user has taken All Mail out of IMAP. `connections`: other programs leave so many. */
export async function startGmailLab(
  app: TestApp,
  seed: (gmail: GmailAccount) => void,
  { connections = 15, ...options }: { hidesAllMail?: boolean; connections?: number } = {},
): Promise<GmailLab> {
  const gmail = createGmail(options);
  seed(gmail);
  const imap = await startMemoryImap({
    store: gmail.store,
    capabilities: GMAIL_CAPABILITIES,
    users: [USER],
    onCommand: ({ name }) =>
      name === 'AUTHENTICATE' && imap.openCount() > connections
        ? { answer: ['{tag} NO [ALERT] Too many simultaneous connections. (Failure)'] }
        : undefined,
  });
  const smtp = await startMemorySmtp({ users: [USER], tls: 'none' });
  const { api, fetch } = await app.signUp();
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });
  const { id: connectionId } = await api.connections.create.mutate({
    email: USER.user,
    name: 'Ada Lund',
    imap: endpoint(imap.port),
    smtp: endpoint(smtp.port),
    auth: { type: 'password', password: USER.password },
  });
  const isLive = async () => (await api.connections.list.query()).connections[0]?.state === 'live';
  await waitUntil(isLive, { what: 'the account to be live' });
  const subjects = async (folder: string) =>
    (await api.mail.listThreads.query({ folder, max: 500 })).threads.map(({ subject }) => subject);
  return {
    api,
    fetch,
    connectionId,
    gmail,
    imap,
    smtp,
    subjects,
    thread: (subject, folder = 'inbox') =>
      waitUntil(
        async () =>
          (await api.mail.listThreads.query({ folder, max: 500 })).threads.find((one) => one.subject === subject)?.id,
        { what: `“${subject}” in ${folder}` },
      ),
    async counts() {
      const folders = await api.mail.count.query();
      const filled = folders.filter(({ total, count }) => total + count > 0);
      return Object.fromEntries(filled.map(({ role, label, total, count }) => [role ?? label, `${total}/${count}`]));
    },
    label: (name) =>
      waitUntil(async () => (await api.labels.list.query()).find((one) => one.name === name)?.id, {
        what: `the label ${name}`,
      }),
    async look() {
      const lists = () => imap.commands().filter((line) => line.startsWith('LIST')).length;
      const before = lists();
      await api.connections.resync.mutate({ connectionId });
      await waitUntil(() => lists() > before, { what: 'a look' });
      await waitUntil(isLive);
    },
    async stop() {
      await api.connections.delete.mutate({ connectionId });
      await Promise.all([imap.stop(), smtp.stop()]);
    },
  };
}

/** What Gmail has of the message of that subject: where it lies, its labels sorted, its flags sorted. */
export function onGmail(gmail: GmailAccount, subject: string): { place: string; labels: string[]; flags: string[] } {
  const { place, labels, flags }: GmailMessage = gmail.find(subject);
  return { place, labels: [...labels].sort(), flags: [...flags].sort() };
}
