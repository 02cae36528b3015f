/** identities.* and contacts.*: who the user writes as, and to whom. */
import { z } from 'zod';
import { addressSchema, identitySchema, identityServerSchema, oneLine, probeSchema } from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

const connectionId = z.string().max(32).optional();
const done = z.object({ success: z.literal(true) });
/** `*@example.org`: whatever address of the domain was written to. */
const catchAll = z
  .string()
  .max(320)
  .refine((email) => email.startsWith('*@') && z.email().safeParse(`a${email.slice(1)}`).success);
const email = z.union([z.email().max(320), catchAll]);
const fields = z.object({
  name: oneLine(200),
  email,
  signature: z.string().max(100_000).optional(),
  /** Empty: answers go to the address itself. */
  replyTo: z.union([z.email().max(320), z.literal('')]).optional(),
  bccSelf: z.boolean().optional(),
  isDefault: z.boolean().default(false),
});

export const identitiesRouter = router({
  list: procedure
    .input(z.object({ connectionId }).optional())
    .output(z.array(identitySchema))
    .query(({ ctx, input }) => ctx.services.identities.list(ctx.caller.id, input?.connectionId)),
  create: procedure
    .input(fields.extend({ connectionId: z.string().max(32), smtp: identityServerSchema.optional() }))
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      if (input.smtp) await ctx.services.limits.hit('connection-test', `create ${ctx.caller.id}`);
      return ctx.services.identities.create(ctx.caller.id, input);
    }),
  /** Whether the server takes the login. */
  test: procedure
    .input(z.object({ id: z.string().max(40).optional(), email: email.optional(), smtp: identityServerSchema }))
    .output(probeSchema)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.limits.hit('connection-test', `test ${ctx.caller.id}`);
      return ctx.services.identities.test(ctx.caller.id, input);
    }),
  update: procedure
    .input(fields.partial().extend({ id: z.string().max(40), smtp: identityServerSchema.nullish() }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      if (input.smtp) await ctx.services.limits.hit('connection-test', `create ${ctx.caller.id}`);
      await ctx.services.identities.update(ctx.caller.id, input);
      return { success: true };
    }),
  delete: procedure
    .input(z.object({ id: z.string().max(40) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.identities.delete(ctx.caller.id, input.id);
      return { success: true };
    }),
});

export const contactsRouter = router({
  search: procedure
    .input(z.object({ q: z.string().max(200), connectionId }))
    .output(z.array(addressSchema))
    .query(({ ctx, input }) => ctx.services.contacts.search(ctx.caller.id, input.q, input.connectionId)),
  hidden: procedure.output(z.array(addressSchema)).query(({ ctx }) => ctx.services.contacts.hidden(ctx.caller.id)),
  hide: procedure
    .input(z.object({ email: oneLine(320) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.contacts.hide(ctx.caller.id, input.email);
      return { success: true };
    }),
  unhide: procedure
    .input(z.object({ email: oneLine(320) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.contacts.unhide(ctx.caller.id, input.email);
      return { success: true };
    }),
});
