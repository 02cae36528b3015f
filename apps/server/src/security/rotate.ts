/**
 * Every stored secret under the newest key. Row by row, each change conditional on the value that was read, so reads and
 * writes go on meanwhile and a run that was killed is simply run again. `SECRET_COLUMNS` is all there is: a
 * test compares it with the schema.
 */
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import { type Vault, VaultError } from './vault.ts';

/** Columns of `connection` that hold vault envelopes. */
export const SECRET_COLUMNS = ['imap_secret', 'smtp_secret'] as const;
const PAGE = 200;

export interface RotationCounts {
  checked: number;
  rewrapped: number;
  failed: number;
}

interface SecretRow {
  id: ConnectionId;
  user_id: UserId;
  secret: string;
}

/** Re-wraps what is not under the newest key yet. A value that does not open is counted and left as it is. */
export async function rotateSecrets(
  pool: pg.Pool,
  vault: Vault,
  options: { dryRun?: boolean } = {},
): Promise<RotationCounts> {
  const counts: RotationCounts = { checked: 0, rewrapped: 0, failed: 0 };
  for (const column of SECRET_COLUMNS) {
    for (let after = 0; ; ) {
      const page = await pool.query<SecretRow>(
        `select id, user_id, ${column} as secret from connection
         where id > $1 and ${column} is not null order by id limit ${PAGE}`,
        [after],
      );
      for (const row of page.rows) {
        after = row.id;
        counts.checked += 1;
        try {
          const place = { connectionId: row.id, userId: row.user_id, column };
          const envelope = await vault.rewrap(row.secret, place);
          if (envelope === null) continue;
          counts.rewrapped += 1;
          if (options.dryRun) continue;
          await pool.query(`update connection set ${column} = $1 where id = $2 and ${column} = $3`, [
            envelope,
            row.id,
            row.secret,
          ]);
        } catch (error) {
          if (!(error instanceof VaultError)) throw error;
          counts.failed += 1;
        }
      }
      if (page.rows.length < PAGE) break;
    }
  }
  return counts;
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
  const { rows } = await pool.query<SecretRow>(
    'select id, user_id, imap_secret as secret from connection order by id desc limit 1',
  );
  const newest = rows[0];
  if (newest) {
    await vault.open(newest.secret, { connectionId: newest.id, userId: newest.user_id, column: 'imap_secret' });
  }
}
