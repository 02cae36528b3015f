import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('./start.mjs', import.meta.url));
const standIn = fileURLToPath(new URL('./server.fixture.ts', import.meta.url));

let child: ChildProcess | undefined;

beforeAll(async () => {
  const { lines, process: start } = run();
  await untilReady(lines);
  start.kill('SIGTERM');
  await once(start, 'exit');
});

afterEach(() => {
  if (child?.pid) killGroup(child.pid, 'SIGKILL');
  child = undefined;
});

describe('npm start', () => {
  test('runs the server in production mode on a Node that runs TypeScript, within seconds when nothing changed', async () => {
    const startedAt = performance.now();
    const { lines, process: start } = run();
    const [, , mode, major] = (await untilReady(lines)).split(' ');
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect({ mode, isRecent: Number(major) >= 22 }).toEqual({ mode: 'production', isRecent: true });
    start.kill('SIGTERM');
    await once(start, 'exit');
  });

  test('passes SIGTERM on and exits with the code of the server', async () => {
    const { lines, process: start } = run();
    await untilReady(lines);
    const exited = once(start, 'exit');
    start.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    expect(await rest(lines)).toEqual(['SIGTERM', 'disconnect']);
  });

  test('passes a second SIGTERM on to nobody', async () => {
    const { lines, process: start } = run();
    await untilReady(lines);
    const exited = once(start, 'exit');
    start.kill('SIGTERM');
    start.kill('SIGTERM');
    // The second may meet a process that is ending, whose handlers are gone already.
    expect([0, null]).toContain((await exited)[0]);
    expect(await rest(lines)).toEqual(['SIGTERM', 'disconnect']);
  });

  test('ends too when the whole process group is told to', async () => {
    const { lines, process: start } = run();
    await untilReady(lines);
    const exited = once(start, 'exit');
    killGroup(start.pid ?? 0, 'SIGTERM');
    // The server hears it twice, from the group and from us; the second may meet a process whose handlers are gone
    // already. Both codes are the contract's.
    expect([0, 143]).toContain((await exited)[0]);
  });

  test('leaves no server behind when it is killed outright', async () => {
    const { lines, process: start } = run();
    await untilReady(lines);
    start.kill('SIGKILL');
    expect(await rest(lines)).toEqual(['disconnect']); // the output ends with the last process that holds it
  });

  test('says what is wrong with the entry that is not there', async () => {
    const start = spawn(process.execPath, [script], {
      env: { ...process.env, POSTROOM_ENTRY: 'nowhere/main.ts' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    start.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(start, 'close');
    expect({ code, errors }).toEqual({
      code: 1,
      errors: '\n✗ nowhere/main.ts is not there.\n  Is this checkout complete?\n',
    });
  });
});

type Lines = AsyncIterator<string>;

function run(): { process: ChildProcess; lines: Lines } {
  const started = spawn(process.execPath, [script], {
    detached: true,
    env: { ...process.env, POSTROOM_ENTRY: standIn },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  return { process: started, lines: createInterface({ input: started.stdout })[Symbol.asyncIterator]() };
}

/** The server's first line; before it come those of the installation, where something had changed. */
async function untilReady(lines: Lines): Promise<string> {
  for (let step = await lines.next(); !step.done; step = await lines.next()) {
    if (step.value.startsWith('ready')) return step.value;
  }
  throw new Error('the server did not start');
}

async function rest(lines: Lines): Promise<string[]> {
  const all: string[] = [];
  for (let step = await lines.next(); !step.done; step = await lines.next()) all.push(step.value);
  return all;
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // the group has ended
  }
}
