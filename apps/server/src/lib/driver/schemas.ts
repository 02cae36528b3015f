/**
 * The shapes that cross the edge, once: zod schemas, and the types inferred from them. Routes parse with them, the
 * driver returns them, forms validate by them. They are the contract's; dates are ISO 8601 UTC strings.
 */
import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** A name or the like: nothing in it can end its line. */
export const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line of text');

export const addressSchema = z.object({ name: z.string().optional(), email: z.string() });
export type Address = z.infer<typeof addressSchema>;

export const folderRoles = ['inbox', 'sent', 'draft', 'archive', 'spam', 'bin'] as const;
export type FolderRole = (typeof folderRoles)[number];
export const folderViews = ['starred', 'snoozed', 'scheduled', 'all'] as const;
export type FolderView = (typeof folderViews)[number];

export const labelColorSchema = z.object({ backgroundColor: z.string().max(32), textColor: z.string().max(32) });
export const labelSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['system', 'user']),
  color: labelColorSchema.optional(),
  storage: z.enum(['folder', 'keyword', 'gmail', 'local']),
});
export type Label = z.infer<typeof labelSchema>;

export const threadSummarySchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  subject: z.string(),
  snippet: z.string(),
  senders: z.array(addressSchema),
  messageCount: z.number(),
  unreadCount: z.number(),
  starred: z.boolean(),
  important: z.boolean(),
  hasAttachments: z.boolean(),
  labels: z.array(labelSchema),
  receivedOn: z.string(),
  snoozedUntil: z.string().optional(),
});
export type ThreadSummary = z.infer<typeof threadSummarySchema>;

export const searchScopeSchema = z.object({
  indexed: z.number(),
  total: z.number(),
  server: z.enum(['done', 'running', 'unavailable']),
});
export type SearchScope = z.infer<typeof searchScopeSchema>;

export const threadPageSchema = z.object({
  threads: z.array(threadSummarySchema),
  nextPageToken: z.string().nullable(),
  scope: searchScopeSchema.nullable(),
});
export type ThreadPage = z.infer<typeof threadPageSchema>;

export const attachmentSchema = z.object({
  attachmentId: z.string(),
  filename: z.string(),
  mimeType: z.string(),
  size: z.number(),
  contentId: z.string().optional(),
  inline: z.boolean(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const authenticationSchema = z.object({
  spf: z.string().optional(),
  dkim: z.string().optional(),
  dmarc: z.string().optional(),
});

/** Where an outgoing message stands, shown in its conversation until the server's copy is there. */
export const outboxStates = ['scheduled', 'queued', 'sending', 'sent', 'partial', 'failed', 'uncertain'] as const;
export type OutgoingState = (typeof outboxStates)[number];

export const parsedMessageSchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  threadId: z.string(),
  folders: z.array(z.string()),
  title: z.string(),
  subject: z.string(),
  tags: z.array(labelSchema),
  sender: addressSchema,
  to: z.array(addressSchema),
  cc: z.array(addressSchema),
  bcc: z.array(addressSchema),
  replyTo: z.array(addressSchema).optional(),
  receivedOn: z.string(),
  date: z.string().nullable(),
  unread: z.boolean(),
  starred: z.boolean(),
  isDraft: z.boolean(),
  /** The draft's id where it is one that can be edited here. */
  draftId: z.string().optional(),
  messageId: z.string().optional(),
  inReplyTo: z.string().optional(),
  references: z.string().optional(),
  listUnsubscribe: z.string().optional(),
  listUnsubscribePost: z.string().optional(),
  authentication: authenticationSchema.optional(),
  body: z.string(),
  text: z.string(),
  processedHtml: z.string(),
  /** `processedHtml` leaves remote images out; this says whether there were any. */
  hasRemoteImages: z.boolean(),
  attachments: z.array(attachmentSchema),
  /** Set on a message of ours that is still in the outbox. */
  state: z.enum(outboxStates).optional(),
  /** Why the body could not be fetched now; headers are shown all the same. */
  bodyError: z
    .object({ code: z.enum(ERROR_CODES), message: z.string(), fix: z.string().optional(), retryable: z.boolean() })
    .optional(),
});
export type ParsedMessage = z.infer<typeof parsedMessageSchema>;

export const conversationSchema = z.object({
  id: z.string(),
  messages: z.array(parsedMessageSchema),
  latest: parsedMessageSchema.optional(),
  hasUnread: z.boolean(),
  totalReplies: z.number(),
  labels: z.array(labelSchema),
});
export type Conversation = z.infer<typeof conversationSchema>;

export const folderCountSchema = z.object({
  id: z.string(),
  label: z.string(),
  path: z.string().nullable(),
  role: z.string().nullable(),
  count: z.number(),
  total: z.number(),
});
export type FolderCount = z.infer<typeof folderCountSchema>;

export const listThreadsInputSchema = z.object({
  folder: z.string().max(200).default('inbox'),
  q: z.string().max(2000).default(''),
  max: z.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).default(''),
  connectionId: z.string().max(32).optional(),
});
export type ListThreadsInput = z.infer<typeof listThreadsInputSchema>;

