/**
 * An account whose logins are refused sends nothing more until somebody does something: each further attempt would be one
 * more refused login, and servers shut out whoever has too many. What met the refusal is `failed`; what is queued waits,
 * and goes by itself as soon as the settings work again or the person tries one of them.
 */
import type { ConnectionId } from '@postroom/db';
import type { MailError } from '../../lib/driver/errors.ts';
import { type Queryable, row, type Tx } from '../index/sql.ts';
import { announceConnection, needsAttention } from '../sync/connection-state.ts';

export async function isPaused(sql: Queryable, connectionId: ConnectionId): Promise<boolean> {
  const found = await row(sql, 'select 1 from connection where id = $1 and sending_error is not null', [connectionId]);
  return found !== undefined;
}

/** Pauses, where the error is of that kind. */
export async function pauseSending(tx: Tx, connectionId: ConnectionId, error: MailError): Promise<void> {
  if (!needsAttention(error)) return;
  await tx.query('update connection set sending_error = $2 where id = $1', [
    connectionId,
    JSON.stringify(error.toData()),
  ]);
  await announceConnection(tx, connectionId);
}

/** Somebody has done something. */
export async function resumeSending(tx: Queryable, connectionId: ConnectionId): Promise<void> {
  const { rowCount } = await tx.query(
    'update connection set sending_error = null where id = $1 and sending_error is not null',
    [connectionId],
  );
  if (rowCount) await announceConnection(tx, connectionId);
}
