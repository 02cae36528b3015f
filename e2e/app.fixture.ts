/** A mail server and the app, as a newcomer starts it: its own process, its own embedded database, nothing in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test as base } from '@playwright/test';
import { freePorts, type MailServer, startMailServer } from '@postroom/mail-lab';

const entry = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url));

export interface RunningApp {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts the app on a data folder; `env` adds to what it is told. */
export async function startApp(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, NODE_ENV: 'production', DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ready = Promise.withResolvers<void>();
  if (!child.stdout) throw new Error('The app has no output.');
  createInterface({ input: child.stdout }).on('line', (line) =>
    line.startsWith('Postroom is ready') ? ready.resolve() : console.error(line),
  );
  child.once('exit', (code) => ready.reject(new Error(`The app ended with ${code} before it was ready.`)));
  await ready.promise;
  return {
    url: `http://localhost:${port}`,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Worker-wide: the mail server with ada@lab.test and bob@lab.test, and the app that trusts its certificate. */
export const test = base.extend<object, { mail: MailServer; app: RunningApp }>({
  mail: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const mail = await startMailServer();
      await use(mail);
      await mail.stop();
    },
    { scope: 'worker' },
  ],
  app: [
    async ({ mail }, use) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'postroom-e2e-'));
      const app = await startApp(dataDir, { MAIL_TLS_CA_FILE: mail.caFile, MAIL_EGRESS_ALLOW: 'localhost' });
      await use(app);
      await app.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});
