/**
 * From a connection's id to a live session or a submission: loads the row, opens the secrets, hands both to the wire.
 * Secrets are in clear only here and in the call they are handed to.
 */
import type { ConnectionId, Learned, StoredEndpoint, StoredPins, UserId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { SecretScope } from '../../security/vault.ts';
import type { ImapAccount, ImapSession, SessionPurpose } from '../imap/types.ts';
import { row } from '../index/sql.ts';
import type { AccountAuth } from './account-auth.ts';
import type { ProposedConnection } from './connection-test.ts';
import type { TokenSource } from './oauth/token-source.ts';

/** A connection as the engine works with it, secrets in clear. */
export interface OpenAccount {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly imap: StoredEndpoint;
  readonly smtp: StoredEndpoint;
  readonly auth: AccountAuth;
  /** The same one, unless sending has a password of its own. */
  readonly smtpAuth: AccountAuth;
  readonly pins: StoredPins;
  readonly learned: Learned;
  readonly paused: boolean;
}

/** Opens vault envelopes; security/vault.ts. */
export interface SecretOpener {
  open(envelope: string, scope: SecretScope): Promise<string>;
}

/**
 * Runs work on one of the account's sessions, which is given back when the work's promise settles. `leave` aborts when
 * somebody cannot go on without it: whoever only waits for pushes ends then.
 */
export type WithImap = <T>(
  connectionId: ConnectionId,
  purpose: SessionPurpose,
  work: (session: ImapSession, leave: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>;

export interface AccountAccess {
  open(connectionId: ConnectionId): Promise<OpenAccount>;
  readonly withImap: WithImap;
}

interface ConnectionRow {
  id: ConnectionId;
  user_id: UserId;
  email: string;
  name: string;
  imap: StoredEndpoint;
  smtp: StoredEndpoint;
  auth_type: 'password' | 'oauth2';
  imap_secret: string;
  smtp_secret: string | null;
  pins: StoredPins;
  learned: Learned;
  paused: boolean;
}

export function imapAccountOf(account: OpenAccount): ImapAccount {
  return {
    connectionId: account.connectionId,
    email: account.email,
    endpoint: account.imap,
    auth: account.auth,
    pin: account.pins.imap,
  };
}

/** The account as it would be connected anew. */
export function proposedOf({ email, name, imap, smtp, auth, smtpAuth, pins }: OpenAccount): ProposedConnection {
  const own = smtpAuth !== auth && smtpAuth.type === 'password' ? { password: smtpAuth.password } : {};
  return { email, name, imap, smtp: { ...smtp, ...own }, auth, tls: { pins } };
}

export function createAccountAccess(deps: {
  readonly pool: pg.Pool;
  readonly vault: SecretOpener;
  readonly tokens: TokenSource;
  readonly withSession: <T>(
    account: ImapAccount,
    purpose: SessionPurpose,
    work: (session: ImapSession, leave: AbortSignal) => Promise<T>,
    options: { signal?: AbortSignal; budget?: number },
  ) => Promise<T>;
}): AccountAccess {
  const open = async (connectionId: ConnectionId): Promise<OpenAccount> => {
    const found = await row<ConnectionRow>(
      deps.pool,
      `select id, user_id, email, name, imap, smtp, auth_type, imap_secret, smtp_secret, pins, learned, paused
       from connection where id = $1`,
      [connectionId],
    );
    if (!found) throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'This account is not here (any more).' });
    const scope = { connectionId, userId: found.user_id };
    const password = async (secret: string, column: string): Promise<AccountAuth> => ({
      type: 'password',
      password: await deps.vault.open(secret, { ...scope, column }),
    });
    const auth: AccountAuth =
      found.auth_type === 'oauth2'
        ? { type: 'oauth2', token: (refused) => deps.tokens.tokenFor(connectionId, refused) }
        : await password(found.imap_secret, 'imap_secret');
    const smtpAuth = found.smtp_secret === null ? auth : await password(found.smtp_secret, 'smtp_secret');
    return {
      connectionId,
      userId: found.user_id,
      email: found.email,
      name: found.name,
      imap: found.imap,
      smtp: found.smtp,
      auth,
      smtpAuth,
      pins: found.pins,
      learned: found.learned,
      paused: found.paused,
    };
  };
  return {
    open,
    async withImap(connectionId, purpose, work, signal) {
      const account = await open(connectionId);
      if (purpose === 'sync') await requireConsent(account.auth);
      const budget = account.learned.maxConnections;
      return deps.withSession(imapAccountOf(account), purpose, work, {
        ...(signal ? { signal } : {}),
        ...(budget === undefined ? {} : { budget }),
      });
    },
  };
}

/**
 * Sessions stay when the token that opened them ends, so a consent that was withdrawn would show at the next login only,
 * hours later. So whoever looks renews a token whose time has come. Throws OAUTH_EXPIRED, and nothing else: a provider
 * that is away is no reason not to look.
 */
async function requireConsent(auth: AccountAuth): Promise<void> {
  if (auth.type !== 'oauth2') return;
  await auth.token().catch((error: unknown) => {
    if (error instanceof MailError && error.code === 'OAUTH_EXPIRED') throw error;
  });
}
