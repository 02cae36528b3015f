/**
 * Answers with a file that is a stream: from the mail server through a decoder, with back-pressure, so that it never
 * lies in memory. Whoever goes away in the middle destroys the stream, which frees the session behind it.
 *
 * A range needs the size, which the decoder only knows at the end. Then the file is read through once to measure it,
 * keeping nothing, and opened again; the size is remembered, so that a player that asks for many ranges pays once.
 */
import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Context } from 'hono';
import type { Log } from '../lib/log.ts';
import { type ByteRange, parseRange, resolveRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import type { HttpEnv } from './env.ts';
import { createLru, type Lru } from './lru.ts';
import { FILE_HEADERS } from './security-headers.ts';
import { streamedBody } from './streamed-body.ts';

export interface OpenFile {
  /** Octets; null while not known before the end. */
  readonly size: number | null;
  readonly stream: Readable;
}

export interface FileAnswer {
  /** What may be served as the answer's Content-Type. */
  readonly contentType: string;
  readonly disposition: 'attachment' | 'inline';
  readonly filename: string;
  readonly mimeType: string;
  /** What the entity tag is made of: changes when the octets do. */
  readonly version: readonly (string | number | null)[];
  readonly maxAgeSeconds: number;
  readonly open: () => Promise<OpenFile>;
}

/** Sizes that were measured, by entity tag. */
export type KnownSizes = Lru<number>;

/** Remembers the sizes of this many files. */
export const createKnownSizes = (files = 5000): KnownSizes => createLru({ maxWeight: files });

/** Sends the file, or the range of it that is asked for. `opened` is the stream of a file that is open already. */
export async function fileResponse(
  c: Context<HttpEnv>,
  file: FileAnswer,
  opened: OpenFile,
  { sizes, log }: { readonly sizes: KnownSizes; readonly log: Pick<Log, 'warn'> },
): Promise<Response> {
  const etag = `"${createHash('sha256').update(JSON.stringify(file.version)).digest('base64url').slice(0, 27)}"`;
  const headers = headersOf(file, etag);
  const stream = owned(c, opened);
  const size = opened.size ?? sizes.get(etag) ?? null;
  if (matches(c.req.header('If-None-Match'), etag)) {
    stream.destroy();
    return c.body(null, 304, headers);
  }
  if (c.req.method === 'HEAD') {
    stream.destroy();
    return c.body(null, 200, { ...headers, ...lengthOf(size) });
  }
  const ifRange = c.req.header('If-Range');
  const wanted = ifRange === undefined || ifRange === etag ? parseRange(c.req.header('Range')) : null;
  if (!wanted) {
    const whole = { start: 0, end: Number.POSITIVE_INFINITY };
    return c.body(await streamedBody(c, toWeb(stream, whole), log), 200, {
      ...headers,
      ...lengthOf(opened.size),
    });
  }
  const total = size ?? (await measure(stream));
  sizes.set(etag, total);
  const range = resolveRange(wanted, total);
  if (!range) {
    stream.destroy();
    return c.body(null, 416, { ...headers, 'Content-Range': `bytes */${total}` });
  }
  const source = stream.destroyed ? owned(c, await file.open()) : stream;
  return c.body(await streamedBody(c, toWeb(source, range), log), 206, {
    ...headers,
    ...lengthOf(range.end - range.start + 1),
    'Content-Range': `bytes ${range.start}-${range.end}/${total}`,
  });
}

function lengthOf(size: number | null): Record<string, string> {
  return size === null ? {} : { 'Content-Length': String(size) };
}

function headersOf(file: FileAnswer, etag: string): Record<string, string> {
  const { disposition: kind, filename, mimeType, maxAgeSeconds } = file;
  return {
    ...FILE_HEADERS,
    'Content-Type': file.contentType,
    'Content-Disposition': contentDisposition({ kind, filename, mimeType }),
    'Cache-Control': maxAgeSeconds > 0 ? `private, max-age=${maxAgeSeconds}` : 'private, no-cache',
    'Accept-Ranges': 'bytes',
    ETag: etag,
  };
}

/** RFC 9110 section 13.1.2: weak comparison, and `*` is any. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()));
}

/** Ties the stream to the client: whoever goes away ends it. Its errors reach its reader, and are no uncaught ones. */
function owned(c: Context, file: OpenFile): Readable {
  return addAbortSignal(c.req.raw.signal, file.stream).on('error', () => undefined);
}

/** Octets of the stream, which is read to its end. */
async function measure(stream: Readable): Promise<number> {
  let total = 0;
  for await (const chunk of stream) total += (chunk as Buffer).length;
  return total;
}

/** The octets of the range, read from the stream as they are asked for. */
function toWeb(stream: Readable, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let position = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (let hasSent = false; !hasSent && position <= end; ) {
          const { done, value: chunk } = await chunks.next();
          if (done) return controller.close();
          const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end + 1 - position));
          position += chunk.length;
          hasSent = part.length > 0;
          if (hasSent) controller.enqueue(part);
        }
        if (position > end) {
          controller.close();
          stream.destroy();
        }
      },
      cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
