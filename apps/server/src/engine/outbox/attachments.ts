/**
 * Attached files of what is being written: small ones come in the call, all others as uploads. Both are kept as uploads,
 * and one that a draft holds does not expire.
 */
import { randomUUID } from 'node:crypto';
import type { AttachmentRef, UserId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import type { OutgoingAttachment as AttachmentInput } from '../../lib/driver/schemas.ts';
import { type Queryable, rows } from '../index/sql.ts';
import type { OutgoingAttachment } from '../mime/index.ts';

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly content: Buffer;
}

async function loadUploads(sql: Queryable, userId: UserId, ids: readonly string[]): Promise<Map<string, Upload>> {
  if (ids.length === 0) return new Map();
  const found = await rows<Upload>(
    sql,
    'select id, name, type, size, content from upload where user_id = $1 and id = any($2::text[])',
    [userId, ids],
  );
  return new Map(found.map((upload) => [upload.id, upload]));
}

function uploadOf<T>(uploads: ReadonlyMap<string, T>, id: string): T {
  const upload = uploads.get(id);
  if (!upload) {
    throw new MailError({
      code: 'MESSAGE_NOT_FOUND',
      message: 'An attached file is not here (any more).',
      fix: 'Attach it again.',
    });
  }
  return upload;
}

function decode(name: string, base64: string): Buffer {
  if (!BASE64.test(base64)) {
    throw new MailError({ code: 'INVALID_INPUT', message: `The attachment “${name.slice(0, 100)}” is damaged.` });
  }
  return Buffer.from(base64, 'base64');
}

/** The files' bytes, in the order given. */
export async function loadAttachments(
  sql: Queryable,
  userId: UserId,
  attachments: readonly AttachmentInput[],
): Promise<OutgoingAttachment[]> {
  const ids = attachments.flatMap((one) => ('uploadId' in one ? [one.uploadId] : []));
  const uploads = await loadUploads(sql, userId, ids);
  return attachments.map((one) => {
    const shown = { inline: one.inline, contentId: one.contentId };
    if (!('uploadId' in one))
      return { filename: one.name, mimeType: one.type, content: decode(one.name, one.base64), ...shown };
    const { name, type, content } = uploadOf(uploads, one.uploadId);
    return { filename: name, mimeType: type, content, ...shown };
  });
}

/** Keeps files for as long as a draft holds them; none of them is used up by that. */
export async function keepAttachments(
  sql: Queryable,
  userId: UserId,
  attachments: readonly AttachmentInput[],
): Promise<AttachmentRef[]> {
  const ids = attachments.flatMap((one) => ('uploadId' in one ? [one.uploadId] : []));
  const held = await rows<Omit<Upload, 'content'>>(
    sql,
    'update upload set expires_at = null where user_id = $1 and id = any($2::text[]) returning id, name, type, size',
    [userId, ids],
  );
  const uploads = new Map(held.map((upload) => [upload.id, upload]));
  const kept: AttachmentRef[] = [];
  for (const one of attachments) {
    const shown = {
      ...(one.inline === undefined ? {} : { inline: one.inline }),
      ...(one.contentId === undefined ? {} : { contentId: one.contentId }),
    };
    if ('uploadId' in one) {
      const { id, name, type, size } = uploadOf(uploads, one.uploadId);
      kept.push({ uploadId: id, name, type, size, ...shown });
    } else {
      const content = decode(one.name, one.base64);
      const file = { name: one.name, type: one.type, content };
      kept.push({ ...(await saveUpload(sql, userId, file)), ...shown });
    }
  }
  return kept;
}

/** Stores a file: for good until `cleanUpUploads` finds nothing that holds it, or until `expiresAt`. */
export async function saveUpload(
  sql: Queryable,
  userId: UserId,
  file: { name: string; type: string; content: Buffer; expiresAt?: Date },
): Promise<AttachmentRef> {
  const { name, type, content, expiresAt = null } = file;
  const uploadId = randomUUID();
  await sql.query(
    'insert into upload (id, user_id, name, type, size, content, expires_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [uploadId, userId, name, type, content.length, content, expiresAt],
  );
  return { uploadId, name, type, size: content.length };
}
