/**
 * Attached files of what is being written: small ones come in the call, all others as uploads. Both are kept as uploads,
 * and one that a draft or an outgoing message holds does not expire.
 */
import { randomUUID } from 'node:crypto';
import type { AttachmentRef, UserId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import type { OutgoingAttachment as AttachmentInput } from '../../lib/driver/schemas.ts';
import { type Queryable, rows } from '../index/sql.ts';
import type { OutgoingAttachment } from '../mime/index.ts';
import { fileGone, readFile, writeFile } from './file-store.ts';

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
/** A larger message goes as any other file: its octets must stand in ours as they are, and so be read whole. */
const MAX_EMBEDDED = 25 * 1024 * 1024;

/** Keeps files for as long as a draft or a message holds them; none of them is used up by that. */
export async function keepAttachments(
  sql: Queryable,
  userId: UserId,
  attachments: readonly AttachmentInput[],
): Promise<AttachmentRef[]> {
  const held = await hold(sql, userId, uploadIdsOf(attachments));
  const kept: AttachmentRef[] = [];
  for (const one of attachments) {
    const shown = {
      ...(one.inline === undefined ? {} : { inline: one.inline }),
      ...(one.contentId === undefined ? {} : { contentId: one.contentId }),
    };
    if ('uploadId' in one) {
      const upload = held.get(one.uploadId);
      if (!upload) throw fileGone();
      kept.push({ ...upload, ...shown });
    } else {
      const file = { name: one.name, type: one.type, content: decode(one.name, one.base64) };
      kept.push({ ...(await saveUpload(sql, userId, file)), ...shown });
    }
  }
  return kept;
}

/** Takes the expiry off; what is not there (any more) is missing in the answer. */
async function hold(sql: Queryable, userId: UserId, ids: readonly string[]): Promise<Map<string, AttachmentRef>> {
  const held = await rows<{ id: string; name: string; type: string; size: number }>(
    sql,
    `update upload set expires_at = null where user_id = $1 and id = any($2::text[]) and sha256 is not null
     returning id, name, type, size`,
    [userId, ids],
  );
  return new Map(held.map(({ id, name, type, size }) => [id, { uploadId: id, name, type, size }]));
}

/** The files as a message is built with them: where their octets are, or the octets of a message within it. */
export async function toAttach(
  sql: Queryable,
  userId: UserId,
  refs: readonly AttachmentRef[],
): Promise<OutgoingAttachment[]> {
  const found = await rows<{ id: string; sha256: Buffer }>(
    sql,
    'select id, sha256 from upload where user_id = $1 and id = any($2::text[]) and sha256 is not null',
    [userId, uploadIdsOf(refs)],
  );
  const sums = new Map(found.map(({ id, sha256 }) => [id, sha256]));
  return Promise.all(
    refs.map(async ({ uploadId, name, type, size, inline, contentId }) => {
      const sha256 = sums.get(uploadId);
      if (!sha256) throw fileGone();
      const isEmbedded = type.toLowerCase() === 'message/rfc822' && size <= MAX_EMBEDDED;
      const content = isEmbedded ? await wholeFile(sql, uploadId) : { uploadId, size, sha256 };
      return { filename: name, mimeType: type, content, inline, contentId };
    }),
  );
}

/** Stores a file: for good until `cleanUpUploads` finds nothing that holds it, or until `expiresAt`. */
export async function saveUpload(
  sql: Queryable,
  userId: UserId,
  file: { name: string; type: string; content: Buffer; expiresAt?: Date },
): Promise<AttachmentRef> {
  const { name, type, content, expiresAt = null } = file;
  const uploadId = await beginUpload(sql, userId, { name, type, expiresAt });
  const { size } = await finishUpload(sql, uploadId, [content]);
  return { uploadId, name, type, size };
}

/** An upload without octets, which nothing can use before `finishUpload`. */
export async function beginUpload(
  sql: Queryable,
  userId: UserId,
  { name, type, expiresAt }: { name: string; type: string; expiresAt: Date | null },
): Promise<string> {
  const uploadId = randomUUID();
  await sql.query('insert into upload (id, user_id, name, type, size, expires_at) values ($1, $2, $3, $4, 0, $5)', [
    uploadId,
    userId,
    name,
    type,
    expiresAt,
  ]);
  return uploadId;
}

/** Reads its octets. Throws what they throw; the upload is unusable then. */
export async function finishUpload(
  sql: Queryable,
  uploadId: string,
  octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ size: number }> {
  const { size, sha256 } = await writeFile(sql, uploadId, octets);
  await sql.query('update upload set size = $2, sha256 = $3 where id = $1', [uploadId, size, sha256]);
  return { size };
}

async function wholeFile(sql: Queryable, uploadId: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readFile(sql, uploadId)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function uploadIdsOf(attachments: readonly (AttachmentInput | AttachmentRef)[]): string[] {
  return attachments.flatMap((one) => ('uploadId' in one ? [one.uploadId] : []));
}

function decode(name: string, base64: string): Buffer {
  if (!BASE64.test(base64)) {
    throw new MailError({ code: 'INVALID_INPUT', message: `The attachment “${name.slice(0, 100)}” is damaged.` });
  }
  return Buffer.from(base64, 'base64');
}
