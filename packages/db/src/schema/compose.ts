/** What is being written and sent: drafts, the outbox, uploads. */
import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { ConnectionId, DraftId, MessageRowId, OutboxId, ThreadId, Uid, UserId } from '../ids.ts';
import { connection } from './account.ts';
import { user } from './auth.ts';
import { at, bytea, int8 } from './columns.ts';
import type { Address, AttachmentRef, OutgoingFile, OutgoingRecipient, StoredError, SubmissionVia } from './shapes.ts';

export const draft = pgTable(
  'draft',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').$type<DraftId>().notNull().generatedAlwaysAsIdentity(),
    to: jsonb('to').$type<Address[]>().notNull().default([]),
    cc: jsonb('cc').$type<Address[]>().notNull().default([]),
    bcc: jsonb('bcc').$type<Address[]>().notNull().default([]),
    subject: text('subject').notNull().default(''),
    /** HTML as the composer holds it. */
    html: text('html').notNull().default(''),
    attachments: jsonb('attachments').$type<AttachmentRef[]>().notNull().default([]),
    threadId: int8('thread_id').$type<ThreadId>(),
    inReplyTo: text('in_reply_to'),
    references: text('references').array().notNull().default([]),
    fromEmail: text('from_email'),
    /** Fixed for the draft's life: the server copies carry it, so that doubles are found. */
    messageIdHeader: text('message_id_header').notNull(),
    /** The index row that stands for the newest server copy. */
    messageId: int8('message_id').$type<MessageRowId>(),
    /** Grows with every change here; `pushedRevision` is what the server has. */
    revision: integer('revision').notNull().default(1),
    pushedRevision: integer('pushed_revision').notNull().default(0),
    /** Of the composer that saved last: whose answer was lost is known again by it. */
    writerKey: text('writer_key'),
    /** Another client saved it too, and its version is a draft of its own. */
    changedElsewhere: boolean('changed_elsewhere').notNull().default(false),
    /** Set when deleted here or sent; the row goes once the server copy is gone. */
    deletedAt: at('deleted_at'),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('draft_dirty')
      .on(t.connectionId)
      .where(sql`${t.pushedRevision} < ${t.revision} or ${t.deletedAt} is not null`),
    index('draft_message').on(t.connectionId, t.messageId),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

export type OutboxState = 'scheduled' | 'queued' | 'sending' | 'sent' | 'partial' | 'failed' | 'uncertain' | 'canceled';
/** Durable before each step: `claimed` → connection; `data` → from here the server may have it; `accepted` → it has. */
export type SubmissionStep = 'none' | 'claimed' | 'data' | 'accepted';

export const outbox = pgTable(
  'outbox',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').$type<OutboxId>().notNull().generatedAlwaysAsIdentity(),
    state: text('state').$type<OutboxState>().notNull(),
    step: text('step').$type<SubmissionStep>().notNull().default('none'),
    /** The message, Bcc included, frozen when queued: all of it but the files. The wire gets it without Bcc. */
    mime: bytea('mime').notNull(),
    /** As it was composed, to be edited again; null: queued before it was kept. */
    html: text('html'),
    /** Its files in their order, each with where its bytes stand in `mime`; null: they are in there. */
    files: jsonb('files').$type<OutgoingFile[]>().notNull().default([]),
    mailFrom: text('mail_from').notNull(),
    /** The own server of an identity that it goes through; null: the account's. By itself it never goes through another. */
    via: jsonb('via').$type<SubmissionVia>(),
    recipients: jsonb('recipients').$type<OutgoingRecipient[]>().notNull(),
    to: jsonb('to').$type<Address[]>().notNull(),
    cc: jsonb('cc').$type<Address[]>().notNull(),
    bcc: jsonb('bcc').$type<Address[]>().notNull(),
    subject: text('subject').notNull(),
    messageIdHeader: text('message_id_header').notNull(),
    /** The index row that shows it in its conversation from the moment it is queued. */
    messageId: int8('message_id').$type<MessageRowId>(),
    /** The message it answers (or forwards), to be marked once it is accepted. */
    parentId: int8('parent_id').$type<MessageRowId>(),
    parentMark: text('parent_mark').$type<'answered' | 'forwarded'>(),
    draftId: int8('draft_id').$type<DraftId>(),
    idempotencyKey: text('idempotency_key'),
    sendAt: at('send_at'),
    nextAttemptAt: at('next_attempt_at'),
    attempts: integer('attempts').notNull().default(0),
    leaseUntil: at('lease_until'),
    /** Whether the Sent copy is filed: by us, or found there. */
    sentCopyFiled: boolean('sent_copy_filed').notNull().default(false),
    /** The UID of the copy we filed, and when Sent is looked at once more, for a copy that the server filed beside it. */
    copyUid: int8('copy_uid').$type<Uid>(),
    verifyCopyAt: at('verify_copy_at'),
    /** Somebody else's message, sent on as it is: no copy in Sent, and no draft when it is taken back. */
    isRedirect: boolean('is_redirect').notNull().default(false),
    error: jsonb('error').$type<StoredError>(),
    /** The person has seen it and wants to see it no more. */
    dismissedAt: at('dismissed_at'),
    /** When the bytes were accepted, or the outcome became unknowable. */
    submittedAt: at('submitted_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    uniqueIndex('outbox_idempotency').on(t.connectionId, t.idempotencyKey).where(sql`${t.idempotencyKey} is not null`),
    index('outbox_due')
      .on(t.nextAttemptAt)
      .where(sql`${t.state} in ('scheduled', 'queued', 'sending', 'uncertain') or not ${t.sentCopyFiled}`),
    index('outbox_verify').on(t.connectionId, t.verifyCopyAt).where(sql`${t.verifyCopyAt} is not null`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** "Tell me if nobody answers": one open row a conversation, gone once it was answered, fired or taken back. */
export const reminder = pgTable(
  'reminder',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').notNull().generatedAlwaysAsIdentity(),
    /** The message on its way that it came with. It counts only once that was sent, and is about the conversation it is in. */
    outboxId: int8('outbox_id').$type<OutboxId>(),
    /** The conversation; null until that message is in one. May be a merged id: resolve through `thread_alias`. */
    threadId: int8('thread_id').$type<ThreadId>(),
    dueAt: at('due_at').notNull(),
    /** What comes after this is an answer. */
    since: at('since').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('reminder_due').on(t.connectionId, t.dueAt),
    index('reminder_outbox').on(t.connectionId, t.outboxId).where(sql`${t.outboxId} is not null`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

export const upload = pgTable(
  'upload',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    type: text('type').notNull(),
    size: integer('size').notNull(),
    /** Of the whole; null while it is being received. */
    sha256: bytea('sha256'),
    /** Unused uploads go at this time; a draft or an outgoing message holds its own. */
    expiresAt: at('expires_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('upload_user').on(t.userId), index('upload_expiry').on(t.expiresAt)],
);

/** The bytes of an upload in pieces, so that none of its readers and writers holds all of them. */
export const uploadChunk = pgTable(
  'upload_chunk',
  {
    uploadId: text('upload_id')
      .notNull()
      .references(() => upload.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.position] })],
);
