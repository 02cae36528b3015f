/** What every kind of answer carries, and what the session's cookie is, with and without https. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePng, message, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, cookieOf, startTestApp, type TestApp } from '../app.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from '../memory-account.fixture.ts';

const APP_POLICY =
  "default-src 'none'; script-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
  "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; " +
  "manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; " +
  'trusted-types postroom-parser postroom-frame postroom-worker ProseMirrorClipboard';
const FILE_POLICY = "sandbox; default-src 'none'";
const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-frame-options': 'DENY',
  'x-dns-prefetch-control': 'off',
};
const NEVER = ['server', 'x-powered-by', 'access-control-allow-origin', 'access-control-allow-credentials'];
const HTTPS = 'https://mail.example';
const PIXEL = '<img src="http://pictures.example/pixel.png">';
const ATTACHED = [
  { filename: 'page.html', type: 'text/html', content: '<script>alert(1)</script>' },
  { filename: 'drawing.svg', type: 'image/svg+xml', content: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
  { filename: 'feed.xml', type: 'application/xml', content: '<a/>' },
  { filename: 'picture.png', type: 'image/png', content: makePng(2, 2, [0, 0, 0], [255, 255, 255]) },
  { filename: 'paper.pdf', type: 'application/pdf', content: '%PDF-1.4' },
];

let app: TestApp;
let secure: TestApp;
let servers: MemoryMailServers;
let ada: AppClient;
let root: string;
let messageId: string;
let image: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'postroom-app-'));
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Postroom</title>');
  writeFileSync(join(root, 'assets', 'app-0a1b2c.js'), 'void 0;');
  servers = await startMemoryMail('ada@lab.test');
  app = await startTestApp({ server: { appRoot: root } });
  secure = await startTestApp({ env: { APP_URL: HTTPS }, server: { appRoot: root } });
  ada = await app.signUp();
  const raw = message({ from: 'bob@lab.test', subject: 'Files', html: `<p>Files</p>${PIXEL}`, attachments: ATTACHED });
  servers.imap.mailbox('INBOX').append(raw);
  await connectMemoryMail(ada, servers);
  const { threads } = await waitUntil(async () => {
    const page = await ada.api.mail.listThreads.query({});
    return page.threads.length > 0 && page;
  });
  const { messages } = await ada.api.mail.get.query({ id: threads[0]?.id ?? '' });
  messageId = messages[0]?.id ?? '';
  image = /\/api\/image\?[^"]+/.exec(messages[0]?.processedHtml ?? '')?.[0].replaceAll('&amp;', '&') ?? '';
});
afterAll(async () => {
  await Promise.all([app?.stop(), secure?.stop(), servers?.stop()]);
  rmSync(root, { recursive: true, force: true });
});

interface Kind {
  readonly kind: string;
  readonly status: number;
  readonly ask: () => Promise<Response>;
  readonly policy?: string;
  readonly cache: string;
  readonly type?: string | null;
  readonly disposition?: RegExp;
}

/** What the table has asked for, to compare it with the app's routes. */
const asked = new Set<string>();
function send(method: 'GET' | 'POST', path: string, init: RequestInit): Promise<Response> {
  asked.add(`${method} ${path.split('?', 1)[0]}`);
  return ada.fetch(path, { ...init, method });
}
const get = (path: string, headers: Record<string, string> = {}) => send('GET', path, { headers });
const post = (path: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  send('POST', path, { body, headers });
const JSON_TYPE = { 'Content-Type': 'application/json' };
const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
const json = 'application/json';

function file(at: number, type: string, disposition: RegExp, cache: string, query = ''): Kind {
  return {
    kind: `attachment ${ATTACHED[at]?.filename}${query}`,
    status: 200,
    // The first part is the text with its alternative.
    ask: () => get(`/api/messages/${messageId}/attachments/${at + 2}${query}`),
    policy: FILE_POLICY,
    type,
    disposition,
    cache,
  };
}

const form = () => {
  const fields = new FormData();
  fields.append('file', new File(['x'], 'page.html', { type: 'text/html' }));
  return fields;
};

const KINDS: readonly Kind[] = [
  {
    kind: 'page',
    status: 200,
    ask: () => get('/mail/inbox', { Accept: 'text/html' }),
    cache: 'no-cache',
    type: 'text/html; charset=utf-8',
  },
  {
    kind: 'asset',
    status: 200,
    ask: () => get('/assets/app-0a1b2c.js'),
    cache: 'public, max-age=31536000, immutable',
    type: 'text/javascript; charset=utf-8',
  },
  { kind: 'asset that is not there', status: 404, ask: () => get('/assets/none.js'), cache: 'no-store', type: json },
  { kind: 'configuration', status: 200, ask: () => get('/api/config'), cache: 'no-store', type: json },
  { kind: 'procedure', status: 200, ask: () => get('/api/trpc/settings.get'), cache: 'no-store', type: json },
  {
    kind: 'procedure that fails',
    status: 404,
    ask: () => get(`/api/trpc/mail.get?input=${encodeURIComponent('{"json":{"id":"t1"}}')}`),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'procedure by the wrong method',
    status: 405,
    ask: () => get('/api/trpc/settings.save'),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'procedure of nobody',
    status: 401,
    ask: () => app.anonymous().fetch('/api/trpc/settings.get'),
    cache: 'no-store',
    type: json,
  },
  { kind: 'session', status: 200, ask: () => get('/api/auth/get-session'), cache: 'no-store', type: json },
  {
    kind: 'refused sign-in',
    status: 401,
    ask: () => post('/api/auth/sign-in/email', '{"email":"a@app.test","password":"wrong-password"}', JSON_TYPE),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'request of another site',
    status: 403,
    ask: () => post('/api/uploads', '', CROSS_SITE),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'request that is too large',
    status: 413,
    ask: () => post('/api/auth/sign-in/email', 'x'.repeat(70_000), JSON_TYPE),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'sign-in page of a mail provider that is not set up',
    status: 400,
    ask: () => post('/api/auth/connect/mail', '{}', JSON_TYPE),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'return from a sign-in page',
    status: 400,
    ask: () => post('/api/auth/connect/mail/finish', '{}', JSON_TYPE),
    cache: 'no-store',
    type: json,
  },
  { kind: 'upload', status: 200, ask: () => post('/api/uploads', form()), cache: 'no-store', type: json },
  {
    kind: 'message as it came',
    status: 200,
    ask: () => get(`/api/messages/${messageId}/raw`),
    policy: FILE_POLICY,
    cache: 'private, no-cache',
    type: 'message/rfc822',
    disposition: /^attachment; filename="Files\.eml"/,
  },
  {
    kind: 'message that is not there',
    status: 404,
    ask: () => get('/api/messages/m1-999/raw'),
    cache: 'no-store',
    type: json,
  },
  file(0, 'application/octet-stream', /^attachment; filename="page\.html"/, 'private, no-cache'),
  file(0, 'application/octet-stream', /^attachment;/, 'private, no-cache', '?inline=1'),
  file(1, 'application/octet-stream', /^attachment; filename="drawing\.svg"/, 'private, no-cache', '?inline=1'),
  file(2, 'application/octet-stream', /^attachment; filename="feed\.xml"/, 'private, no-cache', '?inline=1'),
  file(3, 'image/png', /^attachment; filename="picture\.png"/, 'private, max-age=3600'),
  file(3, 'image/png', /^inline; filename="picture\.png"/, 'private, max-age=3600', '?inline=1'),
  file(4, 'application/pdf', /^attachment; filename="paper\.pdf"/, 'private, no-cache', '?inline=1'),
  {
    ...file(3, 'image/png', /^attachment/, 'private, max-age=3600'),
    kind: 'range of an attachment',
    status: 206,
    ask: () => get(`/api/messages/${messageId}/attachments/5`, { Range: 'bytes=0-3' }),
  },
  {
    kind: 'all files of a message',
    status: 200,
    ask: () => get(`/api/messages/${messageId}/attachments.zip`),
    policy: FILE_POLICY,
    cache: 'private, no-cache',
    type: 'application/zip',
    disposition: /^attachment; filename="attachments\.zip"/,
  },
  {
    kind: 'remote picture',
    status: 200,
    ask: () => get(image),
    policy: FILE_POLICY,
    cache: 'private, max-age=300',
    type: 'image/gif',
  },
  {
    kind: 'remote picture that we did not sign',
    status: 403,
    ask: () => get('/api/image?u=https%3A%2F%2Fpictures.example'),
    cache: 'no-store',
    type: json,
  },
  {
    kind: 'live updates',
    status: 200,
    ask: () => get('/api/trpc/events.subscribe'),
    cache: 'no-cache, no-transform',
    type: 'text/event-stream',
  },
  { kind: 'nothing under /api', status: 404, ask: () => get('/api/none'), cache: 'no-store', type: json },
  { kind: 'health', status: 200, ask: () => get('/health'), cache: 'no-store', type: json },
  { kind: 'readiness', status: 200, ask: () => get('/health/ready'), cache: 'no-store', type: json },
  {
    kind: 'metrics',
    status: 200,
    ask: () => get('/metrics'),
    cache: 'no-store',
    type: 'text/plain; version=0.0.4; charset=utf-8',
  },
];

describe('an answer', () => {
  it.each(KINDS)('$kind carries its policy and all that keeps it where it is', async (kind) => {
    const response = await kind.ask();
    const headers = Object.fromEntries(response.headers);
    await response.body?.cancel();
    expect(response.status).toBe(kind.status);
    expect(headers).toMatchObject({
      ...EVERYWHERE,
      'content-security-policy': kind.policy ?? APP_POLICY,
      'cache-control': kind.cache,
      ...(kind.type === undefined ? {} : { 'content-type': kind.type }),
    });
    if (kind.disposition) expect(headers['content-disposition']).toMatch(kind.disposition);
    expect(NEVER.filter((name) => name in headers)).toEqual([]);
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('was asked for by every route of the app', () => {
    const isAsked = ({ method, path }: { method: string; path: string }) => {
      const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`);
      return [...asked].some((one) => {
        const [how = '', where = ''] = one.split(' ');
        return (method === 'ALL' || method === how) && pattern.test(where);
      });
    };
    const unknown = app.routes.filter((route) => !isAsked(route));
    expect(unknown.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('has a policy without wildcard, eval and inline script', () => {
    expect(APP_POLICY).not.toMatch(/\*|unsafe-eval|script-src[^;]*unsafe-inline|https?:/);
  });

  it.each(['/', '/api/config', '/health', '/assets/none.js', '/api/none'])(
    'by https tells browsers to stay with it: %s',
    async (path) => {
      const { headers } = await secure.anonymous().fetch(path);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    },
  );
});

describe('the session cookie', () => {
  const signUp = (to: TestApp, origin: string) =>
    fetch(new URL('/api/auth/sign-up/email', to.url), {
      method: 'POST',
      headers: { ...JSON_TYPE, Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ name: 'Ada', email: 'cookie@app.test', password: 'fake-app-password' }),
    });
  const settings = (of: TestApp, cookie: string) =>
    fetch(new URL('/api/trpc/settings.get', of.url), { headers: { Cookie: cookie } });

  it('by http is HttpOnly, Lax and for the whole app', async () => {
    const [cookie = ''] = (await signUp(app, app.url)).headers.getSetCookie();
    expect(cookie.split('; ')).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax']));
    expect(cookie).toMatch(/^postroom\.session_token=/);
    expect(cookie).not.toMatch(/; (?:Secure|Domain)/i);
  });

  it('by https is Secure too, bound to this host by its name, and opens the API', async () => {
    const response = await signUp(secure, HTTPS);
    const cookies = response.headers.getSetCookie();
    expect(cookies).not.toEqual([]);
    for (const cookie of cookies) {
      expect(cookie.split('; ')).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure']));
      expect(cookie).toMatch(/^__Host-postroom\./);
      expect(cookie).not.toMatch(/; Domain/i);
    }
    expect((await settings(secure, cookieOf(response))).status).toBe(200);
    const signedOut = await fetch(new URL('/api/auth/sign-out', secure.url), {
      method: 'POST',
      headers: { ...JSON_TYPE, Origin: HTTPS, 'Sec-Fetch-Site': 'same-origin', Cookie: cookieOf(response) },
      body: '{}',
    });
    expect([signedOut.status, signedOut.headers.getSetCookie().every((one) => one.startsWith('__Host-'))]).toEqual([
      200,
      true,
    ]);
    expect((await settings(secure, cookieOf(response))).status).toBe(401);
  });

  it('by https is not taken under a name that another host of the domain could have set', async () => {
    const { cookie } = { cookie: cookieOf(await signIn()) };
    expect((await settings(secure, cookie)).status).toBe(200);
    expect((await settings(secure, cookie.replaceAll('__Host-', ''))).status).toBe(401);
    expect((await settings(secure, cookie.replaceAll('__Host-', '__Secure-'))).status).toBe(401);
  });

  function signIn(): Promise<Response> {
    return fetch(new URL('/api/auth/sign-in/email', secure.url), {
      method: 'POST',
      headers: { ...JSON_TYPE, Origin: HTTPS, 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ email: 'cookie@app.test', password: 'fake-app-password' }),
    });
  }
});
