/** templates.*: what the user writes often, to be put into a message. */
import { z } from 'zod';
import { oneLine, templateSchema } from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

const id = z.string().max(40);
const done = z.object({ success: z.literal(true) });
const fields = z.object({
  name: oneLine(200).trim().min(1),
  /** Empty: the message keeps its own. */
  subject: oneLine(2000).optional(),
  html: z.string().max(200_000),
});

export const templatesRouter = router({
  list: procedure.output(z.array(templateSchema)).query(({ ctx }) => ctx.services.templates.list(ctx.caller.id)),
  create: procedure
    .input(fields)
    .output(z.object({ id: z.string() }))
    .mutation(({ ctx, input }) => ctx.services.templates.create(ctx.caller.id, input)),
  update: procedure
    .input(fields.partial().extend({ id }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.templates.update(ctx.caller.id, input);
      return { success: true };
    }),
  delete: procedure
    .input(z.object({ id }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.templates.delete(ctx.caller.id, input.id);
      return { success: true };
    }),
});
