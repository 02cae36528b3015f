import { expect, it } from 'vitest';
import { createConfigRoutes } from './config.ts';
import { mount } from './http.fixture.ts';

it('says before anybody is signed in how one may sign in', async () => {
  const server = { host: 'mail.example.org', port: 993, security: 'tls' } as const;
  const defaultServers = { imap: server, smtp: { ...server, port: 465 } };
  const emailProviders = [{ id: 'google', name: 'Google' }];
  const said = {
    signUp: 'first',
    mailLogin: true,
    singleSignOn: false,
    passwordReset: true,
    authProviders: [{ id: 'google', name: 'Google' }],
    emailProviders,
    defaultServers,
  } as const;
  const routes = createConfigRoutes({ ...said, canSignUp: async () => true });
  const answer = await mount(routes, null).app.request('/api/config');
  expect(await answer.json()).toEqual({ ...said, canSignUp: true });
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
});
