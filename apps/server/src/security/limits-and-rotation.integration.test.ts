import { PassThrough } from 'node:stream';
import type { ConnectionId, IdentityId, UserId } from '@postroom/db';
import { schema } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../lib/log.ts';
import { createAuditLog } from './audit-log.ts';
import { parseKeyRing } from './key-ring.ts';
import { createRateLimits, ThrottledError } from './rate-limit.ts';
import { checkKeys, recordRotation, rotateSecrets, SECRETS } from './rotate.ts';
import { createVault, localKeyWrapper, VaultError } from './vault.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const key = (id: number) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
const vaultOf = (ring: string) => createVault(localKeyWrapper(parseKeyRing(ring)));

it('lets exactly ten of thirty simultaneous sign-ins through, over two services', async () => {
  const services = [createRateLimits(database.pool), createRateLimits(database.pool)];
  const hits = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) =>
      (services[index % 2] ?? createRateLimits(database.pool)).hit('sign-in', 'a'),
    ),
  );
  expect(hits.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  const refused = hits.flatMap((hit) => (hit.status === 'rejected' ? [hit.reason] : []));
  expect(refused.every((reason) => reason instanceof ThrottledError && reason.retryAfterSeconds <= 300)).toBe(true);
  await services[0]?.hit('sign-in', 'b');
});

it('names every column of the schema that holds a secret', () => {
  const columns = Object.values(schema).flatMap((table) =>
    is(table, PgTable) ? Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`) : [],
  );
  const secrets = columns.filter((name) => name.endsWith('_secret'));
  expect(secrets.sort()).toEqual(SECRETS.map(({ table, column }) => `${table}.${column}`).sort());
});

it('brings all secrets under the newest key, once', async () => {
  const old = vaultOf(key(1));
  const both = vaultOf(`${key(2)},${key(1)}`);
  const userId = 'u1' as UserId;
  await database.pool.query(`insert into "user" (id, name, email) values ('u1', 'A', 'a@example.org')`);
  const place = { connectionId: 1 as ConnectionId, userId, column: 'imap_secret' };
  await database.pool.query(
    `insert into connection (id, user_id, email, imap, smtp, imap_secret) overriding system value
     values (1, 'u1', 'a@example.org', '{}', '{}', $1)`,
    [await old.seal('obvious-fake', place)],
  );
  const ofIdentity = { ...place, identityId: 7 as IdentityId, column: 'smtp_secret' };
  await database.pool.query(
    `insert into identity (connection_id, id, email, smtp, smtp_secret) overriding system value values (1, 7, 'a@b.test', '{}', $1)`,
    [await old.seal('another-obvious-fake', ofIdentity)],
  );
  expect(await rotateSecrets(database.pool, both, { dryRun: true })).toEqual({ checked: 2, rewrapped: 2, failed: 0 });
  await checkKeys(database.pool, old);
  expect(await rotateSecrets(database.pool, both)).toEqual({ checked: 2, rewrapped: 2, failed: 0 });
  expect(await rotateSecrets(database.pool, both)).toEqual({ checked: 2, rewrapped: 0, failed: 0 });
  const { rows } = await database.pool.query<{ smtp_secret: string }>('select smtp_secret from identity');
  const envelope = rows[0]?.smtp_secret ?? '';
  expect(await vaultOf(key(2)).open(envelope, ofIdentity)).toBe('another-obvious-fake');
  for (const elsewhere of [
    place,
    { ...ofIdentity, identityId: 8 as IdentityId },
    { ...place, column: 'smtp_secret' },
  ]) {
    await expect(vaultOf(key(2)).open(envelope, elsewhere)).rejects.toThrow(VaultError);
  }
  await checkKeys(database.pool, vaultOf(key(2)));
  await expect(checkKeys(database.pool, old)).rejects.toThrow(VaultError);
});

it('tells each user of a new key once, and nobody else', async () => {
  await database.pool.query(`insert into "user" (id, name, email) values ('u2', 'B', 'b@example.org')`);
  await recordRotation(database.pool, '2');
  await recordRotation(database.pool, '2');
  const { rows } = await database.pool.query('select user_id, event, detail from audit_log');
  expect(rows).toEqual([{ user_id: 'u1', event: 'keys.rotated', detail: { key: '2' } }]);
  await database.pool.query('delete from audit_log');
});

it('keeps who did what', async () => {
  await createAuditLog(database.pool)({ event: 'sign-in', userId: 'u1' as UserId, ip: '192.0.2.1' });
  const { rows } = await database.pool.query('select user_id, connection_id, event, detail, ip from audit_log');
  expect(rows).toEqual([{ user_id: 'u1', connection_id: null, event: 'sign-in', detail: {}, ip: '192.0.2.1' }]);
});

it('writes no secret into the log, however deep', () => {
  const destination = new PassThrough();
  const log = createLog({ level: 'trace', isPretty: false, destination });
  log.info({ password: 'canary', a: { pass: 'canary', b: { cookie: 'canary', c: { authorization: 'canary' } } } }, 'x');
  expect(String(destination.read())).not.toContain('canary');
});
