/** The app as a process of its own, as `npm start` runs it, so that it can be killed. Test code only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@postroom/mail-lab';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface AppProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** As a person or a service manager ends it; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts it and waits until it serves; `env` is all it is told. Throws with what it said when it ends before. */
export async function startAppProcess(env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit');
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) throw new Error('The app has no output.');
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith('Postroom is ready')) ready.resolve();
      else said.push(line);
    });
  }
  child.once('close', (code) => ready.reject(new Error(`The app ended with ${code}: ${said.join('\n')}`)));
  await ready.promise;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    url: `http://localhost:${port}`,
    process: child,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}
