/** What belongs to the app account rather than to a mail account, and what guards it. */
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectionId, UserId } from '../ids.ts';
import { connection } from './account.ts';
import { user } from './auth.ts';
import { at, int8 } from './columns.ts';

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

/** People learned from mail; sent counts most. */
export const contact = pgTable(
  'contact',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    email: text('email').notNull(),
    name: text('name').notNull().default(''),
    sent: integer('sent').notNull().default(0),
    received: integer('received').notNull().default(0),
    lastAt: at('last_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.email] }),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
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
