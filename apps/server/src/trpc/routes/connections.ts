/** connections.*: mail accounts: find the settings, test, connect, change, remove. */
import { z } from 'zod';
import {
  candidateSchema,
  connectionSchema,
  connectionUpdateSchema,
  doctorSchema,
  newConnectionSchema,
  testResultSchema,
} from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

const one = z.object({ connectionId: z.string().max(32) });
const done = z.object({ success: z.literal(true) });

export const connectionsRouter = router({
  discover: procedure
    .input(z.object({ email: z.email().max(320) }))
    .output(z.object({ candidates: z.array(candidateSchema) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.limits.hit('discovery', `discover ${ctx.caller.id}`);
      return ctx.services.connections.discover(ctx.caller.id, input.email);
    }),
  test: procedure
    .input(newConnectionSchema)
    .output(testResultSchema)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.limits.hit('connection-test', `test ${ctx.caller.id}`);
      return ctx.services.connections.test(ctx.caller.id, input);
    }),
  create: procedure
    .input(newConnectionSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.limits.hit('connection-test', `create ${ctx.caller.id}`);
      return ctx.services.connections.create(ctx.caller.id, input);
    }),
  list: procedure.output(z.object({ connections: z.array(connectionSchema) })).query(async ({ ctx }) => ({
    connections: await ctx.services.connections.list(ctx.caller.id),
  })),
  update: procedure
    .input(connectionUpdateSchema)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      if (input.imap ?? input.smtp ?? input.auth ?? input.tls)
        await ctx.services.limits.hit('connection-test', `create ${ctx.caller.id}`);
      await ctx.services.connections.update(ctx.caller.id, input);
      return { success: true };
    }),
  setDefault: procedure
    .input(one)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.connections.setDefault(ctx.caller.id, input.connectionId);
      return { success: true };
    }),
  delete: procedure
    .input(one)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.connections.delete(ctx.caller.id, input.connectionId);
      return { success: true };
    }),
  resync: procedure
    .input(one)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.connections.resync(ctx.caller.id, input.connectionId);
      return { success: true };
    }),
  doctor: procedure
    .input(one)
    .output(doctorSchema)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.limits.hit('connection-test', `doctor ${ctx.caller.id}`);
      return ctx.services.connections.doctor(ctx.caller.id, input.connectionId);
    }),
});
