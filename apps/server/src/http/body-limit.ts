/**
 * Bodies no larger than a route reads, whatever they say of their length; what is over is answered with 413, and what
 * follows it is not read. (hono/body-limit builds a request from the one of @hono/node-server, which cannot be done:
 * every body without a length, as some proxies send all of them, was an error.)
 */
import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { HttpEnv } from './env.ts';
import { errorResponse } from './error-response.ts';

const MESSAGE = 'This request is too large.';

/** Refuses a body of more than so many octets. */
export function bodyLimit(maxBytes: number): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const { raw } = c.req;
    const isMeasured = raw.headers.has('Transfer-Encoding');
    // HTTP keeps a body to the length that it declares, and without either header there is none.
    if (!isMeasured || !raw.body) {
      const isTooLarge = Number(raw.headers.get('Content-Length') ?? 0) > maxBytes;
      return isTooLarge ? errorResponse(c, 413, MESSAGE) : next();
    }
    let total = 0;
    const measured = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        total += chunk.length;
        if (total <= maxBytes) controller.enqueue(chunk);
        else controller.error(new HTTPException(413, { message: MESSAGE }));
      },
    });
    const { method, headers, signal, url } = raw;
    c.req.raw = new Request(url, { method, headers, signal, body: raw.body.pipeThrough(measured), duplex: 'half' });
    await next();
    // Whoever read it may have taken the failure for a malformed body.
    if (total > maxBytes) c.res = errorResponse(c, 413, MESSAGE);
  };
}
