import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MailError } from '../lib/driver/errors.ts';
import { mount } from './http.fixture.ts';
import { createUploadRoutes } from './uploads.ts';

const MAX = 1000;

function uploads() {
  const stored: { name: string; type: string; content: Buffer }[] = [];
  const routes = createUploadRoutes({
    maxBytes: MAX,
    storeUpload: async (_userId, { name, type, octets }) => {
      const content = await buffer(octets);
      if (name === 'one-too-many') {
        throw new MailError({ code: 'THROTTLED', message: 'Too many files are waiting to be sent.' });
      }
      stored.push({ name, type, content });
      return { uploadId: 'u-1', name, type, size: content.length };
    },
  });
  const post = (body: string | ReadableStream, headers: Record<string, string>) =>
    mount(routes).app.request('/api/uploads', { method: 'POST', body, duplex: 'half', headers });
  const send = async (data: FormData) => {
    const encoded = new Response(data);
    const init = { method: 'POST', body: await encoded.arrayBuffer(), headers: encoded.headers };
    return mount(routes).app.request('/api/uploads', init);
  };
  return { routes, stored, post, send };
}

function form(...files: [field: string, content: string, name: string, type?: string][]): FormData {
  const data = new FormData();
  for (const [field, content, name, type = 'text/plain'] of files)
    data.append(field, new File([content], name, { type }));
  return data;
}

const PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
const MULTIPART = { 'Content-Type': 'multipart/form-data; boundary=x' };

describe('an upload', () => {
  it('is stored, and answered with what the app needs', async () => {
    const { send, stored } = uploads();
    const answer = await send(form(['file', 'hello', 'Übersicht.txt']));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { uploadId: 'u-1', name: 'Übersicht.txt', type: 'text/plain', size: 5 },
    ]);
    expect(stored).toEqual([{ name: 'Übersicht.txt', type: 'text/plain', content: Buffer.from('hello') }]);
  });

  it('may be empty', async () => {
    const { send, stored } = uploads();
    expect((await send(form(['file', '', 'empty.txt']))).status).toBe(200);
    expect(stored[0]?.content).toHaveLength(0);
  });

  it('may be as large as the limit', async () => {
    const { send, stored } = uploads();
    expect((await send(form(['file', 'x'.repeat(MAX), 'a.txt']))).status).toBe(200);
    expect(stored[0]?.content).toHaveLength(MAX);
  });

  it('is the first of its name; all else in the form is read past', async () => {
    const { send, stored } = uploads();
    const data = form(['other', 'no', 'no.txt'], ['file', 'yes', 'yes.txt'], ['file', 'no', 'second.txt']);
    data.append('file', 'not a file');
    expect((await send(data)).status).toBe(200);
    expect(stored.map(({ name, content }) => [name, content.toString()])).toEqual([['yes.txt', 'yes']]);
  });

  it.each([
    { given: '../../etc/passwd', name: 'passwd' },
    { given: 'a\u202egnp.exe', name: 'agnp.exe' },
    { given: 'a\u200bb.txt', name: 'ab.txt' },
    { given: 'con.txt', name: '_con.txt' },
    { given: '🎉.txt', name: '🎉.txt' },
  ])('by the name $given is called $name', async ({ given, name }) => {
    const { send, stored } = uploads();
    await send(form(['file', 'x', given]));
    expect(stored[0]?.name).toBe(name);
  });

  it.each([
    { given: 'IMAGE/PNG', type: 'image/png' },
    { given: 'application/vnd.oasis.opendocument.text', type: 'application/vnd.oasis.opendocument.text' },
    { given: 'text/html', type: 'text/html' },
    { given: 'application/"x"', type: 'text/plain' },
    { given: 'application/x*y', type: 'application/octet-stream' },
  ])('of the type $given is $type', async ({ given, type }) => {
    const { post, stored } = uploads();
    const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: ${given}\r\n\r\n`;
    await post(`${head}hello\r\n--x--\r\n`, MULTIPART);
    expect(stored[0]?.type).toBe(type);
  });
});

describe('nothing is stored', () => {
  it.each([
    { name: 'when the file is one octet too large', length: MAX + 1 },
    { name: 'when the body is larger than anybody would read', length: MAX * 10 },
  ])('$name', async ({ length }) => {
    const { send, stored } = uploads();
    const answer = await send(form(['file', 'x'.repeat(length), 'a.txt']));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({
      error: { message: expect.stringContaining('larger'), data: { mail: null } },
    });
    expect(stored).toEqual([]);
  });

  it('when the user has too many files waiting', async () => {
    expect((await uploads().send(form(['file', 'x', 'one-too-many']))).status).toBe(429);
  });

  it.each([
    { name: 'without a body', body: '' },
    { name: 'without the file', body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n' },
    { name: 'when the body ends in the middle of the file', body: `${PART}hel` },
    { name: 'when the body ends after the file', body: `${PART}hello\r\n--x` },
    { name: 'when there is no multipart in it', body: 'hello' },
  ])('$name', async ({ body }) => {
    const { post, stored } = uploads();
    expect((await post(body, MULTIPART)).status).toBe(400);
    expect(stored).toEqual([]);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data', 'multipart/mixed; boundary=x'])(
    'from %s',
    async (type) => {
      const { post, stored } = uploads();
      expect((await post(`${PART}hello\r\n--x--\r\n`, { 'Content-Type': type })).status).toBe(400);
      expect(stored).toEqual([]);
    },
  );

  it('when the client goes away in the middle', async () => {
    const { post, stored } = uploads();
    const parts = [PART, 'hel'];
    const body = new ReadableStream({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.error(new Error('aborted'));
        else controller.enqueue(new TextEncoder().encode(part));
      },
    });
    expect((await post(body, MULTIPART)).status).toBe(500);
    expect(stored).toEqual([]);
  });

  it('without a session', async () => {
    const { routes, stored } = uploads();
    const { app } = mount(routes, null);
    const answer = await app.request('/api/uploads', { method: 'POST', body: form(['file', 'x', 'a.txt']) });
    expect([answer.status, stored]).toEqual([401, []]);
  });
});
