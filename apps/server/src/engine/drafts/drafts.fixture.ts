/** One account's drafts on a real or an in-memory server: written here, pushed, and pushed with a process that dies. Test code only. */
import type { UserId } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import type { DraftInput } from '../../lib/driver/schemas.ts';
import type { WithImap } from '../accounts/access.ts';
import type { ImapSession } from '../imap/types.ts';
import type { Sender } from '../outbox/enqueue.ts';
import { withAccount } from '../sync/account.fixture.ts';
import { BARE, withLiar } from '../sync/lying-server.fixture.ts';
import { followElsewhere } from './elsewhere.ts';
import { pushDrafts } from './push.ts';
import { createDrafts, type Drafts } from './save.ts';

/** The process ended here. */
export class Crash extends Error {}

export interface DraftLab {
  readonly drafts: Drafts;
  readonly sender: Sender;
  connect(): Promise<ImapSession>;
  save(draft: Partial<DraftInput>): Promise<{ id: string; revision: number }>;
  push(session?: ImapSession): Promise<void>;
  /** A look at the account, and what follows from it for drafts. */
  look(): Promise<void>;
  /** Subjects in the list of Drafts. */
  listed(): Promise<string[]>;
  /** Subjects in Drafts on the server. */
  onServer(): Promise<string[]>;
}

/** A session whose process dies with its nth command: before it is sent (`'before'`), or with its answer (`'after'`). */
export function dying(session: ImapSession, command: number, when: 'before' | 'after'): ImapSession {
  let left = command;
  return new Proxy(session, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        left -= 1;
        if (left === 0 && when === 'before') throw new Crash();
        const answer: unknown = await value.apply(target, args);
        if (left === 0) throw new Crash();
        return answer;
      };
    },
  });
}

const SERVERS = {
  'Dovecot with all its capabilities': undefined,
  'Dovecot with IMAP4rev1 alone': ['IMAP4rev1'],
  'a server with REPLACE': [...BARE, 'REPLACE'],
} as const;
export type DraftServer = keyof typeof SERVERS;
export const DRAFT_SERVERS = Object.keys(SERVERS) as DraftServer[];

/** With the other client of a Dovecot account, where `server` is one. */
export async function withDrafts(
  database: TestDatabase,
  server: DraftServer,
  body: (
    lab: DraftLab & { readonly other?: Parameters<Parameters<typeof withAccount>[2]>[0]['other'] },
  ) => Promise<void>,
): Promise<void> {
  const { pool } = database;
  const lab = (
    connectionId: Sender['id'],
    account: Pick<DraftLab, 'connect' | 'onServer'> & {
      look(): Promise<unknown>;
      list(path: string): Promise<string[]>;
    },
    session: ImapSession,
  ): DraftLab => {
    const withImap: WithImap = (_connectionId, _purpose, work) => work(session, new AbortController().signal);
    const drafts = createDrafts({ pool, withImap });
    const sender: Sender = { id: connectionId, userId: 'u1' as UserId, email: 'ada@lab.test', name: 'Ada' };
    return {
      drafts,
      sender,
      connect: account.connect,
      save: (draft) => drafts.create(sender, { to: [], subject: '', message: '<p>Hello</p>', ...draft }),
      push: (through = session) => pushDrafts(pool, connectionId, through, new Date(Date.now() + 60_000)),
      async look() {
        await account.look();
        await followElsewhere(pool, connectionId, withImap);
      },
      listed: () => account.list('Drafts'),
      onServer: account.onServer,
    };
  };
  const capabilities = SERVERS[server];
  if (server === 'a server with REPLACE') {
    return withLiar(database, { capabilities: [...(capabilities ?? [])] }, async (account) => {
      await account.look();
      const subjects = () =>
        account.imap
          .mailbox('Drafts')
          .messages.map(({ raw }) => /^Subject: (.*)$/m.exec(raw.toString('latin1'))?.[1]?.trim() ?? '');
      const { connectionId, connect, list } = account;
      const look = () => account.look();
      await body(lab(connectionId, { connect, look, list, onServer: async () => subjects() }, await connect()));
    });
  }
  await withAccount(database, { ...(capabilities ? { capabilities } : {}) }, async (account) => {
    await account.look();
    const { connectionId, connect, list, session, other } = account;
    const onServer = () => account.onServer('Drafts');
    await body({ ...lab(connectionId, { connect, look: () => account.look(), list, onServer }, session), other });
  });
}
