/** What an operation carries, by kind: enough to run it, to run it again after a crash, and to take it back. */
import type { MailboxId, MessageRowId } from '@postroom/db';
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
  z.object({ kind: z.literal('expunge'), payload: z.object({ items: z.array(itemSchema) }) }),
]);
export type OperationBody = z.infer<typeof operationSchema>;