export const outgoingAttachmentSchema = z.union([
  z.object({
    name: z.string().max(500),
    type: z.string().max(200),
    size: z.number().int().nonnegative(),
    base64: z.string().max(14_000_000),
    inline: z.boolean().optional(),
    contentId: z.string().max(200).optional(),
  }),
  z.object({
    uploadId: z.string().max(100),
    inline: z.boolean().optional(),
    contentId: z.string().max(200).optional(),
  }),
]);
export type OutgoingAttachment = z.infer<typeof outgoingAttachmentSchema>;

/** In a draft an address may still be anything. */
const recipients = z.array(z.object({ name: z.string().max(2000).optional(), email: z.string().max(1000) })).max(2000);
const headerFields = z
  .record(z.string().max(100), z.string().max(2000))
  .refine((fields) => Object.keys(fields).length <= 50, 'at most 50 header fields');

export const sendInputSchema = z.object({
  to: recipients,
  cc: recipients.optional(),
  bcc: recipients.optional(),
  subject: z.string().max(5000),
  message: z.string().max(10_000_000),
  text: z.string().max(10_000_000).optional(),
  attachments: z.array(outgoingAttachmentSchema).max(200).optional(),
  headers: headerFields.optional(),
  threadId: z.string().max(40).optional(),
  inReplyTo: z.string().max(1000).optional(),
  fromEmail: z.string().max(320).optional(),
  draftId: z.string().max(40).optional(),
  sendAt: z.iso.datetime({ offset: true }).optional(),
  idempotencyKey: z.string().max(200).optional(),
  /** True for a forward: the parent is marked `$Forwarded` instead of `\Answered`. */
  isForward: z.boolean().optional(),
  connectionId: z.string().max(32).optional(),
});
export type SendInput = z.infer<typeof sendInputSchema>;

export const draftInputSchema = z.object({
  id: z.string().max(40).nullish(),
  to: recipients,
  cc: recipients.optional(),
  bcc: recipients.optional(),
  subject: z.string().max(5000),
  message: z.string().max(10_000_000),
  attachments: z.array(outgoingAttachmentSchema).max(200).optional(),
  threadId: z.string().max(40).optional(),
  inReplyTo: z.string().max(1000).optional(),
  fromEmail: z.string().max(320).optional(),
  connectionId: z.string().max(32).optional(),
});
export type DraftInput = z.infer<typeof draftInputSchema>;

export const draftSchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  to: z.array(addressSchema),
  cc: z.array(addressSchema),
  bcc: z.array(addressSchema),
  subject: z.string(),
  message: z.string(),
  attachments: z.array(attachmentSchema),
  threadId: z.string().optional(),
  inReplyTo: z.string().optional(),
  fromEmail: z.string().optional(),
  updatedAt: z.string(),
});
export type Draft = z.infer<typeof draftSchema>;

const mailErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  fix: z.string().optional(),
  retryable: z.boolean().optional(),
  on: z.enum(['imap', 'smtp']).optional(),
});

export const outgoingSchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  state: z.enum(outboxStates),
  to: z.array(addressSchema),
  cc: z.array(addressSchema),
  bcc: z.array(addressSchema),
  subject: z.string(),
  messageId: z.string(),
  createdAt: z.string(),
  sendAt: z.string().optional(),
  nextAttemptAt: z.string().optional(),
  attempts: z.number(),
  recipients: z.array(
    z.object({
      email: z.string(),
      status: z.enum(['pending', 'accepted', 'refused', 'deferred']),
      code: z.number().optional(),
      message: z.string().optional(),
    }),
  ),
  error: mailErrorSchema.optional(),
});
export type Outgoing = z.infer<typeof outgoingSchema>;

