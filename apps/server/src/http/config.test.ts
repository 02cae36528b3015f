import { expect, it } from 'vitest';
import { createConfigRoutes } from './config.ts';
import { mount } from './http.fixture.ts';

it('says before anybody is signed in how one may sign in', async () => {
  const server = { host: 'mail.example.org', port: 993, security: 'tls' } as const;
  const defaultServers = { imap: server, smtp: { ...server, port: 465 } };
  const routes = createConfigRoutes({ signUp: 'first', canSignUp: async () => true, mailLogin: true, defaultServers });
  const answer = await mount(routes, null).app.request('/api/config');
  expect(await answer.json()).toEqual({ signUp: 'first', canSignUp: true, mailLogin: true, defaultServers });
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
});
