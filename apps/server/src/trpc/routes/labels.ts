/** labels.*: what can be put on a conversation: keywords, Gmail labels, labels kept here, and folders. */
import { z } from 'zod';
import { isPublicId, parseId, presentConnectionId } from '../../lib/driver/ids.ts';
import { labelColorSchema, labelSchema, oneLine } from '../../lib/driver/schemas.ts';
import type { CallerContext } from '../by-account.ts';
import { procedure, procedureById, router } from '../trpc.ts';

const connectionId = z.string().max(32).optional();
const id = z.string().max(40);
const name = oneLine(100).trim().min(1);
const done = z.object({ success: z.literal(true) });

function driverOfLabel(ctx: CallerContext, labelId: string) {
  const parsed = isPublicId('mailbox', labelId) ? parseId('mailbox', labelId) : parseId('label', labelId);
  return ctx.services.drivers.getActiveDriver(ctx.caller.id, presentConnectionId(parsed.connectionId));
}

export const labelsRouter = router({
  list: procedure
    .input(z.object({ connectionId }).optional())
    .output(z.array(labelSchema))
    .query(async ({ ctx, input }) =>
      (await ctx.services.drivers.getActiveDriver(ctx.caller.id, input?.connectionId)).getUserLabels(),
    ),
  create: procedure
    .input(z.object({ name, color: labelColorSchema.optional(), connectionId }))
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const driver = await ctx.services.drivers.getActiveDriver(ctx.caller.id, input.connectionId);
      return driver.createLabel({ name: input.name, color: input.color });
    }),
  update: procedureById
    .input(z.object({ id, name, color: labelColorSchema.optional(), connectionId }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await (await driverOfLabel(ctx, input.id)).updateLabel(input.id, { name: input.name, color: input.color });
      return { success: true };
    }),
  delete: procedureById
    .input(z.object({ id, connectionId }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await (await driverOfLabel(ctx, input.id)).deleteLabel(input.id);
      return { success: true };
    }),
});
