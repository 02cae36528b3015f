/**
 * A server run in the foreground as our child. A small shell stands between: it holds the read end of a pipe from us
 * and ends the server when that pipe closes, so a test process that is killed leaves no server behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const GUARD = `
"$@" 3<&- </dev/null & server=$!
( read -r line <&3; kill -TERM $server ) & watch=$!
wait $server; code=$?
kill $watch 2>/dev/null
exit $code
`;

/** A running server process. */
export interface Daemon {
  /** What it has written to stdout and stderr. */
  output(): string;
  /** True until the process has ended. */
  running(): boolean;
  /** Settles with the exit code (null: killed by a signal) when it has ended. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and SIGKILL to the whole family after `graceMs`. Settles when no process of it is left. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL to the server and all its children at once: a crash. */
  kill(): Promise<void>;
}

/** Parent of each process on this machine (Linux), for finding a server's children. */
function parents(): Map<number, number> {
  const result = new Map<number, number>();
  if (!existsSync('/proc/self/stat')) return result;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      result.set(Number(entry), Number(parent));
    } catch {
      // It ended while we looked.
    }
  }
  return result;
}

function descendants(root: number): number[] {
  const all = parents();
  const found = [root];
  for (const known of found) {
    for (const [pid, parent] of all) if (parent === known) found.push(pid);
  }
  return found.slice(1);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (!existsSync(`/proc/${pid}/stat`)) return !existsSync('/proc/self/stat');
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Already gone.
  }
}

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
}

async function gone(pids: number[], withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

/** Starts `command` under the guard. The command must stay in the foreground. */
export function startDaemon(
  command: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Daemon {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', command, ...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let running = true;
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-200_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const pipe = child.stdio[3];
  pipe?.on('error', () => {});
  const ended = exited(child).then((code) => {
    running = false;
    return code;
  });

  async function killFamily(family: number[]): Promise<void> {
    for (const pid of family) signal(pid, 'SIGKILL');
    if (!(await gone(family, 5_000))) throw new Error(`${command}: processes ${family.join(', ')} would not die`);
    await ended;
  }

  return {
    output: () => output,
    running: () => running,
    ended,
    async stop(graceMs = 5_000) {
      if (!running || child.pid === undefined) return;
      const family = descendants(child.pid);
      pipe?.destroy();
      await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
      if (!(await gone(family, running ? 0 : 2_000))) await killFamily(family);
      await ended;
    },
    async kill() {
      if (!running || child.pid === undefined) return;
      await killFamily(descendants(child.pid));
    },
  };
}
