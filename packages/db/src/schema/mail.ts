/**
 * The index of mail. Every primary key begins with the account, so that the tables partition by it.
 * `message` is account-wide and immutable but for its thread; `placement` is narrow and changes; what a list reads is
 * kept ready in `thread`, `thread_list` and `list_counter`, in the transaction that changes the placements.
 */
import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type {
  ConnectionId,
  LabelId,
  ListKey,
  MailboxId,
  MessageRowId,
  ModSeq,
  OperationId,
  PlacementId,
  ThreadId,
  Uid,
} from '../ids.ts';
import { connection, label } from './account.ts';
import { at, bytea, int8, tsvector } from './columns.ts';
import type { Address, MessageAddresses, MessageExtras, StructureNode } from './shapes.ts';

export const message = pgTable(
  'message',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').$type<MessageRowId>().notNull().generatedAlwaysAsIdentity(),
    threadId: int8('thread_id').$type<ThreadId>().notNull(),
    /** engine/mime/fingerprint.ts: 16 bytes over Message-ID, Date, From, Subject, To and Cc. */
    fingerprint: bytea('fingerprint').notNull(),
    /** Tells true doubles apart: two copies in one mailbox are two messages. */
    ordinal: smallint('ordinal').notNull().default(0),
    /** RFC 8474 EMAILID or X-GM-MSGID. */
    emailId: text('email_id'),
    /** RFC 5322 Message-ID with its angle brackets. */
    messageId: text('message_id'),
    inReplyTo: text('in_reply_to'),
    references: text('references').array().notNull().default([]),
    addresses: jsonb('addresses').$type<MessageAddresses>().notNull(),
    subject: text('subject').notNull(),
    /** The Date header; null when it is missing or nonsense. */
    date: at('date'),
    /** INTERNALDATE: the sort key. */
    receivedAt: at('received_at').notNull(),
    /** RFC822.SIZE, octets. */
    size: integer('size').notNull(),
    structure: jsonb('structure').$type<StructureNode>(),
    hasAttachments: boolean('has_attachments').notNull().default(false),
    extras: jsonb('extras').$type<MessageExtras>().notNull().default({}),
    /** From one of the account's own addresses. */
    isOwn: boolean('is_own').notNull().default(false),
    /** When its last placement vanished. Purged only after every mailbox has been looked at once more. */
    orphanedAt: at('orphaned_at'),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    uniqueIndex('message_fingerprint').on(t.connectionId, t.fingerprint, t.ordinal),
    index('message_thread').on(t.connectionId, t.threadId),
    index('message_email_id').on(t.connectionId, t.emailId).where(sql`${t.emailId} is not null`),
    index('message_message_id').on(t.connectionId, t.messageId),
    index('message_orphan').on(t.connectionId, t.orphanedAt).where(sql`${t.orphanedAt} is not null`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/**
 * `present`: the server has it there. `leaving`: an operation of ours takes it away; hidden, not yet gone.
 * `arriving`: an operation or a send of ours puts it there; shown, no UID yet.
 */
export type PlacementState = 'present' | 'leaving' | 'arriving';

export const placement = pgTable(
  'placement',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').$type<PlacementId>().notNull().generatedAlwaysAsIdentity(),
    mailboxId: integer('mailbox_id').$type<MailboxId>().notNull(),
    uid: int8('uid').$type<Uid>(),
    messageId: int8('message_id').$type<MessageRowId>().notNull(),
    /** System flags as bits: engine/index/flags.ts. */
    flags: smallint('flags').notNull().default(0),
    /** As the server spells them. */
    keywords: text('keywords').array().notNull().default([]),
    modSeq: int8('mod_seq').$type<ModSeq>(),
    state: text('state').$type<PlacementState>().notNull().default('present'),
    /** It lies here and is shown where its labels say: Gmail's All Mail, for what is in the inbox, Sent or Drafts. */
    covered: boolean('covered').notNull().default(false),
    /** The operation that makes it leave or arrive; null for `present`, and for what the outbox or a draft puts there. */
    operationId: int8('operation_id').$type<OperationId>(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('placement_operation').on(t.connectionId, t.operationId).where(sql`${t.operationId} is not null`),
    uniqueIndex('placement_uid').on(t.connectionId, t.mailboxId, t.uid),
    index('placement_message').on(t.connectionId, t.messageId),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** engine/mime/threading.ts: two messages are in one conversation iff they are connected through shared keys. */
export const messageRef = pgTable(
  'message_ref',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    key: int8('key').notNull(),
    /** May be a merged id: resolve through `thread_alias`. */
    threadId: int8('thread_id').$type<ThreadId>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.key] }),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

export type SurfacedBy = 'snooze' | 'reminder';

export const thread = pgTable(
  'thread',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: int8('id').$type<ThreadId>().notNull().generatedAlwaysAsIdentity(),
    subject: text('subject').notNull().default(''),
    /** The newest of what is shown; the list shows its snippet. */
    newestMessageId: int8('newest_message_id').$type<MessageRowId>(),
    /** Distinct, oldest first, at most 20. */
    senders: jsonb('senders').$type<Address[]>().notNull().default([]),
    /** What `mail.get` gives: all but what is only in junk and trash, unless nothing else is left. */
    messageCount: integer('message_count').notNull().default(0),
    unreadCount: integer('unread_count').notNull().default(0),
    starred: boolean('starred').notNull().default(false),
    important: boolean('important').notNull().default(false),
    hasAttachments: boolean('has_attachments').notNull().default(false),
    labelIds: integer('label_ids').array().$type<LabelId[]>().notNull().default([]),
    newestAt: at('newest_at'),
    muted: boolean('muted').notNull().default(false),
    snoozedUntil: at('snoozed_until'),
    /** The mailbox or label that its snoozed messages lie in on the server. Null: it is hidden from the inbox here alone. */
    snoozedIn: text('snoozed_in').$type<ListKey>(),
    /** When it came back on top of the inbox by itself, why, and what it waited for (docs/decisions/008). */
    surfacedAt: at('surfaced_at'),
    surfacedBy: text('surfaced_by').$type<SurfacedBy>(),
    /** `reminder`: nobody has answered since. */
    surfacedSince: at('surfaced_since'),
    /** None of its messages lay in the inbox then: it is listed there all the same until the user files it. */
    surfacedAlone: boolean('surfaced_alone').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('thread_snoozed').on(t.connectionId, t.snoozedUntil).where(sql`${t.snoozedUntil} is not null`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** First line of a message, which comes after the rest: apart, so that it costs no second row of `message`. */
export const messageSnippet = pgTable(
  'message_snippet',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    messageId: int8('message_id').$type<MessageRowId>().notNull(),
    snippet: text('snippet').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.messageId] }),
    foreignKey({ columns: [t.connectionId, t.messageId], foreignColumns: [message.connectionId, message.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** Ids of conversations that were merged still resolve. Always flat: `into` is never itself an alias. */
export const threadAlias = pgTable(
  'thread_alias',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    oldId: int8('old_id').$type<ThreadId>().notNull(),
    intoId: int8('into_id').$type<ThreadId>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.oldId] }),
    index('thread_alias_into').on(t.connectionId, t.intoId),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** What a list reads, by keyset on (newest_at, thread_id). */
export const threadList = pgTable(
  'thread_list',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    list: text('list').$type<ListKey>().notNull(),
    threadId: int8('thread_id').$type<ThreadId>().notNull(),
    /** Newest message of the conversation that is in this list. */
    newestAt: at('newest_at').notNull(),
    /** Messages of the conversation in this list, and how many of them are unread. */
    total: integer('total').notNull(),
    unread: integer('unread').notNull(),
  },
  (t) => [
    // In this order it also finds all lists of a conversation.
    primaryKey({ columns: [t.connectionId, t.threadId, t.list] }),
    index('thread_list_page').on(t.connectionId, t.list, t.newestAt.desc(), t.threadId.desc()),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** Conversations in a list, and those with an unread message in it. Kept, never counted. */
export const listCounter = pgTable(
  'list_counter',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    list: text('list').$type<ListKey>().notNull(),
    total: integer('total').notNull().default(0),
    unread: integer('unread').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.list] }),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

/** Labels that no server keeps (`local`): by message, so that they survive moves. */
export const messageLabel = pgTable(
  'message_label',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    messageId: int8('message_id').$type<MessageRowId>().notNull(),
    labelId: integer('label_id').$type<LabelId>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.messageId, t.labelId] }),
    index('message_label_label').on(t.connectionId, t.labelId),
    foreignKey({ columns: [t.connectionId, t.labelId], foreignColumns: [label.connectionId, label.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ columns: [t.connectionId, t.messageId], foreignColumns: [message.connectionId, message.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** The decoded text of a message, cached with a cap per account; the raw bytes stay on the server. */
export const body = pgTable(
  'body',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    messageId: int8('message_id').$type<MessageRowId>().notNull(),
    html: text('html').notNull(),
    text: text('text').notNull(),
    /** Header fields that only the whole source or its header shows (Authentication-Results …), decoded. */
    authentication: jsonb('authentication'),
    bytes: integer('bytes').notNull(),
    fetchedAt: at('fetched_at').notNull().defaultNow(),
    usedAt: at('used_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.messageId] }),
    index('body_used').on(t.connectionId, t.usedAt),
    foreignKey({ columns: [t.connectionId, t.messageId], foreignColumns: [message.connectionId, message.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** Full text, apart from the rows that change. Weights: A subject, B people, C file names and snippet, D body. */
export const messageSearch = pgTable(
  'message_search',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    messageId: int8('message_id').$type<MessageRowId>().notNull(),
    words: tsvector('words').notNull(),
    /** Whether the body is in it; till then the server's own SEARCH fills in. */
    bodyIndexed: boolean('body_indexed').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.messageId] }),
    index('message_search_words').using('gin', t.words),
    index('message_search_todo').on(t.connectionId, t.messageId).where(sql`not ${t.bodyIndexed}`),
    foreignKey({ columns: [t.connectionId, t.messageId], foreignColumns: [message.connectionId, message.id] }).onDelete(
      'cascade',
    ),
  ],
);
