/** drafts.*: what is being written; kept here first, on the server soon after. */
import { z } from 'zod';
import { isPublicId } from '../../lib/driver/ids.ts';
import { draftInputSchema, draftSchema, draftToDeleteSchema } from '../../lib/driver/schemas.ts';
import { type CallerContext, driverOf, requireOwnAccounts } from '../by-account.ts';
import { procedure, procedureById, router } from '../trpc.ts';

const id = z.string().max(40);

/** A draft is one of ours, or a message that another client put into the Drafts mailbox. */
function driverOfDraft(ctx: CallerContext, draftId: string) {
  return driverOf(ctx, isPublicId('message', draftId) ? 'message' : 'draft', draftId);
}

export const draftsRouter = router({
  create: procedureById
    .input(draftInputSchema)
    .output(z.object({ id: z.string(), revision: z.number() }))
    .mutation(async ({ ctx, input }) => {
      await requireOwnAccounts(ctx, [input.threadId, input.inReplyTo]);
      const driver = input.id
        ? await driverOfDraft(ctx, input.id)
        : await ctx.services.drivers.getActiveDriver(ctx.caller.id, input.connectionId);
      return driver.createDraft(input);
    }),
  get: procedureById
    .input(z.object({ id, connectionId: z.string().max(32).optional() }))
    .output(draftSchema)
    .query(async ({ ctx, input }) => (await driverOfDraft(ctx, input.id)).getDraft(input.id)),
  list: procedure
    .input(
      z
        .object({
          q: z.string().max(2000).optional(),
          max: z.number().int().min(1).max(500).optional(),
          pageToken: z.string().max(500).optional(),
          connectionId: z.string().max(32).optional(),
        })
        .optional(),
    )
    .output(z.object({ drafts: z.array(draftSchema), nextPageToken: z.string().nullable() }))
    .query(async ({ ctx, input }) =>
      (await ctx.services.drivers.getActiveDriver(ctx.caller.id, input?.connectionId)).listDrafts({
        ...(input?.q === undefined ? {} : { query: input.q }),
        ...(input?.max === undefined ? {} : { max: input.max }),
        ...(input?.pageToken === undefined ? {} : { pageToken: input.pageToken }),
      }),
    ),
  delete: procedureById
    .input(draftToDeleteSchema)
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      const driver =
        input.id === undefined
          ? await ctx.services.drivers.getActiveDriver(ctx.caller.id, input.connectionId)
          : await driverOfDraft(ctx, input.id);
      await driver.deleteDraft(input);
      return { success: true };
    }),
});
