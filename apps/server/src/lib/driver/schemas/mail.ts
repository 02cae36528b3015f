/** Mail as it is shown: folders, labels, conversations and their messages, and what an action answers. */
import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';

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

export const surfacedSchema = z.object({
  at: z.string(),
  by: z.enum(['snooze', 'reminder']),
  since: z.string().optional(),
});

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
  /** Where it stands in the list: its newest message there, or in the inbox when it came back on top. */
  receivedOn: z.string(),
  snoozedUntil: z.string().optional(),
  /** It stands where it does because a snooze ended, or because nobody has answered `since`. */
  surfaced: surfacedSchema.optional(),
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
  /** A program, or a name that hides what the file is. */
  warning: z.enum(['program', 'disguised']).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const authenticationSchema = z.object({
  spf: z.string().optional(),
  dkim: z.string().optional(),
  dmarc: z.string().optional(),
});

/** Why a message may not be from whom it seems: what it shows, and what it is. */
export const spoofingWarningSchema = z.object({
  kind: z.enum(['unauthentic', 'forged-name', 'known-name', 'look-alike', 'other-reply-to', 'several-authors']),
  shown: z.string(),
  actual: z.string(),
});

/** Where an outgoing message stands, shown in its conversation until the server's copy is there. */
export const outboxStates = ['scheduled', 'queued', 'sending', 'sent', 'partial', 'failed', 'uncertain'] as const;
export type OutgoingState = (typeof outboxStates)[number];

/** Whom an answer goes to, and from which of the user's addresses; `all`: a reply to all. */
export const answerSchema = z.object({
  from: addressSchema.optional(),
  to: z.array(addressSchema),
  all: z.object({ to: z.array(addressSchema), cc: z.array(addressSchema) }),
  /** The mailing list that it came through. */
  list: addressSchema.optional(),
});

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
  answer: answerSchema,
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
  /** By the account's own server alone. */
  authentication: authenticationSchema.optional(),
  /** The gravest first; left out for clean mail. */
  warnings: z.array(spoofingWarningSchema).optional(),
  body: z.string(),
  text: z.string(),
  processedHtml: z.string(),
  /** `processedHtml` leaves remote images out; this says whether there were any. */
  hasRemoteImages: z.boolean(),
  /** The text is so long that only its beginning is here. */
  isTruncated: z.boolean().optional(),
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
  snoozedUntil: z.string().optional(),
  /** When it comes back on top of the inbox unless somebody answers before. */
  remindAt: z.string().optional(),
  surfaced: surfacedSchema.optional(),
});
export type Conversation = z.infer<typeof conversationSchema>;

export const folderCountSchema = z.object({
  id: z.string(),
  label: z.string(),
  path: z.string().nullable(),
  role: z.string().nullable(),
  count: z.number(),
  total: z.number(),
  /** The mailbox that snoozed conversations lie in, and nothing else lies there: the view `snoozed` shows all of it. */
  holds: z.literal('snoozed').optional(),
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

export const actionResultSchema = z.object({ success: z.literal(true), undo: z.string().optional() });
export type ActionResult = z.infer<typeof actionResultSchema>;
