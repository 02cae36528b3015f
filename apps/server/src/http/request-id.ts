/**
 * Gives every request a name that stands in its answer and in the log. Always made here: one that a client sends could
 * be anything, and would make log lines that are not its own look like its own.
 */
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './env.ts';

/** Sets the variable `requestId` and the header `X-Request-Id`. */
export function requestId(makeId: () => string = randomUUID): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const id = makeId();
    c.set('requestId', id);
    await next();
    c.res.headers.set('X-Request-Id', id);
  };
}
