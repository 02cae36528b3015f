/** Signing in at mail providers, made real: which there are, how they are spoken to, whose tokens are good. */
import type pg from 'pg';
import { createOAuthClient, type OAuthClient } from './engine/accounts/oauth/oauth-client.ts';
import { emailProviders, type OAuthProvider } from './engine/accounts/oauth/providers.ts';
import { createTokenSource, type TokenSource } from './engine/accounts/oauth/token-source.ts';
import type { Env } from './env.ts';
import type { Endpoint } from './lib/driver/schemas.ts';
import type { Egress } from './security/egress.ts';
import { createGuardedFetch } from './security/guarded-fetch.ts';
import type { Vault } from './security/vault.ts';

export interface OAuthEngine {
  readonly providers: readonly OAuthProvider[];
  readonly client: OAuthClient;
  readonly tokens: TokenSource;
  close(): Promise<void>;
}

/** Where a test has other identity providers than the world. */
export type ReviseProvider = (provider: OAuthProvider) => OAuthProvider;

export interface OAuthEngineDeps {
  readonly env: Env;
  readonly pool: pg.Pool;
  readonly vault: Vault;
  readonly egress: Egress;
  readonly extraCa: string | null;
  readonly ownServer: { readonly imap: Endpoint; readonly smtp: Endpoint } | null;
  readonly reviseProvider: ReviseProvider;
}

export function createOAuthEngine(deps: OAuthEngineDeps): OAuthEngine {
  const { pool, vault, egress, extraCa } = deps;
  const guarded = createGuardedFetch({ egress, extraCa });
  const client = createOAuthClient({ fetch: guarded.fetch, now: Date.now });
  const providers = emailProviders(deps.env, deps.ownServer).map(deps.reviseProvider);
  const { refresh } = client;
  return {
    providers,
    client,
    tokens: createTokenSource({ pool, vault, providers, refresh, now: Date.now }),
    close: guarded.close,
  };
}
