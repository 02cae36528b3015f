/** The database: its schema, the connection to it, its migrations. */
export { createDatabase, type Database, type DatabaseOptions, type Db, parseInt8, type Transaction } from './client.ts';
export type * from './ids.ts';
export { migrate, migrationsFolder } from './migrate.ts';
export type { ConnectionState, LabelStorage, MailboxRole } from './schema/account.ts';
export type { OutboxState, SubmissionStep } from './schema/compose.ts';
export type { PlacementState, SurfacedBy } from './schema/mail.ts';
export type { OperationState } from './schema/operation.ts';
export type * from './schema/shapes.ts';
export * as schema from './schema.ts';
