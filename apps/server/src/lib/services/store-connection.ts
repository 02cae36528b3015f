/**
 * The rows of a mail account: written when both servers have said yes, its secrets only as vault envelopes that are bound
 * to the row. What is tested before, and who may, is said in connections.ts.
 */
import type { ConnectionId, Learned, StoredEndpoint, UserId } from '@postroom/db';
import { accountsOf, type ProposedConnection } from '../../engine/accounts/connection-test.ts';
import type { OAuthProviderId } from '../../engine/accounts/oauth/providers.ts';
import { type OAuthTokens, writeTokens } from '../../engine/accounts/oauth/tokens.ts';
import { type Queryable, row, type Tx } from '../../engine/index/sql.ts';
import { wakeAccount } from '../../engine/operations/wake.ts';
import { announceConnection } from '../../engine/sync/connection-state.ts';
import { MailError } from '../driver/errors.ts';

export interface SecretSealer {
  seal(plain: string, aad: { connectionId: ConnectionId; userId: UserId; column: string }): Promise<string>;
}

/** What is kept of how the account logs in. */
export type KeptAuth =
  | { readonly type: 'password'; readonly password: string; readonly smtpPassword: string | undefined }
  | { readonly type: 'oauth2'; readonly provider: OAuthProviderId; readonly tokens: OAuthTokens };

/** Of a connection that was typed. */
export function keptPassword({ auth, smtp }: ProposedConnection): KeptAuth {
  if (auth.type !== 'password') throw new Error('tokens are kept with their provider');
  return { type: 'password', password: auth.password, smtpPassword: smtp.password };
}

/** As stored: user names filled in, no secret. */
export function endpointsOf(connection: ProposedConnection): { imap: StoredEndpoint; smtp: StoredEndpoint } {
  const { imap, smtp } = accountsOf(connection);
  return { imap: imap.endpoint, smtp: smtp.endpoint };
}

/** Throws CONFLICT where the user has this account already. */
export async function refuseDouble(sql: Queryable, userId: UserId, connection: ProposedConnection): Promise<void> {
  const { imap } = endpointsOf(connection);
  const found = await row(
    sql,
    `select 1 from connection where user_id = $1 and lower(email) = lower($2)
       and imap ->> 'host' = $3 and imap ->> 'username' = $4`,
    [userId, connection.email, imap.host, imap.username],
  );
  if (!found) return;
  throw new MailError({
    code: 'CONFLICT',
    message: `${connection.email} is connected already.`,
    fix: 'Change its settings under Settings, Accounts.',
  });
}

/** Columns of how the account logs in, sealed for this row. */
async function columnsOf(vault: SecretSealer, kept: KeptAuth, connectionId: ConnectionId, userId: UserId) {
  const seal = (plain: string, column: string) => vault.seal(plain, { connectionId, userId, column });
  if (kept.type === 'oauth2') {
    return {
      // Gmail by its own sign-in is a provider of its own (lib/driver); everything else is IMAP like any other.
      providerId: kept.provider === 'google' ? 'google' : 'imap',
      oauthProvider: kept.provider,
      imapSecret: await seal(writeTokens(kept.tokens), 'imap_secret'),
      smtpSecret: null,
    };
  }
  return {
    providerId: 'imap',
    oauthProvider: null,
    imapSecret: await seal(kept.password, 'imap_secret'),
    smtpSecret: kept.smtpPassword === undefined ? null : await seal(kept.smtpPassword, 'smtp_secret'),
  };
}

export async function insertConnection(
  tx: Tx,
  vault: SecretSealer,
  account: {
    readonly userId: UserId;
    readonly connection: ProposedConnection;
    readonly kept: KeptAuth;
    readonly learned: Learned;
  },
): Promise<ConnectionId> {
  const { userId, connection, kept, learned } = account;
  const { imap, smtp } = endpointsOf(connection);
  await tx.query('select 1 from "user" where id = $1 for update', [userId]);
  await refuseDouble(tx, userId, connection);
  const reserved = await row<{ id: ConnectionId }>(
    tx,
    `select nextval(pg_get_serial_sequence('connection', 'id'))::int as id`,
  );
  if (!reserved) throw new MailError({ code: 'INTERNAL', message: 'The account could not be stored.' });
  const { id } = reserved;
  const { providerId, oauthProvider, imapSecret, smtpSecret } = await columnsOf(vault, kept, id, userId);
  await tx.query(
    `insert into connection (id, user_id, email, name, is_default, imap, smtp, provider_id, auth_type, oauth_provider,
       imap_secret, smtp_secret, pins, learned)
     overriding system value
     values ($1, $2, $3, $4, not exists (select 1 from connection where user_id = $2 and is_default),
             $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      userId,
      connection.email,
      connection.name ?? '',
      imap,
      smtp,
      providerId,
      kept.type,
      oauthProvider,
      imapSecret,
      smtpSecret,
      connection.tls?.pins ?? {},
      learned,
    ],
  );
  await tx.query(`insert into identity (connection_id, name, email, is_default) values ($1, $2, $3, true)`, [
    id,
    connection.name ?? '',
    connection.email,
  ]);
  await wakeAccount(tx, id);
  await announceConnection(tx, id);
  return id;
}

/** Other servers or another way to log in. `kept` null: the secrets stay as they are. */
export async function reviseConnection(
  sql: Queryable,
  vault: SecretSealer,
  account: {
    readonly id: ConnectionId;
    readonly userId: UserId;
    readonly connection: ProposedConnection;
    readonly kept: KeptAuth | null;
    readonly learned: Learned;
  },
): Promise<void> {
  const { id, userId, connection, kept, learned } = account;
  const { imap, smtp } = endpointsOf(connection);
  await sql.query(
    `update connection set imap = $2, smtp = $3, pins = $4, learned = learned - 'smtpSize' || $5, sending_error = null,
       state = 'syncing', error = null, updated_at = now() where id = $1`,
    [id, imap, smtp, connection.tls?.pins ?? {}, learned],
  );
  if (kept === null) return;
  const { providerId, oauthProvider, imapSecret, smtpSecret } = await columnsOf(vault, kept, id, userId);
  await sql.query(
    `update connection set provider_id = $2, auth_type = $3, oauth_provider = $4, imap_secret = $5, smtp_secret = $6,
       token_claim_until = null where id = $1`,
    [id, providerId, kept.type, oauthProvider, imapSecret, smtpSecret],
  );
}
