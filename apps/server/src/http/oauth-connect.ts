/**
 * `POST /api/auth/connect/:provider`: where to send the browser to sign in at a mail provider; `…/finish`: what it brought
 * back, as the query of the page it came to. That page is the app's own (`/connect/:provider`), so that the tests of
 * both servers can be watched and their errors read.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { MailError } from '../lib/driver/errors.ts';
import type { OAuthConnectService } from '../lib/services/oauth-connect.ts';
import type { RateLimitService } from '../lib/services.ts';
import { type HttpEnv, requireCaller } from './env.ts';

const beginSchema = z.object({ email: z.email().max(320).optional(), connectionId: z.string().max(32).optional() });
const finishSchema = z.object({ query: z.string().max(8000) });

export interface OAuthConnectRoutesDeps {
  readonly connect: OAuthConnectService;
  readonly limits: RateLimitService;
}

export function createOAuthConnectRoutes({ connect, limits }: OAuthConnectRoutesDeps): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .post('/api/auth/connect/:provider', async (c) => {
      const { id } = requireCaller(c);
      const request = read(beginSchema, await c.req.text());
      await limits.hit('connection-test', `oauth ${id}`);
      const { url } = await connect.begin(id, { ...request, providerId: c.req.param('provider') });
      return c.json({ url }, 200, { 'Cache-Control': 'no-store' });
    })
    .post('/api/auth/connect/:provider/finish', async (c) => {
      const { id } = requireCaller(c);
      const { query } = read(finishSchema, await c.req.text());
      await limits.hit('connection-test', `create ${id}`);
      const parameters = new URLSearchParams(query);
      const done = await connect.finish(id, { providerId: c.req.param('provider'), parameters });
      return c.json(done, 200, { 'Cache-Control': 'no-store' });
    });
}

/** Throws INVALID_INPUT. */
function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MailError({ code: 'INVALID_INPUT', message: 'This is not how a sign-in is begun or ended.', cause });
  }
}
