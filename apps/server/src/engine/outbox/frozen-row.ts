/** A frozen message (mime/frozen.ts) as a row of the outbox keeps it, and back. */
import type { AttachmentRef, OutgoingFile } from '@postroom/db';
import type { Queryable } from '../index/sql.ts';
import { type FrozenMessage, type MessageSource, sourceOf } from '../mime/index.ts';
import { readFile } from './file-store.ts';

export interface FrozenRow {
  readonly mime: Buffer;
  readonly files: readonly OutgoingFile[];
}

/** The files in the order they were attached, each with its place. One attached twice has two. */
export function outgoingFiles(attached: readonly AttachmentRef[], { files }: FrozenMessage): OutgoingFile[] {
  const left = [...files];
  return attached.map((ref) => {
    const index = left.findIndex(({ uploadId }) => uploadId === ref.uploadId);
    const [file] = index === -1 ? [] : left.splice(index, 1);
    return { ...ref, at: file?.at ?? null };
  });
}

export function frozenOf({ mime, files }: FrozenRow): FrozenMessage {
  const placed = files.flatMap(({ uploadId, size, at }) => (at === null ? [] : [{ uploadId, size, at }]));
  return { octets: mime, files: placed.sort((a, b) => a.at - b.at) };
}

/** All its octets, files read from where they are kept. */
export function messageSource(sql: Queryable, frozen: FrozenMessage): MessageSource {
  return sourceOf(frozen, (uploadId) => readFile(sql, uploadId));
}
