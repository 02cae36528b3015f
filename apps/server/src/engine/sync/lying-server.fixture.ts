/** An account on the in-memory server, which the test makes lie: looks on demand, and index and server to compare. Test code only. */
import type { ConnectionId } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import { type MemoryImap, type MemoryImapOptions, type OnCommand, startMemoryImap } from '@postroom/mail-lab';
import { createTlsPolicy } from '../../security/tls.ts';
import { type ConnectOptions, connectImap } from '../imap/connect.ts';
import type { ImapSession } from '../imap/types.ts';
import { rows } from '../index/sql.ts';
import { createLook, type LookOptions, listOf, mail, newConnection } from './account.fixture.ts';

export const USER = { user: 'ada@lab.test', password: 'fake-password' };

/** Extensions that let a server say less and be asked less. */
export const BARE = ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR', 'UIDPLUS'];
export const CONDSTORE = [...BARE, 'CONDSTORE', 'ENABLE'];
export const QRESYNC = [...CONDSTORE, 'QRESYNC', 'LIST-EXTENDED', 'LIST-STATUS', 'SPECIAL-USE', 'MOVE', 'UNSELECT'];

export interface LyingAccount {
  readonly connectionId: ConnectionId;
  readonly imap: MemoryImap;
  /** A session of ours, opened anew where the last one was lost. */
  session(): Promise<ImapSession>;
  connect(options?: ConnectOptions, port?: number): Promise<ImapSession>;
  /** One whole look; whether it got to the end. */
  look(options?: LookOptions): Promise<boolean>;
  /** Looks until one is not cut off, three at most. */
  lookAgain(): Promise<void>;
  list(path: string): Promise<string[]>;
  /** Every message of every mailbox, as the index has it and as the server has it: path, UID, Message-ID, flags. */
  index(): Promise<string[]>;
  onServer(): string[];
  /** Ids and conversations of all messages, to see that nothing was read anew. */
  messages(): Promise<{ id: number; thread: number }[]>;
  /** Puts so many messages into a mailbox. */
  fill(count: number, path?: string, from?: number): void;
  /** Answers of these commands only, given so often (for ever unless told). */
  lie(name: RegExp, hook: OnCommand, times?: number): void;
}

export async function withLiar(
  database: TestDatabase,
  options: MemoryImapOptions,
  body: (account: LyingAccount) => Promise<void>,
): Promise<void> {
  const imap = await startMemoryImap({ users: [USER], ...options });
  const connectionId = await newConnection(database);
  const opened: ImapSession[] = [];
  let current: ImapSession | undefined;
  const look = createLook(database, connectionId);

  async function connect(connecting: ConnectOptions = {}, port = imap.port): Promise<ImapSession> {
    const endpoint = { host: '127.0.0.1', port, security: 'none' as const, username: USER.user };
    const session = await connectImap(
      { connectionId, email: USER.user, endpoint, auth: { type: 'password', password: USER.password } },
      { address: '127.0.0.1', tls: createTlsPolicy({ extraCa: null, insecureHosts: [] }).optionsFor('localhost') },
      connecting,
    );
    opened.push(session);
    return session;
  }
  async function session(): Promise<ImapSession> {
    if (!current || current.closed) current = await connect();
    return current;
  }
  const account: LyingAccount = {
    connectionId,
    imap,
    session,
    connect,
    look: async (looking) => look(await session(), looking),
    async lookAgain() {
      for (let tries = 0; tries < 3; tries += 1) {
        if (await account.look().catch(() => false)) return;
      }
      await account.look();
    },
    list: (path) => listOf(database, connectionId, path),
    index: () => indexOf(database, connectionId),
    onServer: () => onServer(imap),
    messages: () =>
      rows(database.pool, 'select id, thread_id as thread from message where connection_id = $1 order by id', [
        connectionId,
      ]),
    fill(count, path = 'INBOX', from = 1) {
      for (let n = from; n < from + count; n += 1) imap.mailbox(path).append(mail(`Message ${n}`));
    },
    lie(name, hook, times = Number.POSITIVE_INFINITY) {
      let left = times;
      imap.onCommand((context) => {
        if (!name.test(context.name) || left <= 0) return undefined;
        left -= 1;
        return hook(context);
      });
    },
  };
  try {
    await body(account);
  } finally {
    for (const one of opened) one.destroy();
    await imap.stop();
  }
}

const FLAG_BITS = [
  ['\\Seen', 1],
  ['\\Answered', 2],
  ['\\Flagged', 4],
  ['\\Deleted', 8],
  ['\\Draft', 16],
] as const;

async function indexOf({ pool }: TestDatabase, connectionId: ConnectionId): Promise<string[]> {
  const found = await rows<{ path: string; uid: number; message_id: string; flags: number; keywords: string[] }>(
    pool,
    `select b.path, p.uid, m.message_id, p.flags, p.keywords from placement p
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     join message m on m.connection_id = p.connection_id and m.id = p.message_id where p.connection_id = $1`,
    [connectionId],
  );
  return found
    .map(({ path, uid, message_id, flags, keywords }) => {
      const names = [...FLAG_BITS.flatMap(([name, bit]) => (flags & bit ? [name] : [])), ...keywords];
      return [path, uid, message_id, ...names.sort()].join(' ');
    })
    .sort();
}

function onServer({ store }: MemoryImap): string[] {
  return [...store.mailboxes.values()]
    .flatMap(({ path, messages }) =>
      messages.map(({ uid, raw, flags }) => {
        const messageId = /^message-id: *(\S+)/im.exec(raw.toString('latin1'))?.[1];
        return [path, uid, messageId, ...[...flags].sort()].join(' ');
      }),
    )
    .sort();
}
