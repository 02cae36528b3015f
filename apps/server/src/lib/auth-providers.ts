/**
 * Signing in to the app at Google, Microsoft and Yahoo, as social providers of better-auth. Pages, PKCE and what is checked
 * of an answer are those of mail accounts (engine/accounts/oauth). Only who somebody is is asked for, and no token leaves
 * this module.
 *
 * Leaves out: who may be new here (auth/newcomers.ts), and the mailbox, which is connected by a consent of its own.
 */
import type { BetterAuthPlugin } from 'better-auth';
import type { OAuthProvider as SocialProvider } from 'better-auth/oauth2';
import { z } from 'zod';
import type { Identity } from '../engine/accounts/oauth/claims.ts';
import type { OAuthClient } from '../engine/accounts/oauth/oauth-client.ts';
import type { OAuthProvider, OAuthProviderId } from '../engine/accounts/oauth/providers.ts';

const SCOPES = ['openid', 'email', 'profile'];
/** The page asks which account it is to be, where the provider knows how. */
const PARAMETERS: Readonly<Partial<Record<OAuthProviderId, Readonly<Record<string, string>>>>> = {
  google: { prompt: 'select_account' },
  microsoft: { prompt: 'select_account' },
  yahoo: {},
};

/** Of the providers that are set up, those whose users may be users here. The instance's own mail server is signed in to by itself. */
export function authProviders(providers: readonly OAuthProvider[]): readonly OAuthProvider[] {
  return providers.flatMap((provider) => {
    const parameters = PARAMETERS[provider.id];
    return parameters === undefined ? [] : [{ ...provider, scopes: SCOPES, parameters }];
  });
}

export interface ProviderSignInDeps {
  readonly providers: readonly OAuthProvider[];
  readonly client: Pick<OAuthClient, 'authorizationUrl' | 'identify'>;
}

/** The plugin of better-auth. */
export function providerSignIn({ providers, client }: ProviderSignInDeps): BetterAuthPlugin {
  const own = providers.map((provider) => socialProvider(provider, client));
  return {
    id: 'provider-sign-in',
    init: ({ socialProviders }) => ({ context: { socialProviders: [...own, ...socialProviders] } }),
  };
}

const identitySchema: z.ZodType<Identity> = z.object({
  subject: z.string(),
  email: z.string().nullable(),
  isEmailVerified: z.boolean(),
  name: z.string().nullable(),
});

function socialProvider(provider: OAuthProvider, client: ProviderSignInDeps['client']): SocialProvider<Identity> {
  return {
    id: provider.id,
    name: provider.name,
    issuer: provider.issuerVaries ? undefined : provider.issuer,
    accountSubject: ({ profile }) => profile.subject,
    async createAuthorizationURL({ state, codeVerifier: verifier, redirectURI: redirectUri, loginHint }) {
      return new URL(await client.authorizationUrl({ provider, redirectUri, secrets: { state, verifier }, loginHint }));
    },
    async validateAuthorizationCode({ code, redirectURI: redirectUri, codeVerifier: verifier = '' }) {
      return { raw: { ...(await client.identify({ provider, redirectUri, code, verifier })) } };
    },
    async getUserInfo({ raw }) {
      const data = identitySchema.parse(raw);
      const { email, name, isEmailVerified: emailVerified } = data;
      return { user: { email, name: name ?? email?.split('@')[0] ?? '', emailVerified }, data };
    },
  };
}
