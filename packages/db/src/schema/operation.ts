/** The write-through log: what the user did, durable before the answer, on the server by itself, in order. */
import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectionId, OperationId } from '../ids.ts';
import { connection } from './account.ts';
import { at, int8 } from './columns.ts';
import type { StoredError } from './shapes.ts';

/** `done`, `failed` and `undone` are final. `failed`: refused for good and taken back on the screen. */
export type OperationState = 'pending' | 'running' | 'done' | 'failed' | 'undone';

export const operation = pgTable(
  'operation',
  {
    connectionId: integer('connection_id').$type<ConnectionId>().notNull(),
    /** Execution order. */
    id: int8('id').$type<OperationId>().notNull().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    /** Schema by kind: engine/operations. */
    payload: jsonb('payload').notNull(),
    state: text('state').$type<OperationState>().notNull().default('pending'),
    /** One user action may make several operations; undo takes all of one token back. */
    undoToken: text('undo_token'),
    attempts: integer('attempts').notNull().default(0),
    notBefore: at('not_before').notNull().defaultNow(),
    error: jsonb('error').$type<StoredError>(),
    createdAt: at('created_at').notNull().defaultNow(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.connectionId, t.id] }),
    index('operation_open').on(t.connectionId, t.id).where(sql`${t.state} in ('pending', 'running')`),
    index('operation_undo').on(t.undoToken).where(sql`${t.undoToken} is not null`),
    foreignKey({ columns: [t.connectionId], foreignColumns: [connection.id] }).onDelete('cascade'),
  ],
);
