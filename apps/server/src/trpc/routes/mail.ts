/** mail.*: reading, acting on and sending mail. Thin: parse, find the driver, call. */
import { z } from 'zod';
import { listAllAccounts } from '../../lib/driver/all-accounts.ts';
import { isPublicId } from '../../lib/driver/ids.ts';
import {
  type ActionResult,
  actionResultSchema,
  conversationSchema,
  folderCountSchema,
  listThreadsInputSchema,
  outboxStates,
  redirectInputSchema,
  sendInputSchema,
  threadPageSchema,
} from '../../lib/driver/schemas.ts';
import type { MailManager } from '../../lib/driver/types.ts';
import { actOnThreads, driverOf, requireOwnAccounts } from '../by-account.ts';
import { procedure, procedureById, router } from '../trpc.ts';

const connectionId = z.string().max(32).optional();
const folder = z.string().max(200).optional();
const ids = z.array(z.string().max(40)).max(5000);

const targetsSchema = z.object({ ids, connectionId });

type Targets = z.output<typeof targetsSchema>;

/** A mutation on conversations: `{ ids, connectionId? }` and what the schema adds. */
function action<Schema extends z.ZodType<Targets>>(
  schema: Schema,
  run: (driver: MailManager, ids: string[], input: z.output<Schema>) => Promise<ActionResult>,
) {
  return procedureById
    .input(schema)
    .output(actionResultSchema)
    .mutation(({ ctx, input }) => {
      const parsed = schema.parse(input);
      return actOnThreads(ctx, parsed.ids, (driver, threadIds) => run(driver, threadIds, parsed));
    });
}

export const mailRouter = router({
  listThreads: procedure
    .input(listThreadsInputSchema)
    .output(threadPageSchema)
    .query(async ({ ctx, input }) => {
      const options = { folder: input.folder, query: input.q, max: input.max, cursor: input.cursor };
      if (input.connectionId === 'all') return listAllAccounts(ctx.services.drivers, ctx.caller.id, options);
      return (await ctx.services.drivers.getActiveDriver(ctx.caller.id, input.connectionId)).list(options);
    }),

  get: procedureById
    .input(z.object({ id: z.string().max(40), folder, connectionId }))
    .output(conversationSchema)
    .query(async ({ ctx, input }) => (await driverOf(ctx, 'thread', input.id)).get(input.id, { folder: input.folder })),

  count: procedure
    .input(z.object({ connectionId }).optional())
    .output(z.array(folderCountSchema))
    .query(async ({ ctx, input }) =>
      (await ctx.services.drivers.getActiveDriver(ctx.caller.id, input?.connectionId)).count(),
    ),

  markAsRead: action(targetsSchema, (driver, own) => driver.markAsRead(own)),
  markAsUnread: action(targetsSchema, (driver, own) => driver.markAsUnread(own)),
  toggleStar: action(targetsSchema, (driver, own) => driver.star(own, 'toggle')),
  bulkStar: action(targetsSchema, (driver, own) => driver.star(own, 'star')),
  bulkUnstar: action(targetsSchema, (driver, own) => driver.star(own, 'unstar')),
  markAsImportant: action(targetsSchema, (driver, own) => driver.markAsImportant(own)),
  bulkArchive: action(targetsSchema, (driver, own) => driver.archive(own)),
  bulkMute: action(targetsSchema, (driver, own) => driver.mute(own)),
  bulkDelete: action(targetsSchema.extend({ folder }), (driver, own, input) =>
    driver.delete(own, { folder: input.folder }),
  ),
  bulkSpam: action(targetsSchema.extend({ folder }), (driver, own, input) =>
    driver.spam(own, { folder: input.folder }),
  ),
  bulkNotSpam: action(targetsSchema, (driver, own) => driver.notSpam(own)),
  bulkMove: action(targetsSchema.extend({ to: z.string().max(200), folder }), (driver, own, input) =>
    driver.move(own, input.to, { folder: input.folder }),
  ),
  snooze: action(targetsSchema.extend({ until: z.iso.datetime({ offset: true }) }), (driver, own, input) =>
    driver.snooze(own, new Date(input.until)),
  ),
  unsnooze: action(targetsSchema, (driver, own) => driver.unsnooze(own)),
  remind: action(targetsSchema.extend({ at: z.iso.datetime({ offset: true }) }), (driver, own, input) =>
    driver.remind(own, new Date(input.at)),
  ),
  cancelReminder: action(targetsSchema, (driver, own) => driver.remind(own, null)),

  delete: procedureById
    .input(z.object({ id: z.string().max(40), folder, connectionId }))
    .output(actionResultSchema)
    .mutation(({ ctx, input }) =>
      actOnThreads(ctx, [input.id], (driver, own) => driver.delete(own, { folder: input.folder })),
    ),

  modifyLabels: procedureById
    .input(
      z.object({
        threadId: z.array(z.string().max(40)).max(5000),
        addLabels: z.array(z.string().max(200)).max(100).default([]),
        removeLabels: z.array(z.string().max(200)).max(100).default([]),
        connectionId,
      }),
    )
    .output(actionResultSchema)
    .mutation(({ ctx, input }) =>
      actOnThreads(ctx, input.threadId, (driver, own) =>
        driver.modifyLabels(own, { add: input.addLabels, remove: input.removeLabels }),
      ),
    ),

  undo: procedureById
    .input(z.object({ token: z.string().min(1).max(2000), connectionId }))
    .output(actionResultSchema)
    .mutation(async ({ ctx, input }) => {
      const undoings: { driver: MailManager; token: string }[] = [];
      for (const token of new Set(input.token.split('~'))) {
        // The token's first word is the account it is about: `c12.…`.
        const account = token.split('.')[0] ?? '';
        undoings.push({ driver: await ctx.services.drivers.getActiveDriver(ctx.caller.id, account), token });
      }
      for (const { driver, token } of undoings) await driver.undo(token);
      return { success: true };
    }),

  send: procedureById
    .input(sendInputSchema)
    .output(z.object({ success: z.literal(true), id: z.string(), state: z.enum(outboxStates) }))
    .mutation(async ({ ctx, input }) => {
      const { draftId } = input;
      await requireOwnAccounts(ctx, [draftId, input.threadId, input.inReplyTo]);
      const driver =
        draftId !== undefined && isPublicId('draft', draftId)
          ? await driverOf(ctx, 'draft', draftId)
          : await ctx.services.drivers.getActiveDriver(ctx.caller.id, input.connectionId);
      const sent = draftId === undefined ? await driver.create(input) : await driver.sendDraft(draftId, input);
      return { success: true, ...sent };
    }),

  redirect: procedureById
    .input(redirectInputSchema)
    .output(z.object({ success: z.literal(true), id: z.string(), state: z.enum(outboxStates) }))
    .mutation(async ({ ctx, input }) => ({
      success: true,
      ...(await (await driverOf(ctx, 'message', input.id)).redirect(input)),
    })),

  getEmailAliases: procedure
    .input(z.object({ connectionId }).optional())
    .output(z.array(z.object({ email: z.string(), name: z.string().optional(), primary: z.boolean().optional() })))
    .query(async ({ ctx, input }) =>
      (await ctx.services.drivers.getActiveDriver(ctx.caller.id, input?.connectionId)).getEmailAliases(),
    ),
});
