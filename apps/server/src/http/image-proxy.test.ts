import { describe, expect, it } from 'vitest';
import { ADA, BOB, mount } from './http.fixture.ts';
import { createImageProxy, type FetchRemote } from './image-proxy.ts';
import { createImageSigner } from './image-signature.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1');
const PICTURE = 'https://pictures.example.org/a.png?x=1&y=(2)';
const signer = createImageSigner('a secret');
const signed = (url = PICTURE) => signer.sign({ userId: ADA.id, messageId: 'm1-7', url });

interface Fake {
  readonly body?: Buffer;
  readonly status?: number;
  readonly fails?: boolean;
  readonly cacheBytes?: number;
}

function proxy({ body = PNG, status = 200, fails = false, cacheBytes }: Fake = {}) {
  const asked: { url: string; options: Parameters<FetchRemote>[1] }[] = [];
  const fetchRemote: FetchRemote = async (url, options) => {
    asked.push({ url, options });
    if (fails) throw new Error('not allowed to go there');
    return { status, headers: { 'content-type': 'text/html', 'set-cookie': 'x=y' }, body };
  };
  const routes = createImageProxy({ signer, fetchRemote, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
  const as = (caller: typeof ADA | null) => mount(routes, caller).app;
  return { asked, ada: as(ADA), bob: as(BOB), nobody: as(null) };
}

describe('a picture', () => {
  it('comes with the type it really has, in a sandbox, without anything its server said', async () => {
    const { ada } = proxy();
    const answer = await ada.request(signed());
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'cache-control': 'private, max-age=86400',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([
    { url: 'http://a.test/b.png', asked: 'https://a.test/b.png' },
    { url: 'HTTPS://A.test/b.png', asked: 'https://a.test/b.png' },
  ])('at $url is fetched from $asked', async ({ url, asked }) => {
    const fake = proxy();
    await fake.ada.request(signed(url));
    expect(fake.asked.map((one) => one.url)).toEqual([asked]);
    expect(fake.asked[0]?.options).toMatchObject({
      maxBytes: 10 * 1024 * 1024,
      accept: expect.not.stringContaining('svg'),
    });
  });

  it('that would become too large when it is decoded is a placeholder', async () => {
    const body = Buffer.from('89504e470d0a1a0a0000000d494844520000ffff0000ffff0806000000', 'hex');
    const answer = await proxy({ body }).ada.request(signed());
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
  });

  it('is fetched once for a user who looks twice', async () => {
    const { ada, asked } = proxy();
    await ada.request(signed());
    await ada.request(signed());
    expect(asked).toHaveLength(1);
  });

  it('is fetched again once the cache is full', async () => {
    const { ada, asked } = proxy({ cacheBytes: PNG.length });
    for (const url of ['https://a.test/1', 'https://a.test/2', 'https://a.test/1']) await ada.request(signed(url));
    expect(asked).toHaveLength(3);
  });
});

describe('a transparent pixel stands for', () => {
  it.each([
    { name: 'SVG', fake: { body: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') } },
    { name: 'HTML', fake: { body: Buffer.from('<!doctype html><script>alert(1)</script>') } },
    { name: 'nothing', fake: { body: Buffer.alloc(0) } },
    { name: 'what is too large', fake: { body: Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]) } },
    { name: 'a failure of the server', fake: { status: 404 } },
    { name: 'a server that may not be asked', fake: { fails: true } },
  ])('$name', async ({ fake }) => {
    const { ada, asked } = proxy(fake);
    const answer = await ada.request(signed());
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(/^GIF89a/);
    expect(answer.headers.get('Cache-Control')).toBe('private, max-age=300');
    expect(answer.headers.get('Location')).toBeNull();
    await ada.request(signed());
    expect(asked).toHaveLength(2);
  });

  it.each(['ftp://a.test/b', 'file:///etc/passwd', 'data:image/png;base64,AA', 'nonsense'])(
    '%s, which nobody is asked for',
    async (url) => {
      const { ada, asked } = proxy();
      expect((await ada.request(signed(url))).headers.get('Content-Type')).toBe('image/gif');
      expect(asked).toEqual([]);
    },
  );
});

describe('nobody is asked', () => {
  it('for another user: 403', async () => {
    const { bob, asked } = proxy();
    expect([(await bob.request(signed())).status, asked]).toEqual([403, []]);
  });

  it('without a session: 401', async () => {
    const { nobody, asked } = proxy();
    expect([(await nobody.request(signed())).status, asked]).toEqual([401, []]);
  });

  it.each([
    { name: 'no signature', path: `/api/image?u=${encodeURIComponent(PICTURE)}` },
    { name: 'no query', path: '/api/image' },
    { name: 'another picture', path: signed().replace('a.png', 'b.png') },
    { name: 'another message', path: signed().replace('m1-7', 'm1-8') },
    { name: 'a later end', path: signed().replace(/e=\d+/, 'e=999999') },
    { name: 'a shorter signature', path: signed().slice(0, -5) },
  ])('for $name: 403', async ({ path }) => {
    const { ada, asked } = proxy();
    expect([(await ada.request(path)).status, asked]).toEqual([403, []]);
  });
});
