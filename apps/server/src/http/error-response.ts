/**
 * How a request outside tRPC fails: the same small JSON everywhere, shaped like tRPC's, so that a client reads both
 * with one eye. What is not a MailError and not an HTTPException is told without detail; the detail is in the log.
 */
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { MailError, type MailErrorData } from '../lib/driver/errors.ts';
import type { Log } from '../lib/log.ts';
import { ThrottledError } from '../security/rate-limit.ts';
import { HTTP_CODE } from '../trpc/trpc.ts';
import type { HttpEnv } from './env.ts';

const UNKNOWN: MailErrorData = {
  code: 'INTERNAL',
  message: 'Something went wrong on our side. Try again.',
  retryable: true,
};

/** Answers a failure in words for the person at the screen. */
export function errorResponse(
  c: Context,
  status: ContentfulStatusCode,
  message: string,
  mail: MailErrorData | null = null,
): Response {
  return c.json({ error: { message, data: { mail } } }, status, { 'Cache-Control': 'no-store' });
}

/** The app's `onError`. */
export function createErrorHandler(log: Pick<Log, 'error'>): ErrorHandler<HttpEnv> {
  return (error, c) => {
    if (error instanceof HTTPException) return errorResponse(c, error.status, error.message);
    if (error instanceof MailError) {
      if (error instanceof ThrottledError) c.header('Retry-After', String(error.retryAfterSeconds));
      return errorResponse(c, statusOf(error), error.message, error.toData());
    }
    if (c.req.raw.signal.aborted) return errorResponse(c, 503, 'The request was given up.'); // nobody reads it
    log.error({ err: error, requestId: c.get('requestId'), method: c.req.method }, 'request failed');
    return errorResponse(c, 500, UNKNOWN.message, UNKNOWN);
  };
}

function statusOf(error: MailError): ContentfulStatusCode {
  return getHTTPStatusCodeFromError(new TRPCError({ code: HTTP_CODE[error.code] })) as ContentfulStatusCode;
}
