/** What an account's row says of its sync: state, error, what the server can do; told to the screens when it changes. */
import type { ConnectionId, ConnectionState, Learned } from '@postroom/db';
import type pg from 'pg';
import type { ErrorCode, MailError } from '../../lib/driver/errors.ts';
import { presentConnectionId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { rows, type Tx, transaction } from '../index/sql.ts';

/** Errors that no waiting mends: somebody has to do something. */
const NEEDS_ATTENTION: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AUTHENTICATION_FAILED',
  'APP_PASSWORD_REQUIRED',
  'OAUTH_REQUIRED',
  'OAUTH_EXPIRED',
  'TLS_REQUIRED',
  'CERTIFICATE_INVALID',
  'CERTIFICATE_CHANGED',
  'HOST_NOT_ALLOWED',
  'SUBMISSION_DISABLED',
]);

export const needsAttention = ({ code }: Pick<MailError, 'code'>): boolean => NEEDS_ATTENTION.has(code);

export function stateOfError(error: MailError): ConnectionState {
  return needsAttention(error) ? 'needs-attention' : 'degraded';
}

/** Writes state and error; publishes only when something is different. */
export async function saveState(
  pool: pg.Pool,
  connectionId: ConnectionId,
  state: ConnectionState,
  error: MailError | null,
): Promise<void> {
  await transaction(pool, async (tx) => {
    const changed = await rows(
      tx,
      `update connection set state = case when paused then 'paused' else $2 end, error = $3::jsonb, updated_at = now()
       where id = $1 and (state, error) is distinct from (case when paused then 'paused' else $2 end, $3::jsonb)
       returning id`,
      [connectionId, state, error ? JSON.stringify(error.toData()) : null],
    );
    if (changed.length > 0) await announceConnection(tx, connectionId);
  });
}

/** Tells the screens to look at the connection again (its progress moved). */
export async function announceConnection(
  sql: Parameters<typeof publish>[0],
  connectionId: ConnectionId,
): Promise<void> {
  await publish(sql, { connectionId, kind: 'connection', ids: [presentConnectionId(connectionId)] });
}

export async function saveCapabilities(
  pool: pg.Pool,
  connectionId: ConnectionId,
  capabilities: readonly string[],
): Promise<void> {
  await pool.query('update connection set capabilities = $2 where id = $1 and capabilities is distinct from $2', [
    connectionId,
    capabilities,
  ]);
}

export async function saveLearned(pool: pg.Pool, connectionId: ConnectionId, learned: Learned): Promise<void> {
  await pool.query('update connection set learned = learned || $2::jsonb where id = $1', [
    connectionId,
    JSON.stringify(learned),
  ]);
}

/** What the submission server says of SIZE (RFC 1870); null: no limit. Told to the screens when it is another. */
export async function saveSizeLimit(tx: Tx, connectionId: ConnectionId, octets: number | null): Promise<void> {
  const changed = await rows(
    tx,
    `update connection set learned = case when $2::bigint is null then learned - 'smtpSize'
         else learned || jsonb_build_object('smtpSize', $2::bigint) end
     where id = $1 and (learned ->> 'smtpSize')::bigint is distinct from $2 returning id`,
    [connectionId, octets],
  );
  if (changed.length > 0) await announceConnection(tx, connectionId);
}

/** QRESYNC is not believed any more of the account's server, for none of its accounts. */
export async function distrustQresync(pool: pg.Pool, connectionId: ConnectionId): Promise<void> {
  await pool.query(
    `update connection set learned = learned || '{"qresyncTrusted": false}'
     where id = $1 or imap->>'host' = (select imap->>'host' from connection where id = $1)`,
    [connectionId],
  );
}
