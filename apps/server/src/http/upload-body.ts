/**
 * The one file in a multipart body, by busboy, handed on as it comes. Fields, files by other names and further files are
 * read past. The body is read to its end even when the file is too large, up to a bound: a browser that is still sending
 * does not hear.
 */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';

export interface ReceivedFile {
  readonly name: string;
  readonly type: string;
  /** Ends when the whole body was read. Throws when that breaks off, or the file is too large. */
  readonly octets: AsyncIterable<Buffer>;
}

/** `too-large`: more than `maxBytes`. `malformed`: no multipart body, not a whole one, or without the file. */
export type UploadFailure = 'too-large' | 'malformed';

export interface UploadBody {
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly contentType: string | undefined;
  readonly maxBytes: number;
}

const FIELD = 'file';
/** So many times the limit is read before the connection is dropped. */
const PATIENCE = 4;

class FileTooLarge extends Error {}
class BodyTooLarge extends Error {}

/**
 * Gives the file to `keep`, and what that gives back. Throws what `keep` throws, and what the body throws, which is how a
 * client that goes away shows; `keep` has settled by then.
 */
export async function receiveFile<T>(
  { body, contentType, maxBytes }: UploadBody,
  keep: (file: ReceivedFile) => Promise<T>,
): Promise<T | UploadFailure> {
  if (!body || !/^multipart\/form-data\s*;/i.test(contentType ?? '')) return 'malformed';
  let failure: unknown;
  const source = async function* () {
    let total = 0;
    try {
      for await (const chunk of body) {
        total += chunk.length;
        if (total > maxBytes * PATIENCE) throw new BodyTooLarge();
        yield chunk;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const parser = busboy({
    headers: { 'content-type': contentType },
    defParamCharset: 'utf8',
    limits: { parts: 100, fieldSize: 1024, fileSize: maxBytes + 1 },
  });
  const whole = Promise.withResolvers<void>();
  whole.promise.catch(() => undefined);
  const keeping = keepFirst(parser, (stream) => upTo(stream, maxBytes, whole.promise), keep);
  try {
    await pipeline(source, parser);
    whole.resolve();
  } catch (error) {
    whole.reject(error);
    await keeping.settled();
    if (error instanceof BodyTooLarge) return 'too-large';
    if (failure !== undefined) throw failure;
    return 'malformed';
  }
  return keeping.result();
}

interface Keeping<T> {
  settled(): Promise<unknown>;
  /** When the whole body was read. */
  result(): Promise<T | UploadFailure>;
}

function keepFirst<T>(
  parser: busboy.Busboy,
  octetsOf: (stream: Readable) => AsyncIterable<Buffer>,
  keep: (file: ReceivedFile) => Promise<T>,
): Keeping<T> {
  let kept: Promise<T> | undefined;
  parser.on('file', (field, stream, { filename: name, mimeType: type }) => {
    stream.on('error', () => undefined); // a body that ends in the middle: the parser fails with it
    if (field !== FIELD || kept) {
      stream.resume();
      return;
    }
    kept = keep({ name, type, octets: octetsOf(stream) });
    // The rest is read past, so that the client hears. Heard by `result`; until then it must not count as nobody's.
    kept.catch(() => stream.resume());
  });
  return {
    settled: async () => kept?.catch(() => undefined),
    async result() {
      if (!kept) return 'malformed';
      try {
        return await kept;
      } catch (error) {
        if (error instanceof FileTooLarge) return 'too-large';
        throw error;
      }
    },
  };
}

async function* upTo(stream: Readable, maxBytes: number, whole: Promise<void>): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > maxBytes) throw new FileTooLarge();
    yield chunk as Buffer;
  }
  await whole;
}
