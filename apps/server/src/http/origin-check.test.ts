import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { HttpEnv } from './env.ts';
import { isFromOurselves, originCheck, ownOrigins } from './origin-check.ts';

const LOCAL = 'http://localhost:3000';
const PUBLIC = 'https://mail.example.org';

describe('which origins are the app', () => {
  it.each([
    { name: 'a public address is itself only', options: { appUrl: PUBLIC, port: 3000 }, own: [PUBLIC] },
    {
      name: 'this machine has several names',
      options: { appUrl: LOCAL },
      own: ['http://127.0.0.1:3000', 'http://[::1]:3000', LOCAL],
    },
    {
      name: 'the port that is listened on counts where APP_URL is this machine',
      options: { appUrl: 'http://127.0.0.1', port: 4000 },
      own: [
        'http://127.0.0.1',
        'http://127.0.0.1:4000',
        'http://[::1]',
        'http://[::1]:4000',
        'http://localhost',
        'http://localhost:4000',
      ],
    },
  ])('$name', ({ options, own }) => {
    expect([...ownOrigins(options)].sort()).toEqual(own.sort());
  });
});

describe('who changes something here', () => {
  it.each([
    { name: 'neither header', isAllowed: false },
    { name: 'the app, by fetch metadata', site: 'same-origin', isAllowed: true },
    { name: 'the person, by the address bar', site: 'none', isAllowed: true },
    { name: 'a sibling domain', site: 'same-site', isAllowed: false },
    { name: 'another site', site: 'cross-site', isAllowed: false },
    { name: 'an unknown word', site: 'trust-me', isAllowed: false },
    { name: 'the empty word', site: '', isAllowed: false },
    { name: 'the app, by origin', origin: LOCAL, isAllowed: true },
    { name: 'the app by another spelling', origin: 'http://127.0.0.1:3000', isAllowed: true },
    { name: 'another port of this machine', origin: 'http://localhost:3001', isAllowed: false },
    { name: 'another scheme', origin: 'https://localhost:3000', isAllowed: false },
    { name: 'a host that begins like ours', origin: 'http://localhost:3000.evil.test', isAllowed: false },
    { name: 'an opaque origin', origin: 'null', isAllowed: false },
    { name: 'an empty origin', origin: '', isAllowed: false },
    { name: 'both fine', site: 'same-origin', origin: LOCAL, isAllowed: true },
    { name: 'fine metadata, foreign origin', site: 'same-origin', origin: 'https://evil.test', isAllowed: false },
    { name: 'foreign metadata, fine origin', site: 'cross-site', origin: LOCAL, isAllowed: false },
  ])('$name: $isAllowed', ({ site, origin, isAllowed }) => {
    expect(isFromOurselves({ site, origin }, ownOrigins({ appUrl: LOCAL }))).toBe(isAllowed);
  });
});

describe('the middleware', () => {
  const app = new Hono<HttpEnv>().use(originCheck({ appUrl: PUBLIC })).all('*', (c) => c.text('done'));

  it.each(['GET', 'HEAD', 'OPTIONS'])('lets %s pass, which changes nothing', async (method) => {
    expect((await app.request('/api/x', { method })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
    'refuses %s that says nothing of where it comes from',
    async (method) => {
      const answer = await app.request('/api/x', { method });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toEqual({
        error: { message: 'This request does not come from the app itself.', data: { mail: null } },
      });
    },
  );

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/json'])(
    'refuses %s from another site',
    async (type) => {
      const headers = { 'Content-Type': type, 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' };
      expect((await app.request('/api/x', { method: 'POST', headers, body: 'x' })).status).toBe(403);
    },
  );

  it('does not believe the Host header: only APP_URL is us', async () => {
    const headers = { Host: 'rebound.test:3000', Origin: 'http://rebound.test:3000' };
    expect((await app.request('/api/x', { method: 'POST', headers })).status).toBe(403);
  });

  it('lets the app itself pass', async () => {
    const headers = { Origin: PUBLIC, 'Sec-Fetch-Site': 'same-origin' };
    expect((await app.request('/api/x', { method: 'POST', headers })).status).toBe(200);
  });
});
