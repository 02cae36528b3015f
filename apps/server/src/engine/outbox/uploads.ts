/**
 * Files that were sent ahead of the message they are for. Each has a time at which it goes; while a draft holds it, it
 * has none (attachments.ts). A queued message holds its own bytes, so that nothing here is needed once it is sent.
 */
import type { AttachmentRef, UserId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { PublicId } from '../../lib/driver/ids.ts';
import { type Queryable, row, transaction } from '../index/sql.ts';
import { saveUpload } from './attachments.ts';

export interface NewUpload {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

const KEPT_FOR_MS = 24 * 60 * 60 * 1000;
/** All the unused uploads of one user. */
const MAX_UNUSED_BYTES = 500 * 1024 * 1024;

/** Whether a draft that still stands holds the upload `u`. */
const IS_HELD = `exists (
  select 1 from draft d join connection c on c.id = d.connection_id
  where c.user_id = u.user_id and d.deleted_at is null
    and d.attachments @> jsonb_build_array(jsonb_build_object('uploadId', u.id)))`;

/** Keeps a file for a day. THROTTLED when the user has too many that nothing uses. */
export async function storeUpload(
  pool: pg.Pool,
  userId: UserId,
  file: NewUpload,
  now: Date = new Date(),
): Promise<AttachmentRef> {
  return transaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock(7002, hashtext($1))', [userId]);
    const unused = await row<{ bytes: string }>(
      tx,
      'select coalesce(sum(size), 0) as bytes from upload where user_id = $1 and expires_at > $2',
      [userId, now],
    );
    if (Number(unused?.bytes) + file.content.length > MAX_UNUSED_BYTES) {
      throw new MailError({
        code: 'THROTTLED',
        message: 'Too many files are waiting to be sent.',
        fix: 'Send or save the messages they are for, or try again tomorrow.',
      });
    }
    return saveUpload(tx, userId, { ...file, expiresAt: new Date(now.getTime() + KEPT_FOR_MS) });
  });
}

/** A file that the user's draft holds. */
export async function loadDraftFile(
  sql: Queryable,
  userId: UserId,
  draft: PublicId<'draft'>,
  uploadId: string,
): Promise<NewUpload | undefined> {
  return row<NewUpload & pg.QueryResultRow>(
    sql,
    `select u.name, u.type, u.content
     from draft d join connection c on c.id = d.connection_id join upload u on u.user_id = c.user_id
     where c.user_id = $1 and d.connection_id = $2 and d.id = $3 and d.deleted_at is null and u.id = $4
       and d.attachments @> jsonb_build_array(jsonb_build_object('uploadId', u.id))`,
    [userId, draft.connectionId, draft.id, uploadId],
  );
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
