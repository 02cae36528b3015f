/**
 * The server process of an earlier app on the same cluster. After `kill -9` of the app it still runs, or it died
 * too and `postmaster.pid` names a process that is gone, or, after a reboot or in a new container, somebody else.
 * It is ended and not adopted: its settings and binaries may be an older Postroom's, and what it still does is the
 * dead app's. The caller holds the lock of the data directory, so no living app owns it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './errors.ts';

/** Fast shutdown, then immediate, then kill: after how long the next one follows. */
export const SHUTDOWN_STEPS: readonly { signal: NodeJS.Signals; waitMs: number }[] = [
  { signal: 'SIGINT', waitMs: 6000 },
  { signal: 'SIGQUIT', waitMs: 2000 },
  { signal: 'SIGKILL', waitMs: 1000 },
];

/** Ends the server that an earlier app has left on `cluster`, and removes a pid file that names somebody else. */
export async function endLeftServer(cluster: string, log: (message: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const directory = realpathSync(cluster);
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (Number.isInteger(pid) && pid > 1 && isServerOf(pid, directory)) {
    log(`ending the database server (process ${pid}) that an earlier run has left`);
    await end(pid, directory);
  }
  await waitForBackends(directory);
  // Whoever has that process id now is no server of ours; PostgreSQL would take it for one and refuse to start.
  rmSync(pidFile, { force: true });
}

async function end(pid: number, directory: string): Promise<void> {
  for (const { signal, waitMs } of SHUTDOWN_STEPS) {
    signalIfAlive(pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isServerOf(pid, directory)) return;
      await delay(20);
    }
  }
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `The database server of an earlier run (process ${pid}) does not end. End it by hand, then start again.`,
  );
}

/** Backends end by themselves when their postmaster is gone; a new server must not run beside them. */
async function waitForBackends(directory: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (processesIn(directory).length > 0) {
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        'START_FAILED',
        `Processes of an earlier database server are still running on ${directory}: ${processesIn(directory).join(', ')}.`,
      );
    }
    await delay(50);
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A server and its backends work in their cluster's directory. */
function isServerOf(pid: number, directory: string): boolean {
  if (process.platform === 'linux') return workingDirectory(pid) === directory;
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(`-D ${directory} `);
  } catch {
    return false; // no such process
  }
}

function processesIn(directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => workingDirectory(pid) === directory);
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // gone, or not ours to look at
  }
}
