/**
 * Every stored secret under the newest key. Row by row, each change conditional on the value that was read, so reads and
 * writes go on meanwhile and a run that was killed is simply run again. `SECRETS` is all there is: a test compares it with
 * the schema.
 */
import type { ConnectionId, IdentityId, UserId } from '@postroom/db';
import type pg from 'pg';
import { type SecretScope, type Vault, VaultError } from './vault.ts';

interface Place {
  readonly table: 'connection' | 'identity';
  readonly column: string;
}

/** Columns that hold vault envelopes. */
export const SECRETS: readonly Place[] = [
  { table: 'connection', column: 'imap_secret' },
  { table: 'connection', column: 'smtp_secret' },
  { table: 'identity', column: 'smtp_secret' },
];
const PAGE = 200;

export interface RotationCounts {
  checked: number;
  rewrapped: number;
  failed: number;
}

interface SecretRow {
  id: ConnectionId;
  user_id: UserId;
  /** 0 in a connection's own row. */
  identity_id: IdentityId | 0;
  secret: string;
}

/** Re-wraps what is not under the newest key yet. A value that does not open is counted and left as it is. */
export async function rotateSecrets(
  pool: pg.Pool,
  vault: Vault,
  options: { dryRun?: boolean } = {},
): Promise<RotationCounts> {
  const counts: RotationCounts = { checked: 0, rewrapped: 0, failed: 0 };
  for (const place of SECRETS) {
    let page: SecretRow[] = [];
    do {
      page = await secretsAfter(pool, place, page.at(-1));
      for (const row of page) {
        counts.checked += 1;
        try {
          const envelope = await vault.rewrap(row.secret, scopeOf(row, place));
          if (envelope === null) continue;
          counts.rewrapped += 1;
          if (!options.dryRun) await replace(pool, place, row, envelope);
        } catch (error) {
          if (!(error instanceof VaultError)) throw error;
          counts.failed += 1;
        }
      }
    } while (page.length === PAGE);
  }
  return counts;
}

const scopeOf = ({ id, user_id, identity_id }: SecretRow, { column }: Place): SecretScope => ({
  connectionId: id,
  userId: user_id,
  ...(identity_id === 0 ? {} : { identityId: identity_id }),
  column,
});

async function secretsAfter(
  pool: pg.Pool,
  { table, column }: Place,
  last: SecretRow | undefined,
): Promise<SecretRow[]> {
  const found = await pool.query<SecretRow>(
    table === 'connection'
      ? `select id, user_id, 0 as identity_id, ${column} as secret from connection
         where (id, 0) > ($1, $2::int) and ${column} is not null order by id limit ${PAGE}`
      : `select c.id, c.user_id, i.id as identity_id, i.${column} as secret
         from identity i join connection c on c.id = i.connection_id
         where (i.connection_id, i.id) > ($1, $2) and i.${column} is not null
         order by i.connection_id, i.id limit ${PAGE}`,
    [last?.id ?? 0, last?.identity_id ?? 0],
  );
  return found.rows;
}

async function replace(pool: pg.Pool, { table, column }: Place, row: SecretRow, envelope: string): Promise<void> {
  await pool.query(
    table === 'connection'
      ? `update connection set ${column} = $1 where id = $2 and ${column} = $3 and $4::int = 0`
      : `update identity set ${column} = $1 where connection_id = $2 and ${column} = $3 and id = $4`,
    [envelope, row.id, row.secret, row.identity_id],
  );
}

/** Tells each user whose secrets are under this key by now, once. */
export async function recordRotation(pool: pg.Pool, keyId: string): Promise<void> {
  await pool.query(
    `insert into audit_log (user_id, event, detail)
     select distinct c.user_id, 'keys.rotated', jsonb_build_object('key', $1::text) from connection c
     where starts_with(c.imap_secret, 'v1.' || $1 || '.') and not exists (
       select 1 from audit_log a where a.user_id = c.user_id and a.event = 'keys.rotated' and a.detail ->> 'key' = $1)`,
    [keyId],
  );
}

/** Proves at start that the keys given are those the newest stored secret was sealed with. Throws VaultError. */
export async function checkKeys(pool: pg.Pool, vault: Vault): Promise<void> {
  const { rows } = await pool.query<Omit<SecretRow, 'identity_id'>>(
    'select id, user_id, imap_secret as secret from connection order by id desc limit 1',
  );
  const newest = rows[0];
  if (newest) {
    await vault.open(newest.secret, { connectionId: newest.id, userId: newest.user_id, column: 'imap_secret' });
  }
}
