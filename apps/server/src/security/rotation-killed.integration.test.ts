/**
 * The keys of all connections are changed by the command itself, which is killed outright twice on the way, while they are
 * read without a pause: each read opens, and in the end nothing is left under the old key.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ConnectionId, UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEnv } from '../app.fixture.ts';
import { parseKeyRing } from './key-ring.ts';
import { createVault, localKeyWrapper } from './vault.ts';

const CONNECTIONS = process.env.SOAK === '1' ? 10_000 : 800;
const KILLED_AT = [CONNECTIONS / 5, CONNECTIONS / 2];
const COMMAND = fileURLToPath(new URL('../credentials-rotate.ts', import.meta.url));

const key = (id: number) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
const OLD = key(1);
const BOTH = `${key(2)},${OLD}`;
const vaultOf = (ring: string) => createVault(localKeyWrapper(parseKeyRing(ring)));
const USER = 'u1' as UserId;
const placeOf = (id: number) => ({ connectionId: id as ConnectionId, userId: USER, column: 'imap_secret' });
const secretOf = (id: number) => `obvious-fake-${id}`;

let database: TestDatabase;
const processes: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  const vault = vaultOf(OLD);
  const ids = Array.from({ length: CONNECTIONS }, (_, index) => index + 1);
  const envelopes = await Promise.all(ids.map((id) => vault.seal(secretOf(id), placeOf(id))));
  await database.pool.query(`insert into "user" (id, name, email) values ($1, 'A', 'a@example.org')`, [USER]);
  await database.pool.query(
    `insert into connection (id, user_id, email, imap, smtp, imap_secret, paused) overriding system value
     select id, $1, 'a' || id || '@example.org', '{}', '{}', envelope, true from unnest($2::int[], $3::text[]) as t (id, envelope)`,
    [USER, ids, envelopes],
  );
});
afterAll(async () => {
  for (const one of processes) one.kill('SIGKILL');
  await database?.drop();
});

function rotate(): ChildProcess {
  const env = { PATH: process.env.PATH, ...testEnv(database), CREDENTIALS_KEYS: BOTH };
  const child = spawn(process.execPath, [COMMAND], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  return child;
}

async function countUnder(keyId: number): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from connection where imap_secret like $1`,
    [`v1.${keyId}.%`],
  );
  return rows[0]?.count ?? 0;
}

/** Reads without a pause until told to stop; how many times. Throws where a secret does not open to what it was. */
async function readOn(signal: AbortSignal): Promise<number> {
  const vault = vaultOf(BOTH);
  for (let reads = 0; ; reads += 1) {
    if (signal.aborted) return reads;
    const id = ((reads * 7919) % CONNECTIONS) + 1;
    const { rows } = await database.pool.query<{ imap_secret: string }>(
      'select imap_secret from connection where id = $1',
      [id],
    );
    expect(await vault.open(rows[0]?.imap_secret ?? '', placeOf(id))).toBe(secretOf(id));
  }
}

it('rotates all of them, killed twice, each readable all the time', { timeout: 400_000 }, async () => {
  const end = new AbortController();
  const reading = readOn(end.signal);
  for (const at of KILLED_AT) {
    const child = rotate();
    await waitUntil(async () => (await countUnder(2)) >= at, { timeoutMs: 120_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await countUnder(1)).toBeGreaterThan(0);
  }
  const left = await countUnder(1);
  const last = rotate();
  const said: string[] = [];
  last.stdout?.on('data', (chunk: Buffer) => void said.push(chunk.toString('utf8')));
  const [code] = await once(last, 'close');
  end.abort();
  expect([code, said.join('')]).toEqual([0, `${CONNECTIONS} secrets: ${left} put under the key "2", 0 failed.\n`]);
  expect([await countUnder(1), await countUnder(2)]).toEqual([0, CONNECTIONS]);
  expect(await reading).toBeGreaterThan(100);
});
