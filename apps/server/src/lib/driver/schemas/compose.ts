/** Mail that is written: drafts, what is sent, and the outbox. */
import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { addressSchema, attachmentSchema, outboxStates } from './mail.ts';

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
  /** The draft's `revision` that is sent: CONFLICT when there is another by now, or none. */
  draftRevision: z.number().int().optional(),
  sendAt: z.iso.datetime({ offset: true }).optional(),
  /** Comes back on top of the inbox then, unless somebody has answered. */
  remindAt: z.iso.datetime({ offset: true }).optional(),
  /** The same again is the same send; CONFLICT when it says something else by now. */
  idempotencyKey: z.string().max(200).optional(),
  /** True for a forward: the parent is marked `$Forwarded` instead of `\Answered`. */
  isForward: z.boolean().optional(),
  connectionId: z.string().max(32).optional(),
});
export type SendInput = z.infer<typeof sendInputSchema>;

/** A message that came, sent on as it is. */
export const redirectInputSchema = z.object({
  id: z.string().max(40),
  to: recipients,
  cc: recipients.optional(),
  bcc: recipients.optional(),
  fromEmail: z.string().max(320).optional(),
  idempotencyKey: z.string().max(200).optional(),
  connectionId: z.string().max(32).optional(),
});
export type RedirectInput = z.infer<typeof redirectInputSchema>;

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
  /** The `revision` that was last seen: CONFLICT when there is another by now. */
  baseRevision: z.number().int().optional(),
  /** Of the composer that writes, and later its `idempotencyKey`: what it saved last is its own, also where it heard no answer. */
  writerKey: z.string().max(200).optional(),
});
export type DraftInput = z.infer<typeof draftInputSchema>;

export const draftToDeleteSchema = z
  .object({
    id: z.string().max(40).optional(),
    /** The `revision` that was last seen: CONFLICT when there is another by now. */
    revision: z.number().int().optional(),
    /** Of the composer that discards: what it saved itself goes, also where it heard of no id. */
    writerKey: z.string().max(200).optional(),
    connectionId: z.string().max(32).optional(),
  })
  .refine(({ id, writerKey }) => id !== undefined || writerKey !== undefined, 'id or writerKey');
export type DraftToDelete = z.infer<typeof draftToDeleteSchema>;

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
  /** Grows with every change; who saves on an older one than there is, is told (CONFLICT). */
  revision: z.number().int(),
  /** Another program has saved it too: that version is a draft of its own. */
  changedElsewhere: z.boolean().optional(),
});
export type Draft = z.infer<typeof draftSchema>;

/** What is written often, to be put into a message. */
export const templateSchema = z.object({
  id: z.string(),
  name: z.string(),
  subject: z.string().optional(),
  html: z.string(),
});
export type Template = z.infer<typeof templateSchema>;
type TemplateChange = { [Name in keyof Omit<Template, 'id'>]?: Template[Name] | undefined };
export type NewTemplate = TemplateChange & Pick<Template, 'name' | 'html'>;
export type TemplateUpdate = TemplateChange & Pick<Template, 'id'>;

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
  /** So long it is held, to be taken back (undo send). */
  heldUntil: z.string().optional(),
  /** When the conversation comes back on top unless somebody has answered. */
  remindAt: z.string().optional(),
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
  /** Somebody else's message, sent on as it is: it cannot be edited. */
  isRedirect: z.literal(true).optional(),
  /** The host that it goes through, where that is not the account’s. */
  through: z.string().optional(),
});
export type Outgoing = z.infer<typeof outgoingSchema>;

/** One of them, opened: its words and its files. */
export const outgoingDetailSchema = outgoingSchema.extend({
  text: z.string(),
  attachments: z.array(z.object({ name: z.string(), type: z.string(), size: z.number() })),
});
export type OutgoingDetail = z.infer<typeof outgoingDetailSchema>;

/** What was taken back, as a draft, and when it was to go and to be reminded of. A redirect is no draft. */
export const canceledSchema = z.object({
  draftId: z.string().optional(),
  sendAt: z.string().optional(),
  remindAt: z.string().optional(),
});
export type Canceled = z.infer<typeof canceledSchema>;
