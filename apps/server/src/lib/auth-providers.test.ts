import { expect, it } from 'vitest';
import { emailProviders } from '../engine/accounts/oauth/providers.ts';
import { authProviders } from './auth-providers.ts';

const server = { host: 'mail.example.org', port: 993, security: 'tls' } as const;

it('are those whose users may be users here, asked for no more than who somebody is', () => {
  const env = {
    GOOGLE_CLIENT_ID: 'google-id',
    MICROSOFT_CLIENT_ID: 'microsoft-id',
    YAHOO_CLIENT_ID: 'yahoo-id',
    MAIL_OAUTH_ISSUER: 'https://id.example.org',
    MAIL_OAUTH_CLIENT_ID: 'own-id',
  };
  const providers = authProviders(emailProviders(env, { imap: server, smtp: server }));
  expect(providers.map(({ id, scopes, parameters }) => ({ id, scopes, parameters }))).toEqual([
    { id: 'google', scopes: ['openid', 'email', 'profile'], parameters: { prompt: 'select_account' } },
    { id: 'microsoft', scopes: ['openid', 'email', 'profile'], parameters: { prompt: 'select_account' } },
    { id: 'yahoo', scopes: ['openid', 'email', 'profile'], parameters: {} },
  ]);
});
