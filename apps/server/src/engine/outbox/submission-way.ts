/**
 * Which submission server a message goes through: the account's, or the own one of the identity that it is written as. The
 * row says it from the moment that it is queued (`outbox.via`), and by itself it never goes through another one: where the
 * identity is removed, or gets another server, what waits is failed and says so. What is learned of an own server (SIZE,
 * whether it files a copy) stands with the identity.
 */
import type { ConnectionId, IdentityId, Learned, OutboxId, SubmissionVia } from '@postroom/db';
import type { MailError } from '../../lib/driver/errors.ts';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { type Queryable, row, rows, type Tx } from '../index/sql.ts';
import { wakeAccount } from '../operations/wake.ts';
import { saveLearned, saveSizeLimit } from '../sync/connection-state.ts';

/** SQL: the identity whose own server the row `outbox` goes through. */
export const OWN_IDENTITY = `identity i on i.connection_id = outbox.connection_id and i.id = (outbox.via ->> 'identityId')::int`;

/** Octets of a message that the server takes; null: nothing is known of a limit. */
export async function knownSizeLimit(
  sql: Queryable,
  connectionId: ConnectionId,
  via: SubmissionVia | null,
): Promise<number | null> {
  const known = await row<{ limit: number | null }>(
    sql,
    via === null
      ? `select (learned ->> 'smtpSize')::bigint as limit from connection where id = $1 and $2::int is null`
      : `select (learned ->> 'smtpSize')::bigint as limit from identity where connection_id = $1 and id = $2`,
    [connectionId, via?.identityId ?? null],
  );
  return known?.limit ?? null;
}

/** What the server said of SIZE (RFC 1870); null: no limit. */
export async function learnSizeLimit(
  tx: Tx,
  connectionId: ConnectionId,
  via: SubmissionVia | null,
  octets: number | null,
): Promise<void> {
  if (via === null) return saveSizeLimit(tx, connectionId, octets);
  await tx.query(
    `update identity set learned = case when $4::bigint is null then learned - 'smtpSize'
       else learned || jsonb_build_object('smtpSize', $4::bigint) end
     where connection_id = $1 and id = $2 and smtp ->> 'host' = $3`,
    [connectionId, via.identityId, via.host, octets],
  );
}

/** What was found out about the server by looking at what became of a message. */
export async function learnOfWay(
  sql: Parameters<typeof saveLearned>[0],
  connectionId: ConnectionId,
  via: SubmissionVia | null,
  learned: Learned,
): Promise<void> {
  if (via === null) return saveLearned(sql, connectionId, learned);
  await sql.query(
    `update identity set learned = learned || $4::jsonb where connection_id = $1 and id = $2 and smtp ->> 'host' = $3`,
    [connectionId, via.identityId, via.host, JSON.stringify(learned)],
  );
}

/** The server that the row goes through from now on, by the word of its person: the one that its identity has now. */
export async function chooseWayAnew(tx: Tx, connectionId: ConnectionId, id: OutboxId): Promise<SubmissionVia | null> {
  const chosen = await row<{ via: SubmissionVia | null }>(
    tx,
    `update outbox set via = (select case when i.id is null then outbox.via when i.smtp is null then null
         else jsonb_build_object('identityId', i.id, 'host', i.smtp ->> 'host') end
       from (select 1) one left join ${OWN_IDENTITY})
     where connection_id = $1 and id = $2 returning via`,
    [connectionId, id],
  );
  return chosen?.via ?? null;
}

/** What waits for a server that the identity has no more is not sent, and says why; what is on its way goes on. */
export async function failWaiting(
  tx: Tx,
  connectionId: ConnectionId,
  identityId: IdentityId,
  error: (host: string) => MailError,
): Promise<void> {
  const waiting = await rows<{ id: OutboxId; host: string }>(
    tx,
    `select id, via ->> 'host' as host from outbox where connection_id = $1 and state in ('queued', 'scheduled')
       and (via ->> 'identityId')::int = $2 for update`,
    [connectionId, identityId],
  );
  for (const { id, host } of waiting) {
    await tx.query(
      `update outbox set error = $3, state = case when recipients @> '[{"status": "accepted"}]' then 'partial' else 'failed' end,
         next_attempt_at = case when recipients @> '[{"status": "accepted"}]' then now() end
       where connection_id = $1 and id = $2`,
      [connectionId, id, JSON.stringify(error(host).toData())],
    );
    await publish(tx, { connectionId, kind: 'outbox', ids: [presentId('outbox', connectionId, id)] });
  }
  if (waiting.length > 0) await wakeAccount(tx, connectionId);
}
