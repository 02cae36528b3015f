/**
 * An embedded PostgreSQL server under the app's data directory: made at the first start, ended with the app.
 * It listens on a free port of the loopback address and lets in one role, by password (SCRAM). Two apps never run
 * on one directory (`lock.ts`); what a killed app has left behind is cleared up (`postmaster.ts`, `initialise.ts`).
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { DATABASE, initialise } from './initialise.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { endLeftServer, SHUTDOWN_STEPS } from './postmaster.ts';
import { openServerLog, type ServerLog } from './server-log.ts';
import { type Durability, serverArguments } from './settings.ts';

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './errors.ts';
export { type DirectoryLock, lockDirectory } from './lock.ts';

export interface EmbeddedPostgres {
  /** `postgres://` URL of the app's database, password included: never log it */
  url: string;
  /** process id of the server */
  pid: number;
  /** Settles when the server has ended, whether by `stop` or by itself. */
  exited: Promise<void>;
  /** Fast shutdown; may be called twice. Gives the data directory free. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (message: string) => void;
  /** `none` turns fsync off: for tests only */
  durability?: Durability;
  startTimeoutMs?: number;
}

const PORT_ATTEMPTS = 5;

/** Starts the server on `dataDir`, making the database the first time. Throws `EmbeddedPostgresError`. */
export async function startEmbedded(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = () => undefined, durability = 'full', startTimeoutMs = 120_000 } = options;
  const binaries = findBinaries();
  const lock = lockDirectory(options.dataDir);
  try {
    const dataDir = realpathSync(options.dataDir);
    const home = join(dataDir, 'database');
    const launcherFor = (folder: string) => createLauncher({ home: folder, postgres: binaries.postgres });
    if (!existsSync(home)) log('making the database');
    await initialise({ dataDir, home, binaries, launcherFor });
    const cluster = join(home, 'cluster');
    checkVersion(cluster, binaries);
    await endLeftServer(cluster, log);
    const launcher = launcherFor(home);
    return await launch({ home, cluster, binaries, launcher, lock, durability, startTimeoutMs });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Launch {
  home: string;
  cluster: string;
  binaries: PostgresBinaries;
  launcher: Launcher;
  lock: DirectoryLock;
  durability: Durability;
  startTimeoutMs: number;
}

async function launch(options: Launch): Promise<EmbeddedPostgres> {
  const { home, cluster, binaries, launcher, lock, durability, startTimeoutMs } = options;
  const password = readFileSync(join(home, 'password'), 'utf8').trim();
  const serverLog = openServerLog(join(home, 'server.log'));
  try {
    for (let attempt = 1; ; attempt += 1) {
      const port = await findFreePort();
      // a session of its own: a Ctrl-C in the terminal ends us, and then we end the server
      const child = launcher.spawn(binaries.postgres, serverArguments({ cluster, port, durability }), {
        cwd: home,
        detached: true,
        env: { LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', serverLog.descriptor, serverLog.descriptor],
      });
      const server = watch(child);
      if (await isReady({ server, cluster, deadline: Date.now() + startTimeoutMs })) {
        return running({
          server,
          lock,
          serverLog,
          url: `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`,
        });
      }
      await end(server);
      const portTaken = /Address already in use|could not create any TCP\/IP sockets/.test(serverLog.tail());
      if (!portTaken || attempt === PORT_ATTEMPTS) {
        throw new EmbeddedPostgresError('START_FAILED', `The database server did not start:\n${serverLog.tail()}`);
      }
    }
  } catch (error) {
    serverLog.close();
    throw error;
  }
}

interface Server {
  child: ChildProcess;
  hasExited(): boolean;
  exited: Promise<void>;
}

function watch(child: ChildProcess): Server {
  let done = false;
  const exited = new Promise<void>((resolve) => {
    const finish = () => {
      done = true;
      resolve();
    };
    child.once('exit', finish);
    child.once('error', finish);
  });
  child.unref();
  return { child, hasExited: () => done, exited };
}

function running(options: {
  server: Server;
  lock: DirectoryLock;
  serverLog: ServerLog;
  url: string;
}): EmbeddedPostgres {
  const { server, lock, serverLog, url } = options;
  const endWithUs = () => server.child.kill('SIGINT');
  process.once('exit', endWithUs);
  void server.exited.then(() => {
    process.off('exit', endWithUs);
    serverLog.close();
  });
  let stopping: Promise<void> | undefined;
  return {
    url,
    pid: server.child.pid ?? 0,
    exited: server.exited,
    stop() {
      stopping ??= end(server).finally(() => lock.release());
      return stopping;
    },
  };
}

/** Waits until the server says in its pid file that it lets clients in. */
async function isReady({
  server,
  cluster,
  deadline,
}: {
  server: Server;
  cluster: string;
  deadline: number;
}): Promise<boolean> {
  while (!server.hasExited() && Date.now() < deadline) {
    const lines = readLines(join(cluster, 'postmaster.pid'));
    if (Number(lines[0]) === server.child.pid && lines[7]?.trim() === 'ready') return true;
    await delay(10);
  }
  return false;
}

function readLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

async function end(server: Server): Promise<void> {
  for (const { signal, waitMs } of SHUTDOWN_STEPS) {
    if (server.hasExited()) return;
    server.child.ref();
    server.child.kill(signal);
    await Promise.race([server.exited, delay(waitMs, undefined, { ref: false })]);
  }
}

function checkVersion(cluster: string, { major }: PostgresBinaries): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new EmbeddedPostgresError(
    'WRONG_VERSION',
    `The database under ${cluster} was made by PostgreSQL ${found}; this Postroom brings ${major}. ` +
      'Start it with the Postroom that made it and move the data with pg_dump, or set DATABASE_URL.',
  );
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
