/** A draft's row and its bytes: the same row always gives the same bytes, so that a copy pushed twice is the same message. */
import type { Address, AttachmentRef, ConnectionId, DraftId, MessageRowId, ThreadId } from '@postroom/db';
import { withInlinedSheets } from '@postroom/mail-html';
import { MailError } from '../../lib/driver/errors.ts';
import { presentId } from '../../lib/driver/ids.ts';
import type { Draft } from '../../lib/driver/schemas.ts';
import { type Queryable, row } from '../index/sql.ts';
import { assertSendable, buildMessage, type FrozenMessage } from '../mime/index.ts';
import { toAttach } from '../outbox/attachments.ts';
import type { Sender } from '../outbox/enqueue.ts';
import { stampOf } from './server-copies.ts';

export interface DraftRow {
  readonly id: DraftId;
  readonly to: Address[];
  readonly cc: Address[];
  readonly bcc: Address[];
  readonly subject: string;
  readonly html: string;
  readonly attachments: AttachmentRef[];
  readonly thread_id: ThreadId | null;
  readonly in_reply_to: string | null;
  readonly references: string[];
  readonly from_email: string | null;
  readonly message_id_header: string;
  readonly message_id: MessageRowId | null;
  readonly revision: number;
  readonly pushed_revision: number;
  readonly updated_at: Date;
  readonly changed_elsewhere: boolean;
  readonly writer_key: string | null;
}

export const DRAFT_COLUMNS = `id, "to", cc, bcc, subject, html, attachments, thread_id, in_reply_to, "references", from_email,
  message_id_header, message_id, revision, pushed_revision, updated_at, changed_elsewhere, writer_key`;

export async function loadDraft(
  sql: Queryable,
  connectionId: ConnectionId,
  id: DraftId,
): Promise<DraftRow | undefined> {
  return row<DraftRow>(
    sql,
    `select ${DRAFT_COLUMNS} from draft where connection_id = $1 and id = $2 and deleted_at is null`,
    [connectionId, id],
  );
}

/** What a composer saved before, where it did not hear of it. */
export async function draftOfWriter(
  sql: Queryable,
  connectionId: ConnectionId,
  writerKey: string | undefined,
): Promise<DraftRow | undefined> {
  if (writerKey === undefined) return undefined;
  return row<DraftRow>(
    sql,
    `select ${DRAFT_COLUMNS} from draft where connection_id = $1 and writer_key = $2 and deleted_at is null
     order by id limit 1`,
    [connectionId, writerKey],
  );
}

/** RFC 5322 bytes of what has been written so far; recipients that are no addresses yet are left out. */
export async function freezeDraft(sql: Queryable, sender: Sender, draft: DraftRow): Promise<FrozenMessage> {
  const from = { email: draft.from_email ?? sender.email, ...(sender.name === '' ? {} : { name: sender.name }) };
  return buildMessage({
    from: isSendable(from) ? from : { email: sender.email },
    to: draft.to,
    cc: draft.cc,
    bcc: draft.bcc,
    subject: draft.subject.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' '),
    html: withInlinedSheets(draft.html),
    attachments: await toAttach(sql, sender.userId, draft.attachments),
    messageId: draft.message_id_header,
    date: draft.updated_at,
    ...(draft.in_reply_to === null ? {} : { inReplyTo: draft.in_reply_to }),
    references: draft.references,
    headers: stampOf(draft.message_id_header, draft.updated_at),
    keepBcc: true,
    skipUnsendable: true,
  });
}

function isSendable(address: Address): boolean {
  try {
    assertSendable(address);
    return true;
  } catch (error) {
    if (error instanceof MailError) return false;
    throw error;
  }
}

export function presentDraft(connectionId: ConnectionId, draft: DraftRow): Draft {
  return {
    id: presentId('draft', connectionId, draft.id),
    connectionId: `c${connectionId}`,
    to: draft.to,
    cc: draft.cc,
    bcc: draft.bcc,
    subject: draft.subject,
    message: draft.html,
    attachments: draft.attachments.map(({ uploadId, name, type, size, inline, contentId }) => ({
      attachmentId: uploadId,
      filename: name,
      mimeType: type,
      size,
      inline: inline === true,
      ...(contentId === undefined ? {} : { contentId }),
    })),
    ...(draft.thread_id === null ? {} : { threadId: presentId('thread', connectionId, draft.thread_id) }),
    ...(draft.in_reply_to === null ? {} : { inReplyTo: draft.in_reply_to }),
    ...(draft.from_email === null ? {} : { fromEmail: draft.from_email }),
    updatedAt: draft.updated_at.toISOString(),
    revision: draft.revision,
    ...(draft.changed_elsewhere ? { changedElsewhere: true } : {}),
  };
}
