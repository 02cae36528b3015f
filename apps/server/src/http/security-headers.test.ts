import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { HttpEnv } from './env.ts';
import { FILE_HEADERS, securityHeaders } from './security-headers.ts';

const appWith = (appUrl: string) =>
  new Hono<HttpEnv>()
    .use(securityHeaders({ appUrl }))
    .get('/api/file', (c) => c.body('x', 200, { ...FILE_HEADERS, 'Cache-Control': 'private' }))
    .get('/api/foreign', () => Response.json({ made: 'without a context' }))
    .get('/fails', () => {
      throw new Error('broken');
    })
    .get('/page', (c) => c.text('x'))
    .onError((_error, c) => c.text('failed', 500));

const EXPECTED = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

describe('every answer', () => {
  it.each(['/page', '/api/foreign', '/fails', '/nowhere'])('of %s carries the headers', async (path) => {
    const { headers } = await appWith('http://localhost:3000').request(path);
    expect(Object.fromEntries(headers)).toMatchObject(EXPECTED);
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers.get('Permissions-Policy')).toContain('camera=()');
  });

  it('has a policy without unsafe scripts, wildcards and schemes that load from elsewhere', async () => {
    const policy =
      (await appWith('http://localhost:3000').request('/page')).headers.get('Content-Security-Policy') ?? '';
    const directives = new Map(policy.split('; ').map((one) => [one.split(' ', 1)[0], one]));
    expect(directives.get('script-src')).toBe("script-src 'self'");
    expect(directives.get('frame-ancestors')).toBe("frame-ancestors 'none'");
    expect(directives.get('base-uri')).toBe("base-uri 'none'");
    expect(policy).not.toMatch(/unsafe-eval|\*|https?:/);
  });

  it('keeps what its route says itself', async () => {
    const { headers } = await appWith('http://localhost:3000').request('/api/file');
    expect(headers.get('Content-Security-Policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('Cache-Control')).toBe('private');
  });

  it('of the API is kept by no cache unless its route says so', async () => {
    expect((await appWith('http://localhost:3000').request('/api/foreign')).headers.get('Cache-Control')).toBe(
      'no-store',
    );
  });
});

describe('HSTS', () => {
  it.each([
    { appUrl: 'https://mail.example.org', value: 'max-age=31536000' },
    { appUrl: 'http://localhost:3000', value: null },
  ])('of $appUrl is $value', async ({ appUrl, value }) => {
    expect((await appWith(appUrl).request('/page')).headers.get('Strict-Transport-Security')).toBe(value);
  });
});
