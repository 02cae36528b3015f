/**
 * Access tokens that are good. What is stored serves until shortly before it ends, then one process, and in it one
 * caller, asks the provider for new ones; everybody else waits for them. A refresh token serves once with many providers:
 * two that refresh at the same time would each make the other's void. So whoever refreshes holds a claim in the
 * connection's row, with an end, and keeps no database connection meanwhile.
 *
 * A consent that was withdrawn is written down: the provider is not asked again before somebody has signed in anew.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../../lib/driver/errors.ts';
import { row } from '../../index/sql.ts';
import type { OAuthProvider } from './providers.ts';
import { type OAuthTokens, readTokens, signInExpired, writeTokens } from './tokens.ts';

/** So long before its end a token is not begun with any more; for short ones a fifth of their time. */
const MARGIN_MS = 60_000;
/** Longer than a refresh takes at most. */
const CLAIM_SECONDS = 30;
const LOOK_AGAIN_MS = 150;

export interface TokenSource {
  /** An access token. `refused`: one that the mail server would not have, whatever its time. Throws OAUTH_EXPIRED. */
  tokenFor(connectionId: ConnectionId, refused?: string): Promise<string>;
}

export interface TokenSourceDeps {
  readonly pool: pg.Pool;
  readonly vault: {
    open(envelope: string, scope: SecretPlace): Promise<string>;
    seal(plain: string, scope: SecretPlace): Promise<string>;
  };
  readonly providers: readonly OAuthProvider[];
  readonly refresh: (provider: OAuthProvider, tokens: OAuthTokens) => Promise<OAuthTokens>;
  readonly now: () => number;
}

interface SecretPlace {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly column: 'imap_secret';
}

interface Stored {
  readonly userId: UserId;
  readonly provider: string | null;
  readonly secret: string;
  readonly tokens: OAuthTokens;
}

export function createTokenSource({ pool, vault, providers, refresh, now }: TokenSourceDeps): TokenSource {
  const underWay = new Map<string, Promise<string>>();

  async function load(connectionId: ConnectionId): Promise<Stored> {
    const found = await row<{ user_id: UserId; oauth_provider: string | null; imap_secret: string }>(
      pool,
      `select user_id, oauth_provider, imap_secret from connection where id = $1 and auth_type = 'oauth2'`,
      [connectionId],
    );
    if (!found) throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'This account is not here (any more).' });
    const { user_id: userId, oauth_provider: provider, imap_secret: secret } = found;
    const tokens = readTokens(await vault.open(secret, { connectionId, userId, column: 'imap_secret' }));
    return { userId, provider, secret, tokens };
  }

  const isGood = ({ accessToken, expiresAt, issuedAt }: OAuthTokens, refused: string | undefined) =>
    accessToken !== refused && now() < expiresAt - Math.min(MARGIN_MS, (expiresAt - issuedAt) / 5);

  /** Whether it is ours to refresh; the claim ends by itself where its holder does. */
  async function claim(connectionId: ConnectionId): Promise<boolean> {
    const claimed = await row(
      pool,
      `update connection set token_claim_until = clock_timestamp() + $2 * interval '1 second'
       where id = $1 and (token_claim_until is null or token_claim_until < clock_timestamp()) returning id`,
      [connectionId, CLAIM_SECONDS],
    );
    return claimed !== undefined;
  }

  /** Writes new tokens in place of those they came from, whatever key those are sealed with by now; ends the claim. */
  async function store(connectionId: ConnectionId, old: Stored, tokens: OAuthTokens): Promise<void> {
    const place = { connectionId, userId: old.userId, column: 'imap_secret' } as const;
    const sealed = await vault.seal(writeTokens(tokens), place);
    for (let before = old; ; ) {
      const written = await row(
        pool,
        `update connection set imap_secret = $2, token_claim_until = null where id = $1 and imap_secret = $3 returning id`,
        [connectionId, sealed, before.secret],
      );
      if (written) return;
      before = await load(connectionId);
      // Somebody has signed in anew meanwhile: that stands.
      if (before.tokens.accessToken !== old.tokens.accessToken) return;
    }
  }

  async function renew(connectionId: ConnectionId, old: Stored): Promise<string> {
    const provider = providers.find(({ id }) => id === old.provider);
    try {
      if (!provider) throw notTurnedOn(old.provider);
      const tokens = await refresh(provider, old.tokens);
      await store(connectionId, old, tokens);
      return tokens.accessToken;
    } catch (error) {
      if (error instanceof MailError && error.code === 'OAUTH_EXPIRED') {
        await store(connectionId, old, { ...old.tokens, refreshToken: null });
      } else {
        await pool.query('update connection set token_claim_until = null where id = $1', [connectionId]);
      }
      throw error;
    }
  }

  async function obtain(connectionId: ConnectionId, refused: string | undefined): Promise<string> {
    for (;;) {
      const stored = await load(connectionId);
      if (isGood(stored.tokens, refused)) return stored.tokens.accessToken;
      if (stored.tokens.refreshToken === null) throw signInExpired();
      if (await claim(connectionId)) {
        // Between our look and our claim another may have had it, and given it back.
        const current = await load(connectionId);
        if (current.tokens.accessToken === stored.tokens.accessToken) return renew(connectionId, current);
        await pool.query('update connection set token_claim_until = null where id = $1', [connectionId]);
        continue;
      }
      await wait(LOOK_AGAIN_MS);
    }
  }

  return {
    tokenFor(connectionId, refused) {
      const key = `${connectionId} ${refused ?? ''}`;
      const known = underWay.get(key);
      if (known) return known;
      const asked = obtain(connectionId, refused).finally(() => underWay.delete(key));
      underWay.set(key, asked);
      return asked;
    },
  };
}

function notTurnedOn(provider: string | null): MailError {
  return new MailError({
    code: 'OAUTH_REQUIRED',
    message: 'This server cannot renew the sign-in of this account: its provider is not set up here any more.',
    fix: `Whoever runs this server can turn ${provider ?? 'it'} on again; or connect the account with a password.`,
    retryable: false,
  });
}
