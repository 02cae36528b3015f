/** Mail accounts: the connection, its mailboxes with their sync cursors, its labels and identities. */

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
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { ConnectionId, IdentityId, LabelId, MailboxId, ModSeq, Uid, UidValidity, UserId } from '../ids.ts';
import { user } from './auth.ts';
import { at, int8 } from './columns.ts';
import type { LabelColor, Learned, StoredAudit, StoredEndpoint, StoredError, StoredPins } from './shapes.ts';

export type ConnectionState = 'syncing' | 'live' | 'degraded' | 'needs-attention' | 'paused';

export const connection = pgTable(
  'connection',
  {
    id: integer('id').$type<ConnectionId>().primaryKey().generatedAlwaysAsIdentity(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    name: text('name').notNull().default(''),
    providerId: text('provider_id').notNull().default('imap'),
    isDefault: boolean('is_default').notNull().default(false),
    imap: jsonb('imap').$type<StoredEndpoint>().notNull(),
    smtp: jsonb('smtp').$type<StoredEndpoint>().notNull(),
    authType: text('auth_type').$type<'password' | 'oauth2'>().notNull().default('password'),
    /** Whose tokens they are where `authType` is `oauth2` (engine/accounts/oauth/providers.ts). */
    oauthProvider: text('oauth_provider'),
    /** Vault envelopes (security/vault.ts), never clear text; the IMAP secret is a password, or the tokens of OAuth. AAD binds each to this row, its user and the column. */
    imapSecret: text('imap_secret').notNull(),
    /** Null: the IMAP secret serves for submission too. */
    smtpSecret: text('smtp_secret'),
    pins: jsonb('pins').$type<StoredPins>().notNull().default({}),
    state: text('state').$type<ConnectionState>().notNull().default('syncing'),
    error: jsonb('error').$type<StoredError>(),
    /** Why nothing is sent until somebody does something (engine/outbox/sending-pause.ts). */
    sendingError: jsonb('sending_error').$type<StoredError>(),
    paused: boolean('paused').notNull().default(false),
    capabilities: text('capabilities').array().notNull().default([]),
    learned: jsonb('learned').$type<Learned>().notNull().default({}),
    /** Somebody renews the tokens at this moment, until then at most (engine/accounts/oauth/token-source.ts). */
    tokenClaimUntil: at('token_claim_until'),
    /** The worker that syncs this account, and until when its claim holds (engine/sync/lease.ts). */
    leaseOwner: text('lease_owner'),
    leaseUntil: at('lease_until'),
    /** When it is next compared with its server, whole (engine/sync/audit.ts); null: not planned yet. */
    auditDueAt: at('audit_due_at'),
    /** What the last comparison found. */
    audit: jsonb('audit').$type<StoredAudit>(),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    unique('connection_user_id').on(t.userId, t.id),
    uniqueIndex('connection_one_default').on(t.userId).where(sql`${t.isDefault}`),
  ],
);

/** A sign-in at a mail provider that was begun and has not come back: kept for minutes, used once, by whoever began it. */
export const oauthRequest = pgTable(
  'oauth_request',
  {
    /** SHA-256 of the state parameter. */
    state: text('state').primaryKey(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    providerId: text('provider_id').notNull(),
    nonce: text('nonce').notNull(),
    /** RFC 7636 code_verifier: of no use without the code, which never comes here. */
    verifier: text('verifier').notNull(),
    /** Who is meant to sign in, where that is known. */
    email: text('email'),
    /** The account that is signed in again; null for a new one. */
    connectionId: integer('connection_id').$type<ConnectionId>(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    index('oauth_request_user').on(t.userId),
    index('oauth_request_connection').on(t.connectionId),
    // Nobody signs in for somebody else's account.
    foreignKey({
      columns: [t.userId, t.connectionId],
      foreignColumns: [connection.userId, connection.id],
    }).onDelete('cascade'),
  ],
);

/** RFC 6154 / RFC 8621 §2 roles; `snoozed` is where we put what waits (engine/operations/snooze-place.ts). */
export type MailboxRole =
  | 'inbox'
  | 'archive'
  | 'drafts'
  | 'sent'
  | 'junk'
  | 'trash'
  | 'all'
  | 'important'
  | 'flagged'
  | 'snoozed';

export const mailbox = pgTable(
  'mailbox',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: integer('id').$type<MailboxId>().notNull().generatedAlwaysAsIdentity(),
    /** Decoded full path, in the server's hierarchy (`INBOX.Projects.2026`). */
    path: text('path').notNull(),
    delimiter: text('delimiter'),
    /** Last segment, as shown. */
    name: text('name').notNull(),
    role: text('role').$type<MailboxRole>(),
    /** LIST attributes as sent, lower case without the backslash (`noselect`, `haschildren`). */
    attributes: text('attributes').array().notNull().default([]),
    subscribed: boolean('subscribed').notNull().default(true),
    /** False: `\Noselect`, or skipped by a quirk (Gmail's label mailboxes). */
    synced: boolean('synced').notNull().default(true),
    /**
     * X-GM-LABELS name of the label that this mailbox is (docs/decisions/004). Its placements say where a message of All
     * Mail is shown and have no UID. Null: a place where messages lie.
     */
    label: text('label'),
    /** RFC 8474 MAILBOXID. */
    objectId: text('object_id'),
    uidValidity: int8('uid_validity').$type<UidValidity>(),
    uidNext: int8('uid_next').$type<Uid>(),
    highestModSeq: int8('highest_mod_seq').$type<ModSeq>(),
    /** EXISTS as the server last said. */
    exists: integer('exists').notNull().default(0),
    /** Grows with every UIDVALIDITY change. */
    generation: integer('generation').notNull().default(0),
    /** Initial sync goes backwards: every UID >= this one is here. Null: not begun. 0: all are here. */
    syncedMinUid: int8('synced_min_uid').$type<Uid>(),
    /** PERMANENTFLAGS has `\*`. Null: not known yet. */
    keywordsAllowed: boolean('keywords_allowed'),
    syncedAt: at('synced_at'),
    /** Last time the whole UID set (and, without CONDSTORE, all flags) was compared. */
    reconciledAt: at('reconciled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    unique('mailbox_path').on(t.connectionId, t.path),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

export type LabelStorage = 'folder' | 'keyword' | 'gmail' | 'local';

export const label = pgTable(
  'label',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: integer('id').$type<LabelId>().notNull().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    color: jsonb('color').$type<LabelColor>(),
    storage: text('storage').$type<LabelStorage>().notNull(),
    /** The IMAP keyword that stands for it on the server; null for `local`. Compared without case. */
    keyword: text('keyword'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    uniqueIndex('label_keyword').on(t.connectionId, sql`lower(${t.keyword})`),
    uniqueIndex('label_name').on(t.connectionId, sql`lower(${t.name})`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);

export const identity = pgTable(
  'identity',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    id: integer('id').$type<IdentityId>().notNull().generatedAlwaysAsIdentity(),
    name: text('name').notNull().default(''),
    email: text('email').notNull(),
    signature: text('signature'),
    replyTo: text('reply_to'),
    bccSelf: boolean('bcc_self').notNull().default(false),
    /** Its own submission server; null: it sends through the account's. */
    smtp: jsonb('smtp').$type<StoredEndpoint>(),
    /** A vault envelope, bound to this row, its user and the column. */
    smtpSecret: text('smtp_secret'),
    /** SPKI pin of that server. */
    smtpPin: text('smtp_pin'),
    /** … and what was found out about it. */
    learned: jsonb('learned').$type<Learned>().notNull().default({}),
    /** Why nothing goes through it until somebody does something (engine/outbox/sending-pause.ts). */
    sendingError: jsonb('sending_error').$type<StoredError>(),
    isDefault: boolean('is_default').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('identity_email').on(t.connectionId, t.email),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);
