/**
 * The app as a process of its own, as `npm start` runs it: nothing of this shell's environment that would change it. For
 * the demo, the benchmarks, and tests that drive or kill it. It ends with us: it holds one end of an IPC channel.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onFreePorts } from '@postroom/mail-lab';
import { NODE_FLAGS } from './node-flags.mjs';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
/** What the app and the programs it starts need of our environment. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_COMPILE_CACHE'];
/** The app ends within nine seconds by itself. */
const KILL_AFTER_MS = 9_500;

export interface AppOptions {
  /** One that is free where it is left out. */
  readonly port?: number;
  /** Variables of the contract; DATA_DIR or DATABASE_URL among them. */
  readonly env: Readonly<Record<string, string>>;
  /** What is started instead of `main.ts`. */
  readonly entry?: string;
  /** For Node itself, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

export interface AppProcess {
  readonly url: string;
  readonly pid: number;
  /** All that it has said. */
  output(): string;
  /** Settles when it has ended, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** As a person or a service manager ends it. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Settles when the app serves. Throws what it said instead. */
export function startApp({ port, ...options }: AppOptions): Promise<AppProcess> {
  const startOn = (on = 0) => startOnPort(on, options);
  return port === undefined ? onFreePorts(1, startOn) : startOn(port);
}

async function startOnPort(
  port: number,
  { env, nodeArgs = [], entry = MAIN }: Omit<AppOptions, 'port'>,
): Promise<AppProcess> {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const own = { NODE_ENV: 'production', LOG_LEVEL: 'error', PORT: String(port) };
  const child = spawn(process.execPath, [...NODE_FLAGS, ...nodeArgs, entry], {
    env: { ...inherited, ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit');
  const ready = Promise.withResolvers<void>();
  const said: string[] = [];
  const complaints: string[] = [];
  if (!child.stdout || !child.stderr) throw new Error('The app has no output.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (line.startsWith('Postroom is ready') || line.startsWith('Postroom’s worker')) ready.resolve();
    else console.error(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    console.error(line);
  });
  // 'close': its last words have been read, too.
  const failed = once(child, 'close').then(([code]) => {
    throw new Error(`The app ended (${code}) before it was ready. ${complaints.join('\n')}`);
  });
  await Promise.race([ready.promise, failed]);
  return {
    url: `http://localhost:${port}`,
    pid: child.pid ?? 0,
    output: () => said.join('\n'),
    ended,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(late);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
