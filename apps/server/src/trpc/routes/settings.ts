/** settings.* and shortcuts.*: what the user chose, per app account. */
import { z } from 'zod';
import { settingsSchema, shortcutsSchema } from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

const shape = settingsSchema.shape;
/** Every field optional and without its default: what is left out stays as it is. */
const settingsChangeSchema = z.object({
  theme: shape.theme.unwrap().optional(),
  density: shape.density.unwrap().optional(),
  layout: shape.layout.unwrap().optional(),
  externalImages: shape.externalImages.unwrap().optional(),
  trustedSenders: shape.trustedSenders.unwrap().optional(),
  autoAdvance: shape.autoAdvance.unwrap().optional(),
  undoSendSeconds: shape.undoSendSeconds.unwrap().optional(),
  signaturePlace: shape.signaturePlace.unwrap().optional(),
  timezone: shape.timezone.unwrap().optional(),
  language: shape.language.unwrap().optional(),
});

export const settingsRouter = router({
  get: procedure.output(settingsSchema).query(({ ctx }) => ctx.services.settings.get(ctx.caller.id)),
  save: procedure
    .input(settingsChangeSchema)
    .output(settingsSchema)
    .mutation(({ ctx, input }) => ctx.services.settings.save(ctx.caller.id, input)),
});

export const shortcutsRouter = router({
  get: procedure.output(shortcutsSchema).query(({ ctx }) => ctx.services.settings.getShortcuts(ctx.caller.id)),
  save: procedure
    .input(shortcutsSchema)
    .output(z.object({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.settings.saveShortcuts(ctx.caller.id, input);
      return { success: true };
    }),
});
