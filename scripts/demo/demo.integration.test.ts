/** The demo as one starts it, with a small mailbox: ready to sign in to, and gone when it is told to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort, readGreeting, waitUntil } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import type { ThreadPage } from '../../apps/server/src/lib/driver/schemas.ts';
import { signIn } from '../lib/app-client.ts';
import { makeArrival } from './arrivals.ts';
import { ADA, BOB } from './people.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** Folders of ours, by the name that the demo gives them. */
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('postroom-demo-'));

describe.runIf(process.getuid?.() === 0)('npm run demo', () => {
  it('shows both people their mail, new mail as it comes, and leaves nothing when it is told to end', async () => {
    const before = folders();
    const port = await freePort();
    const demo = spawn(process.execPath, [entry, '--messages', '60', '--port', `${port}`, '--every', '0.5'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = demo;
    const ended = once(demo, 'exit');
    const output: string[] = [];
    createInterface({ input: demo.stdout }).on('line', (line) => output.push(line));
    await waitUntil(() => output.some((line) => line.startsWith('Ctrl-C')), { timeoutMs: 30_000 });
    const url = /^The demo is ready at (\S+)$/m.exec(output.join('\n'))?.[1] ?? '';
    expect(url).toBe(`http://localhost:${port}`);

    const ada = await signIn(url, ADA);
    await waitUntil(async () => {
      const { threads } = await ada.query<ThreadPage>('mail.listThreads');
      return threads.length > 10 && threads.some(({ subject }) => subject === 'High tide on Saturday');
    });
    ada.close();
    const bob = await signIn(url, BOB);
    await waitUntil(
      async () => (await bob.query<ThreadPage>('mail.listThreads', { folder: 'all' })).threads.length > 0,
    );
    bob.close();

    demo.kill('SIGTERM');
    const [code] = await ended;
    expect(code).toBe(0);
    await expect(readGreeting(port)).rejects.toThrow(/ECONNREFUSED/);
    expect(folders()).toEqual(before);
  });
});

describe('what arrives in the demo', () => {
  it('is the same each time, and an answer names what it answers', () => {
    const at = new Date('2026-11-01T12:00:00Z');
    expect(makeArrival(8, at)).toEqual(makeArrival(8, at));
    const answer = makeArrival(2, at).raw.toString();
    expect(answer).toContain('In-Reply-To: <arrival-0-0@demo.example>');
  });

  it('begins new conversations in every round', () => {
    const at = new Date('2026-11-01T12:00:00Z');
    const answer = makeArrival(8, at).raw.toString();
    expect(answer).toContain('In-Reply-To: <arrival-1-0@demo.example>');
  });
});
