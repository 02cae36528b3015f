/** security.*: what has been done with the account; invites.*: who else may make one. */
import { z } from 'zod';
import { activitySchema, inviteSchema } from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

export const securityRouter = router({
  activity: procedure
    .output(z.object({ activities: z.array(activitySchema) }))
    .query(async ({ ctx }) => ({ activities: await ctx.services.security.activity(ctx.caller.id) })),
});

export const invitesRouter = router({
  list: procedure
    .output(z.object({ invites: z.array(inviteSchema) }))
    .query(async ({ ctx }) => ({ invites: await ctx.services.security.invites(ctx.caller.id) })),
  create: procedure
    .input(z.object({ email: z.email().max(320).optional() }))
    .output(inviteSchema)
    .mutation(({ ctx, input }) => ctx.services.security.invite(ctx.caller.id, input.email)),
  delete: procedure
    .input(z.object({ token: z.string().max(200) }))
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.security.withdrawInvite(ctx.caller.id, input.token);
      return { success: true };
    }),
});
