/** The whole schema, by aggregate. drizzle-kit reads this file; migrations land in /drizzle. */
export * from './schema/account.ts';
export * from './schema/auth.ts';
export * from './schema/compose.ts';
export * from './schema/mail.ts';
export * from './schema/operation.ts';
export * from './schema/shapes.ts';
export * from './schema/user-data.ts';
