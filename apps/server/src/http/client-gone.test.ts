/** The same routes behind the real server and a real socket: what happens when the other end hangs up, or is not heard. */

import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Hono } from 'hono';
import { afterEach, expect, it, vi } from 'vitest';
import type { MailManager } from '../lib/driver/types.ts';
import type { HttpEnv } from './env.ts';
import { mount } from './http.fixture.ts';
import { listen } from './listen.ts';
import { createMessageRoutes } from './messages.ts';
import { createUploadRoutes } from './uploads.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(routes: Hono<HttpEnv>): Promise<{ port: number; logged: unknown[] }> {
  const { app, logged } = mount(routes);
  const server = await listen({ fetch: app.fetch, host: '127.0.0.1', port: 0, isEndless: () => false });
  closing.push(() => server.close());
  return { port: server.port, logged };
}

/** The raw message of that driver; warnings are kept. */
const rawOf = (driver: Pick<MailManager, 'getRaw'>, warned: unknown[]) =>
  createMessageRoutes({
    drivers: { getActiveDriver: async () => driver as MailManager },
    draftFile: async () => undefined,
    log: { warn: (entry: unknown) => void warned.push(entry) },
  });

it('a file nobody takes any longer frees its stream, and is never read ahead', async () => {
  let produced = 0;
  const stream = new Readable({
    read() {
      produced += 1;
      this.push(Buffer.alloc(64 * 1024));
    },
  });
  const driver: Pick<MailManager, 'getRaw'> = { getRaw: async () => ({ size: null, filename: 'a.eml', stream }) };
  const warned: unknown[] = [];
  const { port, logged } = await serve(rawOf(driver, warned));
  const asking = request({ port, host: '127.0.0.1', path: '/api/messages/m1-2/raw' });
  const answered = once(asking, 'response');
  asking.end();
  const [answer] = await answered;
  await once(answer, 'readable');
  const closed = new Promise((resolve) => stream.once('close', resolve));
  asking.destroy();
  await closed;
  expect(produced * 64).toBeLessThan(32 * 1024);
  expect([logged, warned]).toEqual([[], []]);
});

it('a file that fails on the way breaks off and says why in the log; one that fails at once is an error', async () => {
  const printed = vi.spyOn(console, 'error');
  const warned: unknown[] = [];
  const why = new Error('the server is gone');
  const failing = (after: number) =>
    Readable.from(
      (async function* () {
        for (let at = 0; at < after; at += 1) yield Buffer.alloc(64 * 1024);
        throw why;
      })(),
    );
  let pieces = 5;
  const { port, logged } = await serve(
    rawOf({ getRaw: async () => ({ size: null, filename: 'a.eml', stream: failing(pieces) }) }, warned),
  );
  const url = `http://127.0.0.1:${port}/api/messages/m1-2/raw`;
  const begun = await fetch(url);
  expect(begun.status).toBe(200);
  await expect(begun.arrayBuffer()).rejects.toThrow();
  expect(warned).toEqual([{ err: why, requestId: 'r1' }]);
  pieces = 0;
  expect((await fetch(url)).status).toBe(500);
  expect(logged).toMatchObject([{ err: why, requestId: 'r1' }]);
  expect(printed.mock.calls).toEqual([]);
  printed.mockRestore();
});

it('a file that fails right behind a great first piece has begun all the same: its status arrives', async () => {
  const failing = () => {
    let pieces = 0;
    return new Readable({
      highWaterMark: 1,
      read() {
        pieces += 1;
        if (pieces === 1) this.push(Buffer.alloc(768 * 1024));
        else this.destroy(new Error('the server is gone'));
      },
    });
  };
  const { port } = await serve(
    rawOf({ getRaw: async () => ({ size: null, filename: 'a.eml', stream: failing() }) }, []),
  );
  for (let turn = 0; turn < 20; turn += 1) {
    const begun = await fetch(`http://127.0.0.1:${port}/api/messages/m1-2/raw`);
    expect(begun.status).toBe(200);
    await expect(begun.arrayBuffer()).rejects.toThrow();
  }
});

const stores = () => {
  const stored: string[] = [];
  const routes = createUploadRoutes({
    maxBytes: 1024 * 1024,
    storeUpload: async (_userId, { name, type, octets }) => {
      const content = await buffer(octets);
      stored.push(name);
      return { uploadId: 'u-1', name, type, size: content.length };
    },
  });
  return { stored, routes };
};

it('an upload that is too large hears so, though it was still being sent', async () => {
  const { stored, routes } = stores();
  const { port } = await serve(routes);
  const data = new FormData();
  data.append('file', new File([new Uint8Array(3 * 1024 * 1024)], 'a.bin'));
  const answer = await fetch(`http://127.0.0.1:${port}/api/uploads`, { method: 'POST', body: data });
  expect([answer.status, stored]).toEqual([413, []]);
});

it('an upload that breaks off leaves nothing, and its place to the next one', async () => {
  const { stored, routes } = stores();
  const { port, logged } = await serve(routes);
  const head = `POST /api/uploads HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n`;
  const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhel';
  for (let turn = 0; turn < 4; turn += 1) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await new Promise<void>((resolve) => socket.write(head + part, () => resolve()));
    socket.destroy();
  }
  const data = new FormData();
  data.append('file', new File(['hello'], 'b.txt'));
  const answer = await fetch(`http://127.0.0.1:${port}/api/uploads`, { method: 'POST', body: data });
  expect([answer.status, stored]).toEqual([200, ['b.txt']]);
  expect(logged).toEqual([]);
});
