/**
 * The raw source and the files of a message, streamed from the server through a decoder to whoever reads, with
 * back-pressure: a 25 MB attachment never lies in memory. The session is held until the stream ended or was dropped.
 */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ConnectionId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { selectToRead } from '../imap/select-to-read.ts';
import type { MessageRow } from '../index/conversation.ts';
import { type AttachmentPart, attachmentsOf, fileOfPart } from '../mime/index.ts';
import { readFile } from '../outbox/file-store.ts';
import { messageSource } from '../outbox/frozen-row.ts';
import { loadOwn, MAX_SOURCE_BYTES, mostOf, type ReadingDeps } from './fetch-bodies.ts';
import { transferDecoder } from './transfer-decoder.ts';

export interface FileStream {
  /** Octets, when known before the end. */
  readonly size: number | null;
  readonly stream: Readable;
}

const notFound = (what: string) =>
  new MailError({ code: 'MESSAGE_NOT_FOUND', message: `The mail server does not have this ${what} any more.` });

/** Streams one section of a message (`''`: the whole of it) from the server, when its first octets are here. */
async function streamSection(
  deps: ReadingDeps,
  connectionId: ConnectionId,
  message: MessageRow,
  section: { part: string; encoding?: string | undefined; size?: number },
): Promise<FileStream> {
  const place = message.places.find(({ uid }) => uid !== null);
  if (!place || place.uid === null) throw notFound('message');
  const { uid } = place;
  const output = new PassThrough({ highWaterMark: 256 * 1024 });
  // Whoever reads it hears of it; where nobody does yet, an error that nobody hears would end the process.
  output.on('error', () => undefined);
  const aborted = new AbortController();
  output.once('close', () => aborted.abort());
  return new Promise((resolve, reject) => {
    deps
      .withImap(
        connectionId,
        'interactive',
        async (session) => {
          const selected = await selectToRead(session, { ...place, highest: uid });
          if (selected.uidValidity !== null && selected.uidValidity !== place.uidValidity) throw notFound('message');
          const { stream } = session.streamPart(uid, section.part, mostOf(message, section.size));
          // What fails at once is an answer of its own, not a file that breaks off.
          await once(stream, 'readable', { signal: aborted.signal });
          resolve({ size: null, stream: output });
          await pipeline(stream, transferDecoder(section.encoding), output, { signal: aborted.signal });
        },
        aborted.signal,
      )
      .catch((error: unknown) => {
        reject(error);
        output.destroy(error instanceof Error ? error : new Error(String(error)));
      });
  });
}

/** The message's exact octets. */
export async function openSource(
  deps: ReadingDeps,
  connectionId: ConnectionId,
  message: MessageRow,
): Promise<FileStream> {
  if (message.places.some(({ uid }) => uid !== null)) {
    return streamSection(deps, connectionId, message, { part: '' });
  }
  const own = await loadOwn(deps.pool, connectionId, message.id);
  if (!own) throw notFound('message');
  const source = messageSource(deps.pool, own);
  return { size: source.size, stream: Readable.from(source.octets()) };
}

/** The decoded octets of one file of the message; its id is the IMAP part number. */
export async function openAttachment(
  deps: ReadingDeps,
  connectionId: ConnectionId,
  message: MessageRow,
  attachmentId: string,
): Promise<FileStream & { attachment: AttachmentPart }> {
  const listed = attachmentsOf(message.structure).find(({ part }) => part === attachmentId);
  const onServer = message.places.some(({ uid }) => uid !== null);
  if (listed && onServer) {
    const file = await streamSection(deps, connectionId, message, {
      part: listed.part,
      encoding: listed.encoding,
      size: listed.size,
    });
    return { ...file, attachment: listed };
  }
  const own = listed && (await loadOwn(deps.pool, connectionId, message.id));
  const file = own && fileOfPart(own, listed.part);
  if (file) {
    return { attachment: listed, size: file.size, stream: Readable.from(readFile(deps.pool, file.uploadId)) };
  }
  if (message.structure !== null) throw notFound('attachment');
  return cutFromSource(deps, connectionId, message, attachmentId);
}

/** Where the server gave no structure that could be read. */
async function cutFromSource(
  deps: ReadingDeps,
  connectionId: ConnectionId,
  message: MessageRow,
  attachmentId: string,
): Promise<FileStream & { attachment: AttachmentPart }> {
  if (message.size > MAX_SOURCE_BYTES) {
    throw new MailError({
      code: 'MESSAGE_TOO_LARGE',
      message:
        'The mail server does not say where the files of this message are, and it is too large to look for them.',
      fix: 'Download the whole message, and open it in another program.',
    });
  }
  const source = await buffer((await openSource(deps, connectionId, message)).stream);
  const found = await deps.textWork.run('file', { source, part: attachmentId });
  if (!found) throw notFound('attachment');
  const { content, ...attachment } = found;
  return { attachment, size: content.length, stream: Readable.from([Buffer.from(content)]) };
}
