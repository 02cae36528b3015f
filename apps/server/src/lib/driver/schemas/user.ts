/** What belongs to the user and not to an account: settings, shortcuts, live events. */
import { z } from 'zod';

/** What is sent is held for so long. */
export const undoSendSecondsSchema = z.number().int().min(0).max(30);

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('compact'),
  layout: z.enum(['split', 'list']).default('split'),
  externalImages: z.boolean().default(false),
  trustedSenders: z.array(z.string().max(320)).max(5000).default([]),
  autoAdvance: z.enum(['next', 'previous', 'list']).default('next'),
  undoSendSeconds: undoSendSecondsSchema.default(0),
  /** Where the signature of an answer stands, by what is quoted. */
  signaturePlace: z.enum(['above', 'below']).default('above'),
  timezone: z.string().max(100).default('UTC'),
  language: z.string().max(20).default('en'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Action id → key sequence, where it differs from the default. */
export const shortcutsSchema = z.record(z.string().max(60), z.string().max(60));
export type Shortcuts = z.infer<typeof shortcutsSchema>;

export const eventSchema = z.object({
  /** `resync`: events may have been missed; fetch again what is shown. */
  kind: z.enum(['threads', 'counts', 'connection', 'outbox', 'drafts', 'labels', 'operation', 'resync']),
  connectionId: z.string(),
  ids: z.array(z.string()),
});
export type MailEvent = z.infer<typeof eventSchema>;
