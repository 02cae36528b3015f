import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mount } from './http.fixture.ts';
import { createStaticApp } from './static-app.ts';

const INDEX = '<!doctype html><title>Postroom</title>';
const SCRIPT = 'export const words = "postroom";\n'.repeat(100);
let folder: string;
let root: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-static-'));
  root = join(folder, 'dist');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'index.html'), INDEX);
  writeFileSync(join(root, 'icon.svg'), '<svg/>');
  writeFileSync(join(root, 'assets', 'index-abc123.js'), SCRIPT);
  symlinkSync(join(folder, 'secret.txt'), join(root, 'assets', 'link.txt'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (path: string, headers: Record<string, string> = { Accept: 'text/html' }, method = 'GET') =>
  mount(createStaticApp({ root })).app.request(path, { headers, method });

describe('the app', () => {
  it.each(['/', '/mail/inbox', '/mail/inbox/t1-2', '/settings?tab=1', '/index.html'])('is at %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([200, INDEX]);
    expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('Cache-Control')).toBe('no-cache');
  });

  it('is also there for who takes anything', async () => {
    expect((await get('/mail/inbox', { Accept: '*/*' })).status).toBe(200);
    expect((await get('/mail/inbox', {})).status).toBe(200);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await get('/')).headers.get('ETag') ?? '';
    const answer = await get('/', { Accept: 'text/html', 'If-None-Match': etag });
    expect([answer.status, await answer.text()]).toEqual([304, '']);
  });

  it('answers HEAD without a body', async () => {
    const answer = await get('/', { Accept: 'text/html' }, 'HEAD');
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('its files', () => {
  it('are kept for ever where their names say what is in them', async () => {
    const answer = await get('/assets/index-abc123.js', {});
    expect(await answer.text()).toBe(SCRIPT);
    expect(answer.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
  });

  it('are asked for anew each time where they do not', async () => {
    expect((await get('/icon.svg', {})).headers.get('Cache-Control')).toBe('no-cache');
  });

  it.each([
    { accepted: 'gzip, deflate, br', encoding: 'br', read: brotliDecompressSync },
    { accepted: 'gzip', encoding: 'gzip', read: gunzipSync },
    { accepted: 'gzip;q=0.5, br;q=0', encoding: 'gzip', read: gunzipSync },
    { accepted: 'identity', encoding: null, read: (content: Buffer) => content },
    { accepted: 'xbr', encoding: null, read: (content: Buffer) => content },
  ])('are compressed as “$accepted” allows', async ({ accepted, encoding, read }) => {
    const answer = await get('/assets/index-abc123.js', { 'Accept-Encoding': accepted });
    const content = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('Content-Encoding')).toBe(encoding);
    expect(answer.headers.get('Content-Length')).toBe(String(content.length));
    expect(answer.headers.get('Vary')).toBe('Accept-Encoding');
    expect(read(content).toString()).toBe(SCRIPT);
  });
});

describe('nothing is at', () => {
  it.each([
    '/api',
    '/api/unknown',
    '/api/messages/m1-2/raw',
    '/health/unknown',
    '/metrics/unknown',
    '/assets/old-123.js',
    '/assets/',
    '/assets/link.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/%00',
  ])('%s', async (path) => {
    const answer = await get(path, { Accept: '*/*' });
    expect([answer.status, await answer.text()]).not.toEqual([200, 'secret']);
    if (new URL(path, 'http://localhost').pathname.match(/^\/(api|assets|health|metrics)/))
      expect(answer.status).toBe(404);
  });

  it.each(['/favicon.ico', '/robots.txt', '/src/main.tsx'])('%s, which is a file and no page', async (path) => {
    expect((await get(path, { Accept: 'image/png,*/*' })).status).toBe(404);
  });
});

describe('before the app is built', () => {
  it('a page says how to build it', async () => {
    const { app } = mount(createStaticApp({ root: join(folder, 'nowhere') }));
    const answer = await app.request('/', { headers: { Accept: 'text/html' } });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm start');
  });

  it('the page goes once it is', async () => {
    const later = join(folder, 'later');
    const { app } = mount(createStaticApp({ root: later }));
    expect((await app.request('/')).status).toBe(503);
    mkdirSync(later);
    writeFileSync(join(later, 'index.html'), INDEX);
    expect(await (await app.request('/')).text()).toBe(INDEX);
  });
});
