/**
 * The submission server of an identity that has one of its own: from what the outbox wrote down when a message was queued to
 * a submission. It is that server or none: where the identity is gone, or has another server by now, nothing is dialled and
 * the person is told (docs/decisions/011). Signing in at a provider's page is the account's alone; here it is a password.
 */
import type { ConnectionId, IdentityId, StoredEndpoint, SubmissionVia, UserId } from '@postroom/db';
import type pg from 'pg';
import { MailError, notFound } from '../../lib/driver/errors.ts';
import { row } from '../index/sql.ts';
import type { SmtpAccount } from '../smtp/submit.ts';
import type { SecretOpener } from './access.ts';

interface OwnServerRow {
  readonly user_id: UserId;
  readonly smtp: StoredEndpoint | null;
  readonly smtp_secret: string | null;
  readonly smtp_pin: string | null;
}

/** The column of `identity` that holds the password, sealed. */
export const OWN_SECRET = 'smtp_secret';

interface Deps {
  readonly pool: pg.Pool;
  readonly vault: SecretOpener;
}

/** The identity's server, password in clear; undefined: it has none. Throws MESSAGE_NOT_FOUND when there is no such identity. */
export async function openOwnServer(
  { pool, vault }: Deps,
  connectionId: ConnectionId,
  identityId: IdentityId,
): Promise<SmtpAccount | undefined> {
  const found = await row<OwnServerRow & pg.QueryResultRow>(
    pool,
    `select c.user_id, i.smtp, i.smtp_secret, i.smtp_pin from identity i join connection c on c.id = i.connection_id
     where i.connection_id = $1 and i.id = $2`,
    [connectionId, identityId],
  );
  if (!found) throw notFound('identity');
  const { user_id: userId, smtp, smtp_secret: secret, smtp_pin: pin } = found;
  if (smtp === null || secret === null) return undefined;
  const password = await vault.open(secret, { connectionId, userId, identityId, column: OWN_SECRET });
  return { endpoint: smtp, auth: { type: 'password', password }, ...(pin === null ? {} : { pin }) };
}

/** The server that a message was queued for. Throws SENDER_REJECTED where it is not the identity's any more. */
export async function serverQueuedFor(
  deps: Deps,
  connectionId: ConnectionId,
  via: SubmissionVia,
): Promise<SmtpAccount> {
  const server = await openOwnServer(deps, connectionId, via.identityId).catch((error: unknown) => {
    throw error instanceof MailError && error.code === 'MESSAGE_NOT_FOUND' ? identityGone(via.host) : error;
  });
  if (server?.endpoint.host.toLowerCase() !== via.host.toLowerCase()) throw serverChanged(via.host);
  return server;
}

export const identityGone = (host: string) =>
  new MailError({
    code: 'SENDER_REJECTED',
    message: `It was to go out through ${host}, as an identity that is not there any more, so it was not sent.`,
    fix: 'Edit it as a new message, and choose whom it is from.',
    on: 'smtp',
  });

export const serverChanged = (host: string) =>
  new MailError({
    code: 'SENDER_REJECTED',
    message: `It was to go out through ${host}, which is not the server of its identity any more, so it was not sent.`,
    fix: 'Try again to send it through the server that the identity has now.',
    on: 'smtp',
  });
