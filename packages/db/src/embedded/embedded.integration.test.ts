import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbedded } from './index.ts';

const fixture = fileURLToPath(new URL('./app.fixture.ts', import.meta.url));

/** what the fixture says: `url` and `pid`, or `code` and `message` */
type Report = Partial<Record<'url' | 'code' | 'message', string>> & { pid?: number };
interface App {
  process: ChildProcess;
  report: Promise<Report>;
}

let dataDir: string;
let apps: App[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'postroom-embedded-'));
  chmodSync(dataDir, 0o700);
  apps = [];
});

afterEach(async () => {
  await Promise.all(apps.map(endApp));
  const server = await startEmbedded({ dataDir }); // ends what a killed app has left
  await server.stop();
  expect(processesOn(dataDir)).toEqual([]);
  await rm(dataDir, { recursive: true, force: true });
});

describe('a start', () => {
  test('makes the database once and finds its rows the next time', async () => {
    const first = await startEmbedded({ dataDir });
    await query(first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await first.stop();
    const startedAt = performance.now();
    const second = await startEmbedded({ dataDir });
    const startMs = performance.now() - startedAt;
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    await second.stop();
    expect(startMs).toBeLessThan(3000); // some 100 ms on an idle machine
  });

  test('brings Unicode case rules and the extensions that search needs', async () => {
    const server = await startEmbedded({ dataDir });
    await query(server.url, 'CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent');
    const rows = await query(
      server.url,
      "SELECT lower('ÉÄ') AS lower, unaccent('é') AS plain, current_setting('fsync') AS fsync, current_setting('jit') AS jit",
    );
    await server.stop();
    expect(rows).toEqual([{ lower: 'éä', plain: 'e', fsync: 'on', jit: 'off' }]);
  });

  test('lets nobody in without the password, which only the owner can read', async () => {
    const server = await startEmbedded({ dataDir });
    const without = new URL(server.url);
    without.password = 'guessed';
    const superuser = new URL(server.url);
    superuser.username = 'postgres';
    await expect(query(without.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await expect(query(superuser.href, 'SELECT 1')).rejects.toMatchObject({ code: '28000' });
    await server.stop();
    expect(statSync(join(dataDir, 'database', 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'database')).mode & 0o777).toBe(0o700);
  });

  test('on a cluster of another PostgreSQL says so and changes nothing', async () => {
    await (await startEmbedded({ dataDir })).stop();
    const versionFile = join(dataDir, 'database', 'cluster', 'PG_VERSION');
    const version = readFileSync(versionFile, 'utf8');
    writeFileSync(versionFile, '15\n');
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'WRONG_VERSION' });
    writeFileSync(versionFile, version);
  });
});

describe('two apps on one directory', () => {
  test('are never both let in, however close together they start', async () => {
    const reports = await Promise.all(Array.from({ length: 5 }, () => startApp().report));
    const refused = reports.filter(({ code }) => code === 'IN_USE');
    expect(reports.filter(({ url }) => url)).toHaveLength(1);
    expect(refused).toHaveLength(4);
    expect(refused[0]?.message).toMatch(/^Postroom is already running on .+DATA_DIR.+DATABASE_URL/);
  });

  test('inside one process are refused too', async () => {
    const server = await startEmbedded({ dataDir });
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ code: 'IN_USE' });
    await server.stop();
  });
});

describe('after kill -9', () => {
  test('of the app, the next start ends the server left behind and has every committed row', async () => {
    const app = startApp();
    const { url = '', pid = 0 } = await app.report;
    await query(url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
    await killHard(app);
    expect(isAlive(pid)).toBe(true);
    const server = await startEmbedded({ dataDir });
    expect(isAlive(pid)).toBe(false);
    expect(await query(server.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await server.stop();
  });

  test('of the app and its server, the stale pid file is no obstacle', async () => {
    const app = startApp();
    const { url = '', pid = 0 } = await app.report;
    await query(url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
    process.kill(pid, 'SIGKILL');
    await killHard(app);
    const server = await startEmbedded({ dataDir });
    expect(await query(server.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await server.stop();
  });

  test('a pid file that now names a stranger neither stops the start nor harms the stranger', async () => {
    await (await startEmbedded({ dataDir })).stop();
    const stranger = spawn('sleep', ['600']);
    const pidFile = join(dataDir, 'database', 'cluster', 'postmaster.pid');
    writeFileSync(pidFile, `${stranger.pid}\n${join(dataDir, 'database', 'cluster')}\n1700000000\n5432\n\n127.0.0.1\n`);
    const server = await startEmbedded({ dataDir });
    await server.stop();
    expect(stranger.exitCode).toBeNull();
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    stranger.kill();
    await once(stranger, 'exit');
  });

  test.each(process.env.SOAK ? Array.from({ length: 40 }, (_, step) => step * 30) : [30, 200, 450, 700, 1000])(
    '%d ms into the first start, the next one completes it and clears the rest away',
    async (afterMs) => {
      const app = startApp();
      await delay(afterMs); // the moment of the kill is what this test varies
      await killHard(app);
      const server = await startEmbedded({ dataDir });
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await server.stop();
      expect(readdirSync(dataDir).sort()).toEqual(['app.lock', 'app.pid', 'database']);
    },
  );
});

describe('stopping', () => {
  test('leaves no process and no pid file, may be asked twice, and frees the directory', async () => {
    const server = await startEmbedded({ dataDir });
    const busy = new pg.Client({ connectionString: server.url });
    busy.on('error', () => undefined); // the server ends under it
    await busy.connect();
    const cut = expect(busy.query('SELECT pg_sleep(60)')).rejects.toThrow();
    await Promise.all([server.stop(), server.stop()]);
    await Promise.all([cut, server.exited]);
    expect(processesOn(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'database', 'cluster', 'postmaster.pid'))).toBe(false);
    await (await startEmbedded({ dataDir })).stop();
  });

  test('happens with the app that is asked to end', async () => {
    const app = startApp();
    await app.report;
    app.process.kill('SIGTERM');
    const [code] = await once(app.process, 'exit');
    expect(code).toBe(0);
    expect(processesOn(dataDir)).toEqual([]);
  });

  test('is noticed by the app when the server ends by itself', async () => {
    const server = await startEmbedded({ dataDir });
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await server.stop();
  });
});

function startApp(): App {
  const child = spawn(process.execPath, [fixture, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const report = (async (): Promise<Report> => {
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Report;
    return {};
  })();
  const app = { process: child, report };
  apps.push(app);
  return app;
}

async function killHard(app: App): Promise<void> {
  const exited = once(app.process, 'exit');
  app.process.kill('SIGKILL');
  await exited;
}

async function endApp(app: App): Promise<void> {
  if (app.process.exitCode !== null || app.process.signalCode !== null) return;
  const exited = once(app.process, 'exit');
  app.process.kill('SIGTERM');
  await exited;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A process that has ended but whose parent has not asked for its exit code (no command line) counts as ended. */
function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return readCommand(String(pid)) !== '';
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Processes whose command line names the folder. */
function processesOn(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => readCommand(pid))
    .filter((command) => command.includes(folder));
}

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it ended meanwhile
  }
}
