/**
 * A scriptable IMAP4rev1 server in memory. `capabilities` are what it says and what it does: a command of an extension
 * that is not offered is answered with BAD. Tests look into and change its mail directly, read what clients sent, and
 * make it lie through `onCommand`; `gmail.ts` makes a Gmail of it. Left out: quota, ACL, SORT, THREAD, NOTIFY, BINARY, COMPRESS.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type CertificateKind, createCertificateAuthority } from '../tls/certificates.ts';
import { serve } from './connection.ts';
import type { OnCommand } from './hook.ts';
import { createStore, type MemoryMailbox, type MemoryStore } from './store.ts';

/** All the server can do but STARTTLS and LOGINDISABLED. */
export const MEMORY_CAPABILITIES: readonly string[] = [
  'IMAP4rev1',
  'LITERAL+',
  'SASL-IR',
  'AUTH=PLAIN',
  'ID',
  'ENABLE',
  'NAMESPACE',
  'CHILDREN',
  'IDLE',
  'UIDPLUS',
  'MOVE',
  'UNSELECT',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'SPECIAL-USE',
  'ESEARCH',
  'CONDSTORE',
  'QRESYNC',
  'OBJECTID',
];

/** Options of `startMemoryImap`. */
export interface MemoryImapOptions {
  /** Default: `MEMORY_CAPABILITIES`. */
  capabilities?: readonly string[];
  users?: { user: string; password: string }[];
  /** Mailboxes beside INBOX. Default: Drafts, Sent, Junk, Trash, Archive with their special uses. */
  mailboxes?: { path: string; specialUse?: string }[];
  separator?: '/' | '.';
  /** Mailboxes that were made before, instead of those: `createGmail`. */
  store?: MemoryStore;
  /** `starttls` offers STARTTLS, `implicit` speaks TLS from the first byte. Default none. */
  tls?: 'starttls' | 'implicit';
  certificate?: CertificateKind;
  /** First line, without CRLF. */
  greeting?: string;
  onCommand?: OnCommand;
}

/** A running memory server. */
export interface MemoryImap {
  host: '127.0.0.1';
  port: number;
  users: { user: string; password: string }[];
  /** Authority of its certificate, where it has TLS. */
  ca: string | undefined;
  store: MemoryStore;
  /** A mailbox that must exist. */
  mailbox(path: string): MemoryMailbox;
  /** What clients sent, oldest first; passwords of LOGIN are left out. */
  transcript: { connection: number; line: string }[];
  /** Lines of the transcript without their tags. */
  commands(): string[];
  /** Replaces the hook; undefined makes the server honest. */
  onCommand(hook: OnCommand | undefined): void;
  /** Replaces what new connections are offered. */
  offer(capabilities: readonly string[]): void;
  openCount(): number;
  /** Ends all connections. */
  cutAll(): void;
  /** Sends a raw line (no CRLF) to every client now. */
  broadcast(line: string): void;
  stop(): Promise<void>;
}

const SPECIAL: { path: string; specialUse?: string }[] = [
  { path: 'Drafts', specialUse: '\\Drafts' },
  { path: 'Sent', specialUse: '\\Sent' },
  { path: 'Junk', specialUse: '\\Junk' },
  { path: 'Trash', specialUse: '\\Trash' },
  { path: 'Archive', specialUse: '\\Archive' },
];

/** Starts it on a free port. */
export async function startMemoryImap(options: MemoryImapOptions = {}): Promise<MemoryImap> {
  const users = options.users ?? [{ user: 'ada@lab.test', password: 'not-a-secret-ada' }];
  const store = options.store ?? createStore(options.separator);
  const made = options.store ? [] : (options.mailboxes ?? SPECIAL);
  for (const { path, specialUse } of made) store.create(path, specialUse ? { specialUse } : {});
  const authority = options.tls ? createCertificateAuthority() : undefined;
  const pair = authority?.issue(options.certificate);
  const transcript: { connection: number; line: string }[] = [];
  const sockets = new Set<Socket>();
  let capabilities = options.capabilities ?? MEMORY_CAPABILITIES;
  let hook = options.onCommand;
  let count = 0;

  const accept = (socket: Socket): void => {
    const number = ++count;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const offered = options.tls === 'starttls' ? [...capabilities, 'STARTTLS'] : [...capabilities];
    serve({
      socket,
      number,
      store,
      capabilities: offered.map((name) => name.toUpperCase()),
      greeting: options.greeting ?? '* OK memory is ready',
      tls: options.tls === 'starttls' ? pair : undefined,
      login: (user, password) => users.some((one) => one.user === user && one.password === password),
      onCommand: () => hook,
      record: (line) => transcript.push({ connection: number, line }),
    }).catch(() => socket.destroy());
  };
  const server: Server = options.tls === 'implicit' && pair ? createTlsServer(pair, accept) : createServer(accept);
  if (options.tls === 'implicit') server.on('connection', (socket: Socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The memory server has no port');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    host: '127.0.0.1',
    port: address.port,
    users,
    ca: authority?.cert,
    store,
    mailbox(path) {
      const mailbox = store.get(path);
      if (!mailbox) throw new Error(`The memory server has no mailbox ${path}`);
      return mailbox;
    },
    transcript,
    commands: () => transcript.map(({ line }) => line.slice(line.indexOf(' ') + 1)),
    onCommand(next) {
      hook = next;
    },
    offer(next) {
      capabilities = next;
    },
    openCount: () => sockets.size,
    cutAll,
    broadcast(line) {
      for (const socket of sockets) socket.write(`${line}\r\n`, 'latin1');
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}
