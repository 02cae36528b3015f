/** How much of a body is read, over a real socket, with a length and without. */
import { request } from 'node:http';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyLimit } from './body-limit.ts';
import type { HttpEnv } from './env.ts';
import { createErrorHandler } from './error-response.ts';
import { type Listener, listen } from './listen.ts';

const MAX = 1000;
let listener: Listener;
const logged: unknown[] = [];

beforeAll(async () => {
  const app = new Hono<HttpEnv>();
  app.onError(createErrorHandler({ error: (...all: unknown[]) => void logged.push(all) }));
  app.use(bodyLimit(MAX));
  app.all('/text', async (c) => c.text(`${(await c.req.raw.text()).length}`));
  app.all('/lenient', async (c) => c.text(await c.req.raw.text().catch(() => 'malformed')));
  listener = await listen({ fetch: app.fetch, host: '127.0.0.1', port: 0, isEndless: () => false });
});
afterAll(() => listener.close());

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly chunks: readonly string[];
  readonly length?: number;
}

/** Sends the chunks, without a length unless one is given. */
function send({ path = '/text', method = 'POST', chunks, length }: Sent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = length === undefined ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': length };
    const sending = request(
      { port: listener.port, host: '127.0.0.1', path, method, headers, agent: false },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    sending.on('error', reject);
    for (const chunk of chunks) sending.write(chunk);
    sending.end();
  });
}

const TOO_LARGE = { status: 413, body: expect.stringContaining('too large') };

it('takes a body of the largest size, with its length and without', async () => {
  const chunks = ['x'.repeat(MAX / 2), 'x'.repeat(MAX / 2)];
  expect(await send({ chunks, length: MAX })).toEqual({ status: 200, body: '1000' });
  expect(await send({ chunks })).toEqual({ status: 200, body: '1000' });
});

it('refuses one octet more, with its length and without', async () => {
  const chunks = ['x'.repeat(MAX), 'x'];
  expect(await send({ chunks, length: MAX + 1 })).toEqual(TOO_LARGE);
  expect(await send({ chunks })).toEqual(TOO_LARGE);
  expect(await send({ chunks, path: '/lenient' })).toEqual(TOO_LARGE);
});

it('has nothing against a request without a body', async () => {
  expect(await send({ chunks: [], length: 0 })).toEqual({ status: 200, body: '0' });
  expect(await send({ chunks: [] })).toEqual({ status: 200, body: '0' });
  expect((await fetch(`http://127.0.0.1:${listener.port}/text`, { method: 'OPTIONS' })).status).toBe(200);
});

it('tells the log of none of this', () => {
  expect(logged).toEqual([]);
});
