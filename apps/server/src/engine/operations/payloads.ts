/** What an operation carries, by kind: enough to run it, to run it again after a crash, and to take it back. */
import type { LabelId, ListKey, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
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
  /** `m<mailbox>` or `l<label>`: where its messages lie on the server meanwhile; null: nowhere else. */
  snoozedIn: z
    .custom<ListKey>((value) => typeof value === 'string' && /^[ml]\d+$/.test(value))
    .nullable()
    .default(null),
  muted: z.boolean(),
  surfaced: z
    .object({
      at: z.iso.datetime(),
      by: z.enum(['snooze', 'reminder']),
      since: z.iso.datetime().nullable(),
      alone: z.boolean(),
    })
    .nullable()
    .default(null),
});
/** What a conversation has beside its messages: whether it waits out of the inbox, or was brought to its top. */
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

/** Whether it is about anything at all. */
export function hasWork({ payload }: OperationBody): boolean {
  if ('change' in payload) return true;
  if ('after' in payload) return payload.after.length > 0;
  return ('items' in payload ? payload.items : payload.messageIds).length > 0;
}
