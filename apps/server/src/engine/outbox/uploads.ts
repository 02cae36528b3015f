/**
 * Files that were sent ahead of the message they are for. Each has a time at which it goes; while a draft or a message
 * that is not sent yet holds it, it has none (attachments.ts).
 */
import type { AttachmentRef, UserId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { PublicId } from '../../lib/driver/ids.ts';
import { row, transaction } from '../index/sql.ts';
import { beginUpload, finishUpload } from './attachments.ts';
import { readFile } from './file-store.ts';

export interface NewUpload {
  readonly name: string;
  readonly type: string;
  readonly octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const KEPT_FOR_MS = 24 * 60 * 60 * 1000;
/** All the unused uploads of one user. */
const MAX_UNUSED_BYTES = 500 * 1024 * 1024;

/** Whether a draft that still stands, or a message whose bytes are still needed, holds the upload `u`. */
const IS_HELD = `(exists (
  select 1 from draft d join connection c on c.id = d.connection_id
  where c.user_id = u.user_id and d.deleted_at is null
    and d.attachments @> jsonb_build_array(jsonb_build_object('uploadId', u.id)))
or exists (
  select 1 from outbox o join connection c on c.id = o.connection_id
  where c.user_id = u.user_id and o.state <> 'canceled' and not (o.state = 'sent' and o.sent_copy_filed)
    and (o.dismissed_at is null or o.dismissed_at > now() - interval '7 days')
    and o.files @> jsonb_build_array(jsonb_build_object('uploadId', u.id))))`;

/** Receives a file and keeps it for a day. THROTTLED when the user has too many that nothing uses. Throws what it throws. */
export async function storeUpload(
  pool: pg.Pool,
  userId: UserId,
  { name, type, octets }: NewUpload,
  now: Date = new Date(),
): Promise<AttachmentRef> {
  const expiresAt = new Date(now.getTime() + KEPT_FOR_MS);
  const uploadId = await beginUpload(pool, userId, { name, type, expiresAt });
  try {
    const { size } = await finishUpload(pool, uploadId, octets);
    await assertRoom(pool, userId, now);
    return { uploadId, name, type, size };
  } catch (error) {
    await pool.query('delete from upload where id = $1', [uploadId]);
    throw error;
  }
}

/** One at a time a user: two that fit alone must not both pass when they do not fit together. */
async function assertRoom(pool: pg.Pool, userId: UserId, now: Date): Promise<void> {
  const unused = await transaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock(7002, hashtext($1))', [userId]);
    return row<{ bytes: string }>(
      tx,
      'select coalesce(sum(size), 0) as bytes from upload where user_id = $1 and expires_at > $2',
      [userId, now],
    );
  });
  if (Number(unused?.bytes) <= MAX_UNUSED_BYTES) return;
  throw new MailError({
    code: 'THROTTLED',
    message: 'Too many files are waiting to be sent.',
    fix: 'Send or save the messages they are for, or try again tomorrow.',
  });
}

/** A file that the user's draft holds. */
export async function loadDraftFile(
  pool: pg.Pool,
  userId: UserId,
  draft: PublicId<'draft'>,
  uploadId: string,
): Promise<(Omit<NewUpload, 'octets'> & { size: number; octets: AsyncIterable<Buffer> }) | undefined> {
  const found = await row<{ name: string; type: string; size: number }>(
    pool,
    `select u.name, u.type, u.size
     from draft d join connection c on c.id = d.connection_id join upload u on u.user_id = c.user_id
     where c.user_id = $1 and d.connection_id = $2 and d.id = $3 and d.deleted_at is null and u.id = $4
       and u.sha256 is not null
       and d.attachments @> jsonb_build_array(jsonb_build_object('uploadId', u.id))`,
    [userId, draft.connectionId, draft.id, uploadId],
  );
  return found && { ...found, octets: readFile(pool, uploadId) };
}

/**
 * Deletes what has expired, and gives a day to what no draft holds any longer. No draft that is being saved meanwhile
 * loses a file: saving takes the expiry off, so the row that this waits for no longer matches; and one that was marked
 * in that moment is held by the draft, and stays, when its day is over.
 */
export async function cleanUpUploads(pool: pg.Pool, now: Date = new Date()): Promise<void> {
  await pool.query(`delete from upload u where u.expires_at <= $1 and not ${IS_HELD}`, [now]);
  await pool.query(`update upload u set expires_at = $1 where u.expires_at is null and not ${IS_HELD}`, [
    new Date(now.getTime() + KEPT_FOR_MS),
  ]);
}
