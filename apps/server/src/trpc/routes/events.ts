/**
 * events.subscribe: what changed, as ids and kinds (SSE). Events are not kept: a subscriber that comes back with a
 * `lastEventId` is told to fetch again what it shows. A revoked session loses its stream within a minute.
 */
import { tracked } from '@trpc/server';
import { z } from 'zod';
import type { MailEvent } from '../../lib/driver/schemas.ts';
import { procedure, router } from '../trpc.ts';

export const eventsRouter = router({
  subscribe: procedure
    .input(z.object({ lastEventId: z.string().max(100).nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const ended = new AbortController();
      const watch = setInterval(async () => {
        // A session that cannot be asked about has no stream either: the client comes back and is asked who it is.
        const isAlive = await ctx.isSessionAlive(ctx.caller.sessionId).catch(() => false);
        if (isAlive) ctx.services.presence.seen(ctx.caller.id);
        else ended.abort();
      }, ctx.sessionCheckMs);
      const stop = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
      let sequence = 0;
      const numbered = (event: MailEvent) => tracked(`${Date.now()}-${sequence++}`, event);
      try {
        const options = { signal: stop, isBehind: Boolean(input?.lastEventId) };
        for await (const event of ctx.services.events.subscribe(ctx.caller.id, options)) yield numbered(event);
      } finally {
        clearInterval(watch);
      }
    }),
});
