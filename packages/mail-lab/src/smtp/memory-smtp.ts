/**
 * A scriptable SMTP server in memory (RFC 5321, submission RFC 6409): collects messages, answers as it is told, and
 * ends connections at the moments that matter to a sender. Speaks EHLO, STARTTLS, AUTH PLAIN/LOGIN/XOAUTH2, SIZE,
 * 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES; no pipelining, no CHUNKING.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type CertificateKind, createCertificateAuthority } from '../tls/certificates.ts';
import type { ReceivedMessage, SmtpScript } from './script.ts';
import { serveSmtp } from './session.ts';

/** Options of `startMemorySmtp`. */
export interface MemorySmtpOptions extends SmtpScript {
  users?: { user: string; password: string }[];
  /** `starttls` (default), `implicit`, or `none`: STARTTLS is not offered. */
  tls?: 'starttls' | 'implicit' | 'none';
  /** Mechanisms offered; empty for a server without AUTH. Default PLAIN, LOGIN, XOAUTH2. */
  mechanisms?: string[];
  /** Whether MAIL FROM needs a login. Default true. */
  requireAuth?: boolean;
  /** SIZE; 0: no limit (RFC 1870 section 4). Default 50 MB. */
  sizeLimit?: number;
  /** Further EHLO lines, replacing `8BITMIME`, `SMTPUTF8`, `ENHANCEDSTATUSCODES`. */
  extensions?: string[];
  certificate?: CertificateKind;
}

/** A running SMTP server. */
export interface MemorySmtp {
  host: '127.0.0.1';
  port: number;
  users: { user: string; password: string }[];
  ca: string | undefined;
  /** Accepted messages, oldest first. */
  messages: ReceivedMessage[];
  /** Commands of all clients; credentials are left out. */
  transcript: { connection: number; line: string }[];
  /** Connections made since the start. */
  connectionCount(): number;
  openCount(): number;
  /** Changes what is named, leaves the rest. */
  set(script: SmtpScript): void;
  /** Honest again. */
  heal(): void;
  cutAll(): void;
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startMemorySmtp(options: MemorySmtpOptions = {}): Promise<MemorySmtp> {
  const {
    users = [{ user: 'ada@lab.test', password: 'not-a-secret-ada' }],
    tls = 'starttls',
    certificate,
    ...rest
  } = options;
  const { mechanisms = ['PLAIN', 'LOGIN', 'XOAUTH2'], requireAuth = true, sizeLimit = 52_428_800, ...more } = rest;
  const { extensions = ['8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'], ...given } = more;
  let script: SmtpScript = given;
  const authority = tls === 'none' ? undefined : createCertificateAuthority();
  const pair = authority?.issue(certificate);
  const messages: ReceivedMessage[] = [];
  const transcript: { connection: number; line: string }[] = [];
  const sockets = new Set<Socket>();
  let count = 0;

  const accept = (socket: Socket): void => {
    const connection = ++count;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serveSmtp({
      socket,
      connection,
      tls: tls === 'starttls' ? pair : undefined,
      settings: { mechanisms, requireAuth, sizeLimit, extensions },
      script: () => script,
      login: (user, password) => users.some((one) => one.user === user && one.password === password),
      accept: (message) => messages.push(message),
      record: (line) => transcript.push({ connection, line }),
    }).catch(() => socket.destroy());
  };
  const server: Server = tls === 'implicit' && pair ? createTlsServer(pair, accept) : createServer(accept);
  if (tls === 'implicit') server.on('connection', (socket: Socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The SMTP server has no port');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    host: '127.0.0.1',
    port: address.port,
    users,
    ca: authority?.cert,
    messages,
    transcript,
    connectionCount: () => count,
    openCount: () => sockets.size,
    set(changes) {
      script = { ...script, ...changes };
    },
    heal() {
      script = {};
    },
    cutAll,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}
