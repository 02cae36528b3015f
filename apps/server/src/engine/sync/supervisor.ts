/**
 * Runs a worker for every account this process has claimed, and looks for accounts to claim: at start, when something
 * says that an account has work, and every few seconds because another process may have died.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import type { AccountWorker } from './account-worker.ts';
import { claimAccounts, releaseAccounts } from './lease.ts';

const CLAIM_EVERY_MS = 5_000;

export interface SupervisorDeps {
  readonly pool: pg.Pool;
  /** Unique a process. */
  readonly owner: string;
  readonly startWorker: (connectionId: ConnectionId) => AccountWorker;
  /** The account's worker has stopped: its sessions are not needed any more. */
  readonly closeSessions: (connectionId: ConnectionId) => void;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export interface Supervisor {
  /** An account has something to do, or was made, changed or paused. */
  wake(connectionId: ConnectionId): void;
  /** Nobody knows what was told meanwhile: every account may have something to do. */
  wakeAll(): void;
  /** The account's owner is at the screen. */
  attend(connectionId: ConnectionId): void;
  /** The account's settings changed: its worker begins anew. */
  restart(connectionId: ConnectionId): Promise<void>;
  /** How many accounts this process has. */
  readonly count: number;
  stop(): Promise<void>;
}

export function startSupervisor(deps: SupervisorDeps): Supervisor {
  const workers = new Map<ConnectionId, AccountWorker>();
  let stopping = false;
  let running: Promise<void> = Promise.resolve();

  /** One claim at a time, in turn. */
  function claim(): Promise<void> {
    running = running.then(claimOnce).catch((error: unknown) => deps.log('claim failed', { error }));
    return running;
  }

  async function claimOnce(): Promise<void> {
    if (stopping) return;
    const ours = new Set(await claimAccounts(deps.pool, deps.owner));
    for (const [id, worker] of workers) {
      if (ours.has(id)) continue;
      workers.delete(id);
      await worker.stop();
      deps.closeSessions(id);
    }
    for (const id of ours) if (!workers.has(id)) workers.set(id, deps.startWorker(id));
  }

  const timer = setInterval(claim, CLAIM_EVERY_MS);
  void claim();

  return {
    wake(connectionId) {
      const worker = workers.get(connectionId);
      if (worker) worker.wakeWork();
      else void claim();
    },
    wakeAll() {
      for (const worker of workers.values()) worker.wakeWork();
      void claim();
    },
    attend(connectionId) {
      workers.get(connectionId)?.attend();
    },
    async restart(connectionId) {
      const worker = workers.get(connectionId);
      workers.delete(connectionId);
      await worker?.stop();
      deps.closeSessions(connectionId);
      await claim();
    },
    get count() {
      return workers.size;
    },
    async stop() {
      stopping = true;
      clearInterval(timer);
      await running;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
      workers.clear();
      await releaseAccounts(deps.pool, deps.owner);
    },
  };
}
