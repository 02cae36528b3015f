/**
 * Connecting a mail account by its provider's own sign-in page: `begin` sends the browser there, `finish` takes what it
 * brings back. What ties the two together is kept in the database, for ten minutes and one use, and belongs to the user
 * who began: nobody can have somebody else finish what they began. As with a password, both servers are tested before
 * anything is stored; with `connectionId` an account that is there is signed in again, and goes on where it was.
 */
import { createHash } from 'node:crypto';
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import {
  type AuthorizationSecrets,
  newSecrets,
  type OAuthClient,
  type SignedIn,
} from '../../engine/accounts/oauth/oauth-client.ts';
import type { OAuthProvider } from '../../engine/accounts/oauth/providers.ts';
import { row } from '../../engine/index/sql.ts';
import { MailError, notFound } from '../driver/errors.ts';
import { parseConnectionId } from '../driver/ids.ts';

export interface OAuthConnectService {
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** The page to go to. `email` fills it in; `connectionId` signs that account in again. */
  begin(
    userId: UserId,
    request: {
      readonly providerId: string;
      readonly email?: string | undefined;
      readonly connectionId?: string | undefined;
    },
  ): Promise<{ url: string }>;
  /** The account that was connected, or signed in again. */
  finish(
    userId: UserId,
    answer: { readonly providerId: string; readonly parameters: URLSearchParams },
  ): Promise<{ connectionId: string }>;
}

/** Somebody has signed in: for a new account, or for one that is there. */
export interface SignedInAccount {
  readonly provider: OAuthProvider;
  readonly email: string;
  readonly signedIn: SignedIn;
  readonly connectionId: ConnectionId | null;
}

export interface OAuthConnectDeps {
  readonly pool: pg.Pool;
  readonly providers: readonly OAuthProvider[];
  readonly client: Pick<OAuthClient, 'authorizationUrl' | 'redeem'>;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: (providerId: string) => string;
  /** Tests and stores; an account that is there already, where `connectionId` says so. */
  readonly store: (userId: UserId, account: SignedInAccount) => Promise<{ id: string }>;
}

interface Begun extends AuthorizationSecrets {
  readonly email: string | null;
  readonly connection_id: ConnectionId | null;
}

const MINUTES = 10;
const fingerprint = (state: string) => createHash('sha256').update(state).digest('base64url');

export function createOAuthConnect(deps: OAuthConnectDeps): OAuthConnectService {
  const { pool, providers, client } = deps;

  function providerOf(id: string): OAuthProvider {
    const provider = providers.find((one) => one.id === id);
    if (provider) return provider;
    throw new MailError({
      code: 'NOT_SUPPORTED',
      message: 'Signing in with this provider is not set up on this server.',
      fix: 'Connect the account with an app password, or ask whoever runs this server to set it up.',
    });
  }

  /** The caller's own account that was signed in so before, or may be. */
  async function own(userId: UserId, connectionId: string): Promise<{ id: ConnectionId; email: string }> {
    const found = await row<{ id: ConnectionId; email: string }>(
      pool,
      'select id, email from connection where id = $1 and user_id = $2',
      [parseConnectionId(connectionId), userId],
    );
    if (!found) throw notFound('account');
    return found;
  }

  return {
    providers: providers.map(({ id, name }) => ({ id, name })),
    async begin(userId, { providerId, email, connectionId }) {
      const provider = providerOf(providerId);
      const again = connectionId === undefined ? null : await own(userId, connectionId);
      const secrets = newSecrets();
      const loginHint = again?.email ?? email;
      const url = await client.authorizationUrl({
        provider,
        redirectUri: deps.redirectUri(provider.id),
        secrets,
        loginHint,
      });
      await pool.query('delete from oauth_request where expires_at < now()');
      await pool.query(
        `insert into oauth_request (state, user_id, provider_id, nonce, verifier, email, connection_id, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 minute')`,
        [
          fingerprint(secrets.state),
          userId,
          provider.id,
          secrets.nonce,
          secrets.verifier,
          loginHint ?? null,
          again?.id ?? null,
          MINUTES,
        ],
      );
      return { url };
    },
    async finish(userId, { providerId, parameters }) {
      const provider = providerOf(providerId);
      const state = parameters.get('state') ?? '';
      const begun = await row<Begun & pg.QueryResultRow>(
        pool,
        `delete from oauth_request where state = $1 and user_id = $2 and provider_id = $3 and expires_at > now()
         returning nonce, verifier, email, connection_id`,
        [fingerprint(state), userId, provider.id],
      );
      if (!begun) throw notBegun();
      const { nonce, verifier, connection_id: connectionId } = begun;
      const signedIn = await client.redeem({
        provider,
        redirectUri: deps.redirectUri(provider.id),
        secrets: { state, nonce, verifier },
        parameters,
      });
      const email = signedIn.email ?? begun.email;
      if (email === null) throw nobody(provider);
      if (connectionId !== null && email.toLowerCase() !== begun.email?.toLowerCase()) {
        throw somebodyElse(email, begun.email ?? '');
      }
      const { id } = await deps.store(userId, { provider, email, signedIn, connectionId });
      return { connectionId: id };
    },
  };
}

function notBegun(): MailError {
  return new MailError({
    code: 'OAUTH_REQUIRED',
    message: 'This sign-in was not begun here, was used already, or took longer than ten minutes.',
    fix: 'Begin again.',
  });
}

function nobody({ name }: OAuthProvider): MailError {
  return new MailError({
    code: 'OAUTH_REQUIRED',
    message: `${name} did not say whose mailbox it is.`,
    fix: 'Type the address first, then sign in.',
  });
}

function somebodyElse(signedIn: string, wanted: string): MailError {
  return new MailError({
    code: 'OAUTH_REQUIRED',
    message: `You signed in as ${signedIn}, but this account is ${wanted}.`,
    fix: `Sign in as ${wanted}; or connect ${signedIn} as an account of its own.`,
  });
}
