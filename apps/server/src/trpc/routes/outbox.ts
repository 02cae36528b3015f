/** outbox.*: what is on its way, and what could not go. */
import type { UserId } from '@postroom/db';
import { z } from 'zod';
import { canceledSchema, outgoingDetailSchema, outgoingSchema } from '../../lib/driver/schemas.ts';
import type { OutboxService } from '../../lib/services.ts';
import { procedure, procedureById, router } from '../trpc.ts';

const one = z.object({ id: z.string().max(40), connectionId: z.string().max(32).optional() });

type Decision = (userId: UserId, id: string) => Promise<void>;

/** A procedure that does that one thing to a message. */
const decided = (decision: (service: OutboxService) => Decision) =>
  procedureById
    .input(one)
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await decision(ctx.services.outbox)(ctx.caller.id, input.id);
      return { success: true };
    });

export const outboxRouter = router({
  list: procedure
    .input(z.object({ connectionId: z.string().max(32).optional() }).optional())
    .output(z.object({ items: z.array(outgoingSchema) }))
    .query(async ({ ctx, input }) => ({
      items: await ctx.services.outbox.list(ctx.caller.id, input?.connectionId),
    })),
  get: procedureById
    .input(one)
    .output(outgoingDetailSchema)
    .query(({ ctx, input }) => ctx.services.outbox.get(ctx.caller.id, input.id)),
  cancel: procedureById
    .input(one)
    .output(canceledSchema)
    .mutation(({ ctx, input }) => ctx.services.outbox.cancel(ctx.caller.id, input.id)),
  dismiss: decided((service) => service.dismiss),
  restore: decided((service) => service.restore),
  confirm: decided((service) => service.confirm),
  edit: procedureById
    .input(one)
    .output(z.object({ draftId: z.string() }))
    .mutation(({ ctx, input }) => ctx.services.outbox.edit(ctx.caller.id, input.id)),
  retry: procedureById
    .input(one)
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.outbox.retry(ctx.caller.id, input.id);
      return { success: true };
    }),
  reschedule: procedureById
    .input(one.extend({ sendAt: z.iso.datetime({ offset: true }) }))
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.outbox.reschedule(ctx.caller.id, input.id, new Date(input.sendAt));
      return { success: true };
    }),
});
