/** Runs one protocol test body against the memory server or a real Dovecot, with the same mail in it. */
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { writeMaildir } from './dovecot/maildir.ts';
import { type DovecotOptions, type DovecotServer, LAB_USERS, startDovecot } from './dovecot/start-dovecot.ts';
import { type MemoryImap, type MemoryImapOptions, startMemoryImap } from './imap/memory-imap.ts';
import { connectImap } from './mail-server.ts';
import type { MailboxItem } from './mailbox/item.ts';

/** A message to begin with. Default mailbox INBOX, no flags, 2026-01-05. */
export type InitialMessage = Partial<Omit<MailboxItem, 'raw'>> & { raw: Buffer };

/** Which server, and its state at the start. */
export interface WithImapOptions {
  server: 'memory' | 'dovecot';
  /** What the server says it can do. Dovecot still honours more than it says; a client that reads CAPABILITY cannot tell. */
  capabilities?: readonly string[];
  messages?: InitialMessage[];
  /** More for the one server or the other. */
  memory?: Omit<MemoryImapOptions, 'capabilities' | 'users'>;
  dovecot?: Omit<DovecotOptions, 'capabilities' | 'users'>;
}

/** What the test body gets. */
export interface ImapLab {
  server: 'memory' | 'dovecot';
  host: '127.0.0.1';
  /** Plain text, without TLS. */
  port: number;
  user: string;
  password: string;
  /** A connected client; closed after the body. Call it twice for two clients. */
  client(options?: Partial<ImapFlowOptions>): Promise<ImapFlow>;
  /** The server itself, for what only that one can do. */
  memory: MemoryImap | undefined;
  dovecot: DovecotServer | undefined;
}

function itemsOf(messages: InitialMessage[]): MailboxItem[] {
  return messages.map(({ mailbox = 'INBOX', flags = [], internalDate = new Date('2026-01-05T09:00:00Z'), raw }) => ({
    mailbox,
    flags,
    internalDate,
    raw,
  }));
}

async function startMemory(options: WithImapOptions): Promise<MemoryImap> {
  const { capabilities, messages = [] } = options;
  const memory = await startMemoryImap({
    ...options.memory,
    ...(capabilities ? { capabilities } : {}),
    users: LAB_USERS,
  });
  for (const { mailbox, raw, ...rest } of itemsOf(messages)) {
    (memory.store.get(mailbox) ?? memory.store.create(mailbox)).append(raw, rest);
  }
  return memory;
}

async function startReal(options: WithImapOptions): Promise<DovecotServer> {
  const { capabilities, messages = [] } = options;
  const dovecot = await startDovecot({
    ...options.dovecot,
    ...(capabilities ? { capabilities: [...capabilities] } : {}),
  });
  try {
    await writeMaildir(dovecot, 'ada@lab.test', itemsOf(messages));
    return dovecot;
  } catch (error) {
    await dovecot.stop();
    throw error;
  }
}

/** Starts the server, runs `body` as ada@lab.test, closes clients and server whatever happens. */
export async function withImap<T>(options: WithImapOptions, body: (lab: ImapLab) => Promise<T>): Promise<T> {
  const memory = options.server === 'memory' ? await startMemory(options) : undefined;
  const dovecot = options.server === 'dovecot' ? await startReal(options) : undefined;
  const running = memory ?? dovecot;
  const [account] = LAB_USERS;
  if (!running || !account) throw new Error('No server was started');
  const port = memory?.port ?? dovecot?.imapPort ?? 0;
  const clients: ImapFlow[] = [];
  try {
    return await body({
      server: options.server,
      host: '127.0.0.1',
      port,
      ...account,
      async client(clientOptions) {
        const client = await connectImap({ imapPort: port, users: LAB_USERS }, account.user, clientOptions);
        clients.push(client);
        return client;
      },
      memory,
      dovecot,
    });
  } finally {
    for (const client of clients) client.close();
    await running.stop();
  }
}
