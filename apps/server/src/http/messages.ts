/**
 * The message as it came, and its files. Somebody else wrote them: only types that a browser shows without running
 * anything keep their name, all others are octets to be saved, and all are sandboxed (notes: security 3.6). A stored
 * draft is asked in the same way; its files are uploads.
 */
import { Readable } from 'node:stream';
import type { UserId } from '@postroom/db';
import { Hono } from 'hono';
import { notFound } from '../lib/driver/errors.ts';
import { isPublicId, type PublicId, parseId, presentConnectionId } from '../lib/driver/ids.ts';
import type { MailManager } from '../lib/driver/types.ts';
import type { Log } from '../lib/log.ts';
import type { DriverSource } from '../lib/services.ts';
import { zipOf } from './attachments-zip.ts';
import { contentDisposition } from './content-disposition.ts';
import { type HttpEnv, requireCaller } from './env.ts';
import { createKnownSizes, fileResponse, type OpenFile } from './file-response.ts';
import { FILE_HEADERS } from './security-headers.ts';
import { PICTURE_TYPES, servedType } from './served-types.ts';
import { streamedBody } from './streamed-body.ts';

export interface DraftFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly octets: AsyncIterable<Buffer>;
}

export interface MessageRoutesDeps {
  readonly drivers: Pick<DriverSource, 'getActiveDriver'>;
  /** A file that a stored draft of the user holds; undefined when there is none. */
  readonly draftFile: (userId: UserId, draft: PublicId<'draft'>, uploadId: string) => Promise<DraftFile | undefined>;
  readonly log: Pick<Log, 'warn'>;
  readonly now?: () => Date;
}

interface FoundFile extends OpenFile {
  readonly filename: string;
  readonly mimeType: string;
  /** As the structure has it: before decoding, perhaps. */
  readonly listedSize: number;
}

/** A part's number, or an upload's id. */
const FILE_ID = /^[\w.-]{1,100}$/;
const ZIP = 'application/zip';
/** A picture of a message stays; of a draft it may be another one a minute later. */
const PICTURE_MAX_AGE_SECONDS = 3600;

/** `GET /api/messages/:id/raw`, `…/attachments/:attachmentId` and `…/attachments.zip`. */
export function createMessageRoutes({
  drivers,
  draftFile,
  log,
  now = () => new Date(),
}: MessageRoutesDeps): Hono<HttpEnv> {
  const sizes = createKnownSizes();

  function driverOf(userId: UserId, messageId: string): Promise<MailManager> {
    return drivers.getActiveDriver(userId, presentConnectionId(parseId('message', messageId).connectionId));
  }

  async function openFile(userId: UserId, id: string, attachmentId: string): Promise<FoundFile> {
    if (!FILE_ID.test(attachmentId)) throw notFound('file');
    if (!isPublicId('draft', id)) {
      const { attachment, size, stream } = await (await driverOf(userId, id)).getAttachment(id, attachmentId);
      return { ...attachment, listedSize: attachment.size, size, stream };
    }
    const upload = await draftFile(userId, parseId('draft', id), attachmentId);
    if (!upload) throw notFound('file');
    const { name: filename, type: mimeType, size, octets } = upload;
    return { filename, mimeType, listedSize: size, size, stream: Readable.from(octets) };
  }

  return new Hono<HttpEnv>()
    .get('/api/messages/:id/raw', async (c) => {
      const caller = requireCaller(c);
      const id = c.req.param('id');
      const driver = await driverOf(caller.id, id);
      const source = await driver.getRaw(id);
      const answer = {
        contentType: 'message/rfc822',
        disposition: 'attachment',
        filename: source.filename.replaceAll(/[\\/]/g, '-'),
        mimeType: 'message/rfc822',
        version: [id, 'raw', source.size],
        maxAgeSeconds: 0,
        open: () => driver.getRaw(id),
      } as const;
      return fileResponse(c, answer, source, { sizes, log });
    })
    .get('/api/messages/:id/attachments.zip', async (c) => {
      const caller = requireCaller(c);
      const id = c.req.param('id');
      const driver = await driverOf(caller.id, id);
      const files = await driver.listAttachments(id);
      if (files.length === 0) throw notFound('file');
      const archive = zipOf(files, (attachmentId) => driver.getAttachment(id, attachmentId), {
        lastModified: now(),
        signal: c.req.raw.signal,
      });
      const disposition = { kind: 'attachment', filename: 'attachments.zip', mimeType: ZIP } as const;
      return c.body(await streamedBody(c, archive, log), 200, {
        ...FILE_HEADERS,
        'Content-Type': ZIP,
        'Content-Disposition': contentDisposition(disposition),
        'Cache-Control': 'private, no-cache',
      });
    })
    .get('/api/messages/:id/attachments/:attachmentId', async (c) => {
      const caller = requireCaller(c);
      const { id, attachmentId } = c.req.param();
      const file = await openFile(caller.id, id, attachmentId);
      const { filename, mimeType, listedSize } = file;
      const contentType = servedType(mimeType);
      const isPicture = PICTURE_TYPES.has(contentType);
      const answer = {
        contentType,
        disposition: isPicture && c.req.query('inline') === '1' ? 'inline' : 'attachment',
        filename,
        mimeType,
        version: [id, attachmentId, filename, mimeType, listedSize],
        maxAgeSeconds: isPicture && !isPublicId('draft', id) ? PICTURE_MAX_AGE_SECONDS : 0,
        open: () => openFile(caller.id, id, attachmentId),
      } as const;
      return fileResponse(c, answer, file, { sizes, log });
    });
}
