/** What every handler under http/ may rely on being set: by app.ts, before any route runs. */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Caller } from '../lib/auth.ts';

/** The Hono environment of all routes. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Whose session the request carries; null without one. */
    caller: Caller | null;
    requestId: string;
    clientAddress: string;
  };
}

/** The caller of a route that needs a session. Throws the 401 that the error handler answers. */
export function requireCaller(c: Context<HttpEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new HTTPException(401, { message: 'Sign in first.' });
  return caller;
}
