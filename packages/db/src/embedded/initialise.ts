/**
 * Makes the cluster. All of it happens in a folder of its own, which takes its final name in one rename at the end:
 * a start that is killed on the way leaves a folder that the next start throws away, never half a database.
 * Layout of the result: `cluster/` (PGDATA), `password` (0600, of the only role that may log in).
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import type { Launcher } from './launcher.ts';

export const DATABASE = 'postroom';
const TEMPORARY_PREFIX = '.database-new-';

interface InitialiseOptions {
  dataDir: string;
  /** final name of the folder */
  home: string;
  binaries: PostgresBinaries;
  launcherFor(folder: string): Launcher;
}

/** Makes the cluster unless it is there, and throws away what killed starts have left. */
export async function initialise({ dataDir, home, binaries, launcherFor }: InitialiseOptions): Promise<void> {
  await removeLeftovers(dataDir);
  if (existsSync(home)) return;
  const folder = join(dataDir, `${TEMPORARY_PREFIX}${randomBytes(6).toString('hex')}`);
  mkdirSync(folder, { mode: 0o700 });
  try {
    await fill(folder, binaries, launcherFor(folder));
    renameSync(folder, home);
    syncFolder(dataDir);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function fill(folder: string, binaries: PostgresBinaries, launcher: Launcher): Promise<void> {
  const cluster = join(folder, 'cluster');
  const password = randomBytes(24).toString('hex');
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600, flush: true });
  await run(launcher, binaries.initdb, [
    ...['-D', cluster, '-U', 'postgres', '--auth=reject', '--encoding=UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ]);
  await run(
    launcher,
    binaries.postgres,
    ['--single', '-D', cluster, '-c', 'exit_on_error=on', '-c', 'log_checkpoints=off', 'postgres'],
    `CREATE ROLE ${DATABASE} LOGIN CREATEDB PASSWORD '${password}';\nCREATE DATABASE ${DATABASE} OWNER ${DATABASE};\n`,
  );
  writeFileSync(
    join(cluster, 'pg_hba.conf'),
    `# Written by Postroom: nobody on this machine logs in without the password.\nhost all ${DATABASE} 127.0.0.1/32 scram-sha-256\n`,
    { flush: true },
  );
  launcher.own(join(cluster, 'pg_hba.conf'));
  syncFolder(folder);
}

/** Runs a program to its end; its output is the message when it fails. */
function run(launcher: Launcher, program: string, args: string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = launcher.spawn(program, args, {
      cwd: dirname(program),
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.stdin?.on('error', () => undefined); // it ended without reading: its exit code says why
    child.stdin?.end(input);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const name = program.split('/').at(-1);
      reject(
        new EmbeddedPostgresError(
          'START_FAILED',
          `The database could not be set up (${name} ended with ${signal ?? code}):\n${output.trim()}`,
        ),
      );
    });
  });
}

/** A killed start's initdb may still be writing: take its folder's name away, which ends it, then the folder. */
async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(TEMPORARY_PREFIX))) {
    const grave = join(dataDir, `${TEMPORARY_PREFIX}${randomBytes(6).toString('hex')}`);
    renameSync(join(dataDir, name), grave);
    await rm(grave, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
