import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { notFound } from '../lib/driver/errors.ts';
import type { MailManager } from '../lib/driver/types.ts';
import { ADA, mount } from './http.fixture.ts';
import { createMessageRoutes } from './messages.ts';

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));

interface FakeFile {
  filename?: string;
  mimeType?: string;
  /** Whether the size is known before the end, as for files that need no decoding. */
  isSizeKnown?: boolean;
}

/** Ada's account 1 with one message, m1-7, and in it one file, 2. */
function mailWith({ filename = 'plan.pdf', mimeType = 'application/pdf', isSizeKnown = false }: FakeFile = {}) {
  const opened: Readable[] = [];
  const open = () => {
    const chunks = Array.from({ length: 10 }, (_, index) => CONTENT.subarray(index * 100, index * 100 + 100));
    const stream = Readable.from(chunks, { objectMode: false, highWaterMark: 1 });
    opened.push(stream);
    return { size: isSizeKnown ? CONTENT.length : null, stream };
  };
  const driver: Pick<MailManager, 'listAttachments' | 'getAttachment' | 'getRaw'> = {
    async getAttachment(id, attachmentId) {
      if (id !== 'm1-7' || attachmentId !== '2') throw notFound('attachment');
      return { attachment: { attachmentId, filename, mimeType, size: 1370, inline: false }, ...open() };
    },
    async listAttachments(id) {
      if (id !== 'm1-7') throw notFound('message');
      return ['2', '2'].map((attachmentId) => ({ attachmentId, filename, mimeType, size: 1370, inline: false }));
    },
    async getRaw(id) {
      if (id !== 'm1-7') throw notFound('message');
      return { filename, ...open() };
    },
  };
  const routes = createMessageRoutes({
    drivers: {
      async getActiveDriver(userId, connectionId) {
        if (userId !== ADA.id || connectionId !== 'c1') throw notFound('account');
        return driver as MailManager;
      },
    },
    draftFile: async (userId, draft, uploadId) =>
      userId === ADA.id && draft.id === 3 && uploadId === 'u-1'
        ? { name: 'notes.txt', type: 'text/plain', size: 5, octets: Readable.from([Buffer.from('notes')]) }
        : undefined,
    log: { warn: () => undefined },
  });
  return { ...mount(routes), anonymous: mount(routes, null).app, opened };
}

const FILE = '/api/messages/m1-7/attachments/2';
const RAW = '/api/messages/m1-7/raw';
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const range = (value: string) => ({ headers: { Range: value } });

describe('the raw message', () => {
  it('is the exact octets, to be saved under its subject', async () => {
    const answer = await mailWith({ filename: 'Re: a/b.eml', isSizeKnown: true }).app.request(RAW);
    expect(await bytesOf(answer)).toEqual(CONTENT);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'message/rfc822',
      'content-length': '1000',
      'content-disposition': `attachment; filename="Re_ a-b.eml"; filename*=UTF-8''Re_%20a-b.eml`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-cache',
    });
  });
});

describe('all files of a message', () => {
  const ALL = '/api/messages/m1-7/attachments.zip';

  it('are one archive, each under a name of its own, whatever the sender called it', async () => {
    const { app, opened } = mailWith({ filename: '../etc/plan.pdf' });
    const answer = await app.request(ALL);
    const archive = await bytesOf(answer);
    const names = [...archive.toString('latin1').matchAll(/plan[^P]{0,8}\.pdf/g)].map(([name]) => name);
    expect([...new Set(names)]).toEqual(['plan.pdf', 'plan (2).pdf']);
    expect(archive.toString('latin1')).not.toContain('etc');
    expect(archive.indexOf(CONTENT)).toBeGreaterThan(0);
    expect(opened.length).toBe(2);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="attachments.zip"; filename*=UTF-8''attachments.zip`,
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });

  it('are opened one after the other, and closed when the reader goes away', async () => {
    const { app, opened } = mailWith();
    const gone = new AbortController();
    const answer = await app.request(new Request(`http://app.test${ALL}`, { signal: gone.signal }));
    const reader = answer.body?.getReader();
    for (let read = 0; read < 3; read += 1) await reader?.read();
    expect(opened.length).toBe(1);
    gone.abort();
    expect(opened[0]?.destroyed).toBe(true);
  });
});