export const actionResultSchema = z.object({ success: z.literal(true), undo: z.string().optional() });
export type ActionResult = z.infer<typeof actionResultSchema>;

// ── Accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const endpointSchema = z.object({
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an IP address'),
  port: z.number().int().min(1).max(65535),
  security: z.enum(['tls', 'starttls', 'none']),
});
export type Endpoint = z.infer<typeof endpointSchema>;

const username = z
  .string()
  .min(1)
  .max(320)
  .regex(/^[^\r\n\0]+$/);
const password = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\r\n\0]+$/);

export const pinsSchema = z.object({ imap: z.string().max(100).optional(), smtp: z.string().max(100).optional() });
export const passwordAuthSchema = z.object({ type: z.literal('password'), password });

export const newConnectionSchema = z.object({
  providerId: z.literal('imap').optional(),
  email: z.email().max(320),
  name: oneLine(200).optional(),
  imap: endpointSchema.extend({ username: username.optional() }),
  smtp: endpointSchema.extend({ username: username.optional(), password: password.optional() }),
  auth: passwordAuthSchema,
  tls: z.object({ pins: pinsSchema.optional() }).optional(),
});
export type NewConnection = z.infer<typeof newConnectionSchema>;

export const connectionUpdateSchema = z.object({
  connectionId: z.string().max(32),
  name: oneLine(200).optional(),
  imap: newConnectionSchema.shape.imap.optional(),
  smtp: newConnectionSchema.shape.smtp.optional(),
  auth: passwordAuthSchema.optional(),
  tls: newConnectionSchema.shape.tls,
  paused: z.boolean().optional(),
});
export type ConnectionUpdate = z.infer<typeof connectionUpdateSchema>;

export const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  altNames: z.array(z.string()),
  validFrom: z.string(),
  validTo: z.string(),
  fingerprint256: z.string(),
  pin: z.string(),
  problem: z.enum(['self-signed', 'expired', 'not-yet-valid', 'wrong-host', 'unknown-authority']).optional(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const probeSchema = z.object({
  ok: z.boolean(),
  code: z.enum(ERROR_CODES).optional(),
  message: z.string().optional(),
  fix: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
  certificate: certificateSchema.optional(),
});
export type Probe = z.infer<typeof probeSchema>;
export const testResultSchema = z.object({ imap: probeSchema, smtp: probeSchema });
export type ConnectionTest = z.infer<typeof testResultSchema>;

export const candidateSchema = z.object({
  source: z.string(),
  provider: z.string(),
  imap: endpointSchema.extend({ username: z.string() }),
  smtp: endpointSchema.extend({ username: z.string() }),
  auth: z.array(z.enum(['password', 'app-password', 'oauth2'])),
  help: z.object({ text: z.string(), url: z.string().optional() }).optional(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const connectionSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  providerId: z.string(),
  isDefault: z.boolean(),
  picture: z.string().optional(),
  createdAt: z.string(),
  state: z.enum(['syncing', 'live', 'degraded', 'needs-attention', 'paused']),
  error: z
    .object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      fix: z.string().optional(),
      on: z.enum(['imap', 'smtp']).optional(),
    })
    .optional(),
  progress: z.object({ synced: z.number(), total: z.number() }),
  bodies: z.object({ indexed: z.number(), total: z.number() }),
  /** Public settings, to fill the edit form. No secret. */
  imap: endpointSchema.extend({ username: z.string() }),
  smtp: endpointSchema.extend({ username: z.string() }),
});
export type Connection = z.infer<typeof connectionSchema>;

export const doctorSchema = z.object({
  checks: z.array(
    z.object({
      id: z.string(),
      ok: z.boolean(),
      title: z.string(),
      detail: z.string(),
      consequence: z.string().optional(),
      fix: z.string().optional(),
    }),
  ),
  report: z.string(),
});
export type DoctorReport = z.infer<typeof doctorSchema>;

export const identitySchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  name: z.string(),
  email: z.string(),
  signature: z.string().optional(),
  replyTo: z.string().optional(),
  bccSelf: z.boolean().optional(),
  isDefault: z.boolean(),
});
export type Identity = z.infer<typeof identitySchema>;

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('compact'),
  layout: z.enum(['split', 'list']).default('split'),
  externalImages: z.boolean().default(false),
  trustedSenders: z.array(z.string().max(320)).max(5000).default([]),
  autoAdvance: z.enum(['next', 'previous', 'list']).default('next'),
  undoSendSeconds: z.number().int().min(0).max(30).default(0),
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
