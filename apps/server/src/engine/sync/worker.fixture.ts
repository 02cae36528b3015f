/** A worker left to itself, with the pool of sessions it has in the app, on whatever dials. Test code only. */
import type { ConnectionId, UserId } from '@postroom/db';
import type { TestDatabase } from '@postroom/db/testing';
import type { AccountAccess, OpenAccount } from '../accounts/access.ts';
import { imapAccountOf } from '../accounts/access.ts';
import { createImapPool, type ImapPool } from '../imap/pool.ts';
import type { ImapAccount, ImapSession } from '../imap/types.ts';
import { createAccountWork } from '../schedule/account-work.ts';
import { type AccountWorker, type AccountWorkerDeps, startAccountWorker } from './account-worker.ts';

export function openAccount(connectionId: ConnectionId, password = 'fake-password'): OpenAccount {
  const endpoint = { host: 'localhost', port: 1, security: 'tls' as const, username: 'ada@lab.test' };
  const auth = { type: 'password', password } as const;
  return {
    connectionId,
    userId: 'u1' as UserId,
    email: 'ada@lab.test',
    name: 'Ada',
    imap: endpoint,
    smtp: endpoint,
    auth,
    smtpAuth: auth,
    pins: {},
    learned: {},
    paused: false,
  };
}

export interface RunningWorker extends AccountWorker {
  readonly sessions: ImapPool;
  /** What it logged, oldest first. */
  readonly failures: readonly { readonly loop?: unknown; readonly code?: unknown }[];
}

export interface WorkerOptions {
  readonly dial: (account: ImapAccount) => Promise<ImapSession>;
  readonly pace?: AccountWorkerDeps['pace'];
  /** Nobody is at the screen. */
  readonly isAlone?: boolean;
  /** The clock of the pool; the worker's own is real. */
  readonly now?: () => number;
}

export function startWorker(
  { pool }: TestDatabase,
  account: OpenAccount,
  { dial, pace, isAlone = false, now = Date.now }: WorkerOptions,
): RunningWorker {
  const { connectionId } = account;
  const failures: { event: string; loop?: unknown; code?: unknown }[] = [];
  const sessions = createImapPool({ dial, now, onLimit: () => undefined });
  const access: AccountAccess = {
    open: async () => account,
    withImap: (_connectionId, purpose, work, signal) =>
      sessions.withSession(imapAccountOf(account), purpose, work, signal ? { signal } : {}),
  };
  const worker = startAccountWorker(connectionId, {
    pool,
    access,
    work: createAccountWork({
      pool,
      withImap: access.withImap,
      outbox: { run: async () => null },
      now: () => new Date(),
    }),
    audit: async () => false,
    now: () => new Date(),
    random: () => 0.5,
    log: (event, detail) => failures.push({ event, ...detail }),
    sessionsAllowed: sessions.budget,
    isWanted: sessions.isWanted,
    ...(pace ? { pace } : {}),
  });
  if (!isAlone) worker.attend();
  return {
    ...worker,
    sessions,
    failures,
    async stop() {
      await Promise.all([worker.stop(), sessions.close()]);
    },
  };
}
