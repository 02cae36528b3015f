/** An account on a private Dovecot, or another server, with a session of ours, another client, and looks on demand. Test code only. */
import type { ConnectionId, Learned, ListKey } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import {
  type MessageInput,
  message,
  connectImap as otherClient,
  type PlainImapServer,
  startDovecot,
} from '@postroom/mail-lab';
import { createTlsPolicy } from '../../security/tls.ts';
import { connectImap } from '../imap/connect.ts';
import type { ImapSession } from '../imap/types.ts';
import { listThreads } from '../index/list-threads.ts';
import { row } from '../index/sql.ts';
import { type AccountSyncDeps, syncAccount } from './account-sync.ts';

const USER = { user: 'ada@lab.test', password: 'fake-password' };

export interface TestAccount {
  readonly connectionId: ConnectionId;
  readonly session: ImapSession;
  /** One more session of ours. */
  connect(): Promise<ImapSession>;
  readonly other: Awaited<ReturnType<typeof otherClient>>;
  /** One whole look; whether it got to the end. */
  look(): Promise<boolean>;
  /** Subjects in the list of that mailbox, sorted; unread ones with a star. */
  list(path: string): Promise<string[]>;
  /** What the server has there: UID order, unread ones with a star. */
  onServer(path: string): Promise<string[]>;
}

/** A message of Bob's that names its subject everywhere. */
export const mail = (subject: string, more: MessageInput = {}) =>
  message({
    from: 'Bob <bob@lab.test>',
    to: USER.user,
    subject,
    text: `About ${subject}.`,
    messageId: `<${subject.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}@lab.test>`,
    date: new Date('2026-05-01T10:00:00Z'),
    ...more,
  });

/** An account's row, whose servers nobody asks for. */
export async function newConnection({ pool }: Pick<TestDatabase, 'pool'>): Promise<ConnectionId> {
  await pool.query(`insert into "user" (id, name, email) values ('u1', 'Ada', 'ada@lab.test') on conflict do nothing`);
  const made = await row<{ id: ConnectionId }>(
    pool,
    `insert into connection (user_id, email, imap, smtp, imap_secret) values ('u1', $1, '{}', '{}', 'none') returning id`,
    [USER.user],
  );
  return (made as { id: ConnectionId }).id;
}

/** A look that nobody waits for or disturbs. */
export function lookDeps(pool: TestDatabase['pool'], connectionId: ConnectionId): AccountSyncDeps {
  return {
    pool,
    connectionId,
    learned: {},
    now: () => new Date(),
    signal: new AbortController().signal,
    requested: new Set(),
    flagsTold: new Set(),
    missingBefore: new Set(),
    previousLookAt: null,
    onFirstScreen: () => undefined,
    onAllHere: async () => undefined,
    onMailboxRefused: (_path, error) => {
      if (error.code !== 'MAILBOX_NOT_FOUND') throw error;
    },
    shouldYield: () => false,
  };
}

export interface LookOptions {
  /** A mailbox that the server does not let into is passed over, as the worker does. */
  readonly isRefusalBorne?: boolean;
  /** Mailboxes that were pushed. */
  readonly requested?: Set<string>;
}

/** Whole looks at the account, one after the other, each with what the last one learned; whether it got to the end. */
export function createLook(
  { pool }: TestDatabase,
  connectionId: ConnectionId,
): (session: ImapSession, options?: LookOptions) => Promise<boolean> {
  let missingBefore: ReadonlySet<string> = new Set();
  let previousLookAt: Date | null = null;
  return async (session, { isRefusalBorne = false, requested = new Set<string>() } = {}) => {
    const startedAt = new Date();
    const stored = await row<{ learned: Learned }>(pool, 'select learned from connection where id = $1', [
      connectionId,
    ]);
    const look = await syncAccount(session, {
      ...lookDeps(pool, connectionId),
      learned: stored?.learned ?? {},
      requested,
      missingBefore,
      previousLookAt,
      ...(isRefusalBorne ? { onMailboxRefused: () => undefined } : {}),
    });
    missingBefore = look.missing;
    if (look.complete && look.sawAll) previousLookAt = startedAt;
    return look.complete;
  };
}

/** Subjects in the list of that mailbox, sorted; unread ones with a star. */
export async function listOf({ pool }: TestDatabase, connectionId: ConnectionId, path: string): Promise<string[]> {
  const mailbox = await row<{ id: number }>(pool, 'select id from mailbox where connection_id = $1 and path = $2', [
    connectionId,
    path,
  ]);
  const list: ListKey = `m${mailbox?.id ?? 0}`;
  const page = await listThreads(pool, { connectionId, list, after: null, max: 500 });
  return page.map(({ subject, unread_count }) => (unread_count > 0 ? `${subject} *` : subject)).sort();
}

export interface AccountOptions {
  /** What Dovecot says it can; default all. */
  readonly capabilities?: readonly string[] | undefined;
  /** Another server than Dovecot. */
  readonly start?: ((options: { users: (typeof USER)[] }) => Promise<PlainImapServer>) | undefined;
}

async function startServer({ capabilities, start }: AccountOptions) {
  const users = [USER];
  const at = { host: '127.0.0.1', username: USER.user };
  if (start) {
    const server = await start({ users });
    return { server, endpoint: { ...at, port: server.imapPort, security: 'none' as const }, ca: null };
  }
  const server = await startDovecot({ users, ...(capabilities ? { capabilities: [...capabilities] } : {}) });
  return { server, endpoint: { ...at, port: server.imapsPort, security: 'tls' as const }, ca: server.ca };
}

export async function withAccount(
  database: TestDatabase,
  options: AccountOptions,
  body: (account: TestAccount) => Promise<void>,
): Promise<void> {
  const { server, endpoint, ca } = await startServer(options);
  const connectionId = await newConnection(database);
  const tls = createTlsPolicy({ extraCa: ca, insecureHosts: [] }).optionsFor('localhost');
  const connect = () =>
    connectImap(
      { connectionId, email: USER.user, endpoint, auth: { type: 'password', password: USER.password } },
      { address: '127.0.0.1', tls },
    );
  const session = await connect();
  const other = await otherClient(server, USER.user);
  const look = createLook(database, connectionId);
  try {
    await body({
      connectionId,
      session,
      connect,
      other,
      look: () => look(session),
      list: (path) => listOf(database, connectionId, path),
      async onServer(path) {
        await other.mailboxOpen(path);
        await other.noop();
        const found: string[] = [];
        if (other.mailbox && other.mailbox.exists > 0) {
          for await (const { envelope, flags } of other.fetch('1:*', { envelope: true, flags: true })) {
            found.push(`${envelope?.subject}${flags?.has('\\Seen') ? '' : ' *'}`);
          }
        }
        return found.sort();
      },
    });
  } finally {
    session.destroy();
    await other.logout();
    await server.stop();
  }
}
