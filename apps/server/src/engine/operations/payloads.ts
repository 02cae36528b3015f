/** What an operation carries, by kind: enough to run it, to run it again after a crash, and to take it back. */
import type { LabelId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import { z } from 'zod';
import { flagPayloadSchema } from './overlay.ts';

const itemSchema = z.object({
  messageId: z
    .number()
    .int()
    .transform((id) => id as MessageRowId),
  /** The mailbox it leaves. */
  from: z
    .number()
    .int()
    .transform((id) => id as MailboxId),
});
export type MoveItem = z.infer<typeof itemSchema>;

const waitingSchema = z.object({
  threadId: z
    .number()
    .int()
    .transform((id) => id as ThreadId),
  snoozedUntil: z.iso.datetime().nullable(),
  muted: z.boolean(),
});
/** Whether a conversation waits out of the inbox: until then, or for good. */
export type Waiting = z.infer<typeof waitingSchema>;

export const operationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flags'), payload: flagPayloadSchema }),
  z.object({
    kind: z.literal('move'),
    payload: z.object({
      items: z.array(itemSchema),
      to: z
        .number()
        .int()
        .transform((id) => id as MailboxId),
    }),
  }),
  /** Changes nothing: what the server has is read once more, where it may have been told while we did not listen. */
  z.object({ kind: z.literal('reread'), payload: z.object({ messageIds: z.array(z.number().int()) }) }),
  z.object({ kind: z.literal('expunge'), payload: z.object({ items: z.array(itemSchema) }) }),
  /** The mailbox that is a label of the user's, where mailboxes are labels (Gmail). */
  z.object({
    kind: z.literal('label-mailbox'),
    payload: z.object({
      change: z.enum(['create', 'rename', 'delete']),
      name: z.string(),
      /** Its new name. */
      to: z.string().optional(),
    }),
  }),
  // The two below are kept here alone: the server has no word for them.
  z.object({
    kind: z.literal('waiting'),
    payload: z.object({ before: z.array(waitingSchema), after: z.array(waitingSchema) }),
  }),
  z.object({
    kind: z.literal('local-label'),
    payload: z.object({
      messageIds: z.array(z.number().int()),
      labelId: z
        .number()
        .int()
        .transform((id) => id as LabelId),
      isAdded: z.boolean(),
    }),
  }),
]);
export type OperationBody = z.infer<typeof operationSchema>;
export type OperationOf<Kind extends OperationBody['kind']> = Extract<OperationBody, { kind: Kind }>;
