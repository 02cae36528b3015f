/**
 * A server that refuses the login gets nothing more until somebody does something: each further attempt would be one more
 * refused login, and servers shut out whoever has too many. What met the refusal is `failed`; what is queued waits, and goes
 * by itself as soon as the settings work again or the person tries one of them. The account's server pauses for itself, and
 * the own server of an identity for itself.
 */
import type { ConnectionId, SubmissionVia } from '@postroom/db';
import type { MailError } from '../../lib/driver/errors.ts';
import type { Queryable, Tx } from '../index/sql.ts';
import { announceConnection, needsAttention } from '../sync/connection-state.ts';
import { OWN_IDENTITY } from './submission-way.ts';

/** SQL: why the server that the row `outbox` goes through takes nothing just now; null: it does. */
export const SENDING_ERROR = `case when outbox.via is null
  then (select sending_error from connection where id = outbox.connection_id)
  else (select i.sending_error from (select 1) one join ${OWN_IDENTITY}) end`;

/** Pauses, where the error is of that kind. */
export async function pauseSending(
  tx: Tx,
  connectionId: ConnectionId,
  via: SubmissionVia | null,
  error: MailError,
): Promise<void> {
  if (!needsAttention(error)) return;
  const data = JSON.stringify(error.toData());
  if (via === null) await tx.query('update connection set sending_error = $2 where id = $1', [connectionId, data]);
  else {
    await tx.query(
      `update identity set sending_error = $3 where connection_id = $1 and id = $2 and smtp ->> 'host' = $4`,
      [connectionId, via.identityId, data, via.host],
    );
  }
  await announceConnection(tx, connectionId);
}

/** Somebody has done something. */
export async function resumeSending(
  tx: Queryable,
  connectionId: ConnectionId,
  via: SubmissionVia | null,
): Promise<void> {
  const { rowCount } = await tx.query(
    via === null
      ? 'update connection set sending_error = null where id = $1 and sending_error is not null and $2::int is null'
      : 'update identity set sending_error = null where connection_id = $1 and id = $2 and sending_error is not null',
    [connectionId, via?.identityId ?? null],
  );
  if (rowCount) await announceConnection(tx, connectionId);
}
