/** What belongs to the app account rather than to a mail account, and what guards it. */
import { sql } from 'drizzle-orm';
import { doublePrecision, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectionId, UserId } from '../ids.ts';
import { connection } from './account.ts';
import { user } from './auth.ts';
import { at, int8, tsvector } from './columns.ts';

export const userSettings = pgTable('user_settings', {
  userId: text('user_id')
    .$type<UserId>()
    .primaryKey()
    .references(() => user.id, { onDelete: 'cascade' }),
  /** trpc/routes/settings.ts holds the schema and the defaults. */
  settings: jsonb('settings').notNull().default({}),
  shortcuts: jsonb('shortcuts').notNull().default({}),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/** People learned from mail; sent counts most. One row for all spellings of an address. */
export const contact = pgTable(
  'contact',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    /** contact-words.ts: `personKey`. */
    email: text('email').notNull(),
    /** As last seen, where that is not the key. */
    spelling: text('spelling'),
    name: text('name').notNull().default(''),
    /** Of every name and spelling that was seen; contact-words.ts. */
    words: text('words').notNull().default(''),
    /** The same with the account before each, so that nobody's search reads what others know: `12:ada`. */
    starts: tsvector('starts').generatedAlwaysAs(
      sql`array_to_tsvector(array_remove(string_to_array(replace(words, ' ', ' ' || connection_id || ':'), ' '), ''))`,
    ),
    sent: integer('sent').notNull().default(0),
    received: integer('received').notNull().default(0),
    lastAt: at('last_at').notNull(),
    /** Whom one has written to before all others; in each the oftener, a year ago counting for one in 2.7 of today. */
    rank: doublePrecision('rank').generatedAlwaysAs(
      sql`case when sent > 0 then 1000 else 0 end + ln(1 + sent * 10::float8 + received)
        + extract(epoch from last_at at time zone 'UTC')::float8 / 31536000`,
    ),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.email] }),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
    /** Whether a sender bears the name of somebody one writes to: asked whenever mail is read. */
    index('contact_written_to').on(t.connectionId, sql`lower(${t.name})`).where(sql`${t.sent} > 0`),
    /** Whoever looks for people reads all that was not sorted in yet: at most 256 kB. */
    index('contact_starts').using('gin', t.starts).with({ fastupdate: true, gin_pending_list_limit: 256 }),
  ],
);

/** Whom the user wants suggested no more; outlives the accounts that they were learned from. */
export const hiddenContact = pgTable(
  'hidden_contact',
  {
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** contact-words.ts: `personKey`. */
    email: text('email').notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.email] })],
);

/** What the user writes often; HTML as mail-html cleans it. */
export const template = pgTable(
  'template',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** Null: the message keeps its own. */
    subject: text('subject'),
    html: text('html').notNull(),
  },
  (t) => [index('template_user').on(t.userId)],
);

/** Fixed windows, over all processes. */
export const rateLimit = pgTable(
  'rate_limit',
  {
    key: text('key').notNull(),
    windowStart: at('window_start').notNull(),
    hits: integer('hits').notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowStart] }), index('rate_limit_window').on(t.windowStart)],
);

export const invite = pgTable('invite', {
  token: text('token').primaryKey(),
  email: text('email'),
  /** Who invites; null: whoever runs the server. */
  invitedBy: text('invited_by')
    .$type<UserId>()
    .references(() => user.id, { onDelete: 'cascade' }),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at'),
  usedAt: at('used_at'),
});

/** Append-only; no content, no secrets. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: int8('id').primaryKey().generatedAlwaysAsIdentity(),
    at: at('at').notNull().defaultNow(),
    userId: text('user_id').$type<UserId>(),
    connectionId: integer('connection_id').$type<ConnectionId>(),
    event: text('event').notNull(),
    detail: jsonb('detail').notNull().default({}),
    ip: text('ip'),
  },
  (t) => [index('audit_log_user').on(t.userId, t.at)],
);