describe('a file', () => {
  it('comes whole, without a length that is not known', async () => {
    const answer = await mailWith().app.request(FILE);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Length')).toBeNull();
    expect(answer.headers.get('Accept-Ranges')).toBe('bytes');
    expect(await bytesOf(answer)).toEqual(CONTENT);
  });

  it('is asked about by HEAD without being read', async () => {
    const { app, opened } = mailWith({ isSizeKnown: true });
    const answer = await app.request(FILE, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('Content-Length'), await answer.text()]).toEqual([200, '1000', '']);
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('is not sent again to who has it', async () => {
    const { app, opened } = mailWith();
    const etag = (await app.request(FILE)).headers.get('ETag') ?? '';
    const answer = await app.request(FILE, { headers: { 'If-None-Match': `"other", W/${etag}` } });
    expect([answer.status, await answer.text()]).toEqual([304, '']);
    expect(opened[1]?.destroyed).toBe(true);
  });

  it('of a stored draft is what was uploaded for it', async () => {
    const answer = await mailWith().app.request('/api/messages/d1-3/attachments/u-1');
    expect(await answer.text()).toBe('notes');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
  });
});

describe.each([{ isSizeKnown: true }, { isSizeKnown: false }])('a range, size known: $isSizeKnown', (known) => {
  it.each([
    { asked: 'bytes=0-99', from: 0, to: 99 },
    { asked: 'bytes=150-349', from: 150, to: 349 },
    { asked: 'bytes=990-', from: 990, to: 999 },
    { asked: 'bytes=990-5000', from: 990, to: 999 },
    { asked: 'bytes=-10', from: 990, to: 999 },
    { asked: 'bytes=0-', from: 0, to: 999 },
  ])('$asked is exactly those octets', async ({ asked, from, to }) => {
    const { app } = mailWith(known);
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await app.request(FILE, range(asked));
      expect(answer.status).toBe(206);
      expect(answer.headers.get('Content-Range')).toBe(`bytes ${from}-${to}/1000`);
      expect(answer.headers.get('Content-Length')).toBe(String(to - from + 1));
      expect(await bytesOf(answer)).toEqual(CONTENT.subarray(from, to + 1));
    }
  });

  it('past the end is 416 with the size', async () => {
    const answer = await mailWith(known).app.request(FILE, range('bytes=1000-'));
    expect([answer.status, answer.headers.get('Content-Range')]).toEqual([416, 'bytes */1000']);
  });

  it.each(['bytes=0-1,5-9', 'lines=1-2', 'nonsense'])('%s means the whole', async (asked) => {
    const answer = await mailWith(known).app.request(FILE, range(asked));
    expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, 1000]);
  });

  it('of another version than the client has is the whole', async () => {
    const headers = { Range: 'bytes=0-9', 'If-Range': '"older"' };
    expect((await mailWith(known).app.request(FILE, { headers })).status).toBe(200);
  });
});

describe('streams', () => {
  it('measures a file once and reads no further than the range', async () => {
    const { app, opened } = mailWith();
    await bytesOf(await app.request(FILE, range('bytes=0-9')));
    await bytesOf(await app.request(FILE, range('bytes=10-19')));
    expect(opened).toHaveLength(3);
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  it('is destroyed when the client goes away', async () => {
    const { app, opened } = mailWith();
    const reader = (await app.request(FILE)).body?.getReader();
    await reader?.read();
    expect(opened[0]?.destroyed).toBe(false);
    await reader?.cancel();
    expect(opened[0]?.destroyed).toBe(true);
  });

  it('is destroyed when the client is gone before the answer begins', async () => {
    const { app, opened } = mailWith();
    const client = new AbortController();
    const answering = app.request(FILE, { signal: client.signal });
    client.abort();
    await answering;
    expect(opened[0]?.destroyed).toBe(true);
  });

  it('waits for its reader', async () => {
    const { app, opened } = mailWith();
    const reader = (await app.request(FILE)).body?.getReader();
    const first = await reader?.read();
    expect(first?.value).toHaveLength(100);
    expect(opened[0]?.readableEnded).toBe(false);
  });
});

describe('what a type is served as', () => {
  it.each([
    { mimeType: 'image/png', type: 'image/png', inline: 'inline' },
    { mimeType: 'IMAGE/JPG; name=x', type: 'image/jpeg', inline: 'inline' },
    { mimeType: 'text/plain; charset=latin1', type: 'text/plain; charset=utf-8', inline: 'attachment' },
    { mimeType: 'application/pdf', type: 'application/pdf', inline: 'attachment' },
    { mimeType: 'video/mp4', type: 'video/mp4', inline: 'attachment' },
    ...[
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'multipart/related',
      'application/x-mimearchive',
      'message/rfc822',
      'application/javascript',
      'image/png\r\nX-Evil: 1',
      '',
    ].map((mimeType) => ({ mimeType, type: 'application/octet-stream', inline: 'attachment' })),
  ])('$mimeType: $type, at most $inline', async ({ mimeType, type, inline }) => {
    const { app } = mailWith({ mimeType, filename: 'x' });
    const plain = await app.request(FILE);
    expect(plain.headers.get('Content-Type')).toBe(type);
    expect(plain.headers.get('Content-Disposition')).toMatch(/^attachment;/);
    expect(plain.headers.get('Content-Security-Policy')).toBe("sandbox; default-src 'none'");
    expect(plain.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const shown = await app.request(`${FILE}?inline=1`);
    expect(shown.headers.get('Content-Disposition')?.split(';', 1)).toEqual([inline]);
  });
});

describe('whose it is', () => {
  it.each([RAW, FILE, '/api/messages/d1-3/attachments/u-1'])('%s needs a session', async (path) => {
    expect((await mailWith().anonymous.request(path)).status).toBe(401);
  });

  it.each([
    '/api/messages/m2-7/raw',
    '/api/messages/m2-7/attachments/2',
    '/api/messages/m1-8/raw',
    '/api/messages/m1-7/attachments/3',
    '/api/messages/t1-7/raw',
    '/api/messages/nonsense/attachments/2',
    '/api/messages/m1-7/attachments/..%2f..%2fetc%2fpasswd',
    '/api/messages/d1-4/attachments/u-1',
    '/api/messages/d1-3/attachments/u-2',
    '/api/messages/d1-3/raw',
  ])('%s is not found', async (path) => {
    const answer = await mailWith().app.request(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { data: { mail: { code: 'MESSAGE_NOT_FOUND' } } } });
  });
});
