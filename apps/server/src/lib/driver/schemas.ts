/**
 * The shapes that cross the edge, once: zod schemas, and the types inferred from them. Routes parse with them, the
 * driver returns them, forms validate by them. They are the contract's; dates are ISO 8601 UTC strings.
 */
export * from './schemas/accounts.ts';
export * from './schemas/compose.ts';
export * from './schemas/mail.ts';
export * from './schemas/security.ts';
export * from './schemas/text.ts';
export * from './schemas/user.ts';
