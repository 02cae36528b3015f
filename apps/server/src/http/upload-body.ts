/**
 * The one file in a multipart body, by busboy. Fields, files by other names and further files are read past. The body
 * is read to its end even when the file is too large, up to a bound: a browser that is still sending does not hear.
 */
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';

export interface ReceivedFile {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** `too-large`: more than `maxBytes`. `malformed`: no multipart body, not a whole one, or without the file. */
export type UploadResult = ReceivedFile | 'too-large' | 'malformed';

export interface UploadBody {
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly contentType: string | undefined;
  readonly maxBytes: number;
}

const FIELD = 'file';
/** So many times the limit is read before the connection is dropped. */
const PATIENCE = 4;

class BodyTooLarge extends Error {}

/** Reads the file. Throws what the body throws, which is how a client that goes away shows. */
export async function receiveFile({ body, contentType, maxBytes }: UploadBody): Promise<UploadResult> {
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
  const file = firstFileOf(parser, maxBytes);
  try {
    await pipeline(source, parser);
  } catch (error) {
    if (error instanceof BodyTooLarge) return 'too-large';
    if (failure !== undefined) throw failure;
    return 'malformed';
  }
  return file();
}

/** Collects the file while the parser runs; the function returned says, after it, what came. */
function firstFileOf(parser: busboy.Busboy, maxBytes: number): () => UploadResult {
  let about: Omit<ReceivedFile, 'content'> | undefined;
  let chunks: Buffer[] = [];
  let length = 0;
  parser.on('file', (field, stream, { filename: name, mimeType: type }) => {
    stream.on('error', () => undefined); // a body that ends in the middle: the parser fails with it
    if (field !== FIELD || about) {
      stream.resume();
      return;
    }
    about = { name, type };
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) chunks = [];
      else chunks.push(chunk);
    });
  });
  return () => {
    if (!about) return 'malformed';
    return length > maxBytes ? 'too-large' : { ...about, content: Buffer.concat(chunks) };
  };
}
