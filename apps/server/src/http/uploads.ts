/**
 * `POST /api/uploads`: one file, kept for a day unless a draft takes it (engine/outbox/uploads.ts), written as it comes. A
 * user's further uploads wait while some are being received.
 */
import type { AttachmentRef, UserId } from '@postroom/db';
import { Hono } from 'hono';
import { safeFilename } from '../engine/mime/index.ts';
import { type HttpEnv, requireCaller } from './env.ts';
import { errorResponse } from './error-response.ts';
import { createSlots } from './slots.ts';
import { type ReceivedFile, receiveFile } from './upload-body.ts';

export interface UploadRoutesDeps {
  /** Reads the file and stores it for a day; throws THROTTLED when the user has too many, and what the file throws. */
  readonly storeUpload: (userId: UserId, file: ReceivedFile) => Promise<AttachmentRef>;
  readonly maxBytes?: number;
}

const MAX_BYTES = 100 * 1024 * 1024;
const AT_A_TIME = 3;
/** RFC 6838 section 4.2, with nothing that could end a header. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$/;

/** Answers `{ uploadId, name, type, size }`. */
export function createUploadRoutes({ storeUpload, maxBytes = MAX_BYTES }: UploadRoutesDeps): Hono<HttpEnv> {
  const slots = createSlots(AT_A_TIME);
  return new Hono<HttpEnv>().post('/api/uploads', async (c) => {
    const { id: userId } = requireCaller(c);
    const { signal, body } = c.req.raw;
    const contentType = c.req.header('Content-Type');
    return slots.run(
      userId,
      async () => {
        const stored = await receiveFile({ body, contentType, maxBytes }, (file) => storeUpload(userId, cleaned(file)));
        if (stored === 'too-large') {
          return errorResponse(c, 413, `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.`);
        }
        if (stored === 'malformed') return errorResponse(c, 400, 'There is no whole file in the request.');
        const { uploadId, name, type, size } = stored;
        return c.json({ uploadId, name, type, size });
      },
      signal,
    );
  });
}

function cleaned({ name, type, octets }: ReceivedFile): ReceivedFile {
  const lower = type.toLowerCase();
  const known = MEDIA_TYPE.test(lower) ? lower : 'application/octet-stream';
  return { name: safeFilename(name, known), type: known, octets };
}
