/**
 * The octets of uploads, in pieces: whoever writes or reads a file holds a piece of it, never the whole. A piece is small
 * enough for what is made of it to be garbage of the young kind, which goes as fast as it comes.
 */
import { createHash } from 'node:crypto';
import { MailError } from '../../lib/driver/errors.ts';
import { type Queryable, row } from '../index/sql.ts';

/** Whole lines of base64. */
const PIECE_OCTETS = 57 * 840;

export interface Written {
  readonly size: number;
  readonly sha256: Buffer;
}

/** Writes what comes as the octets of that upload, which has none yet. Throws what `octets` throws. */
export async function writeFile(
  sql: Queryable,
  uploadId: string,
  octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Written> {
  const hash = createHash('sha256');
  let size = 0;
  let position = 0;
  for await (const piece of inPieces(octets)) {
    hash.update(piece);
    size += piece.length;
    await sql.query('insert into upload_chunk (upload_id, position, bytes) values ($1, $2, $3)', [
      uploadId,
      position,
      piece,
    ]);
    position += 1;
  }
  return { size, sha256: hash.digest() };
}

/** The octets of an upload. Throws MESSAGE_NOT_FOUND when it is gone. */
export async function* readFile(sql: Queryable, uploadId: string): AsyncGenerator<Buffer> {
  const upload = await row<{ size: number }>(sql, 'select size from upload where id = $1 and sha256 is not null', [
    uploadId,
  ]);
  if (!upload) throw fileGone();
  let length = 0;
  for (let position = 0; length < upload.size; position += 1) {
    const chunk = await row<{ bytes: Buffer }>(
      sql,
      'select bytes from upload_chunk where upload_id = $1 and position = $2',
      [uploadId, position],
    );
    if (!chunk) throw fileGone();
    length += chunk.bytes.length;
    yield chunk.bytes;
  }
}

export function fileGone(): MailError {
  return new MailError({
    code: 'MESSAGE_NOT_FOUND',
    message: 'An attached file is not here (any more).',
    fix: 'Attach it again.',
  });
}

async function* inPieces(octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const some of octets) {
    for (let at = 0; at < some.length; ) {
      const taken = some.subarray(at, at + PIECE_OCTETS - length);
      waiting.push(taken);
      length += taken.length;
      at += taken.length;
      if (length < PIECE_OCTETS) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
