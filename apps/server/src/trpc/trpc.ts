/**
 * tRPC with superjson, and how a MailError leaves: a TRPCError whose `data.mail` is the contract's shape. Anything else
 * that escapes is `INTERNAL`, without detail.
 */
import { initTRPC, type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { ZodError, z } from 'zod';
import { type ErrorCode, MailError, type MailErrorData } from '../lib/driver/errors.ts';
import { requirePlainText } from '../lib/plain-text.ts';
import type { Context } from './context.ts';

/** The status that a code is answered with, by the name tRPC gives it. */
export const HTTP_CODE: Readonly<Record<ErrorCode, TRPC_ERROR_CODE_KEY>> = {
  AUTHENTICATION_FAILED: 'BAD_REQUEST',
  APP_PASSWORD_REQUIRED: 'BAD_REQUEST',
  OAUTH_REQUIRED: 'BAD_REQUEST',
  OAUTH_EXPIRED: 'BAD_REQUEST',
  CONNECTION_REFUSED: 'BAD_GATEWAY',
  HOST_NOT_FOUND: 'BAD_REQUEST',
  HOST_NOT_ALLOWED: 'BAD_REQUEST',
  TIMEOUT: 'GATEWAY_TIMEOUT',
  TLS_REQUIRED: 'BAD_REQUEST',
  CERTIFICATE_INVALID: 'BAD_REQUEST',
  CERTIFICATE_CHANGED: 'BAD_REQUEST',
  THROTTLED: 'TOO_MANY_REQUESTS',
  TOO_MANY_CONNECTIONS: 'SERVICE_UNAVAILABLE',
  SERVER_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  OVER_QUOTA: 'PRECONDITION_FAILED',
  MESSAGE_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  RECIPIENT_REJECTED: 'BAD_REQUEST',
  SENDER_REJECTED: 'BAD_REQUEST',
  SUBMISSION_DISABLED: 'PRECONDITION_FAILED',
  MAILBOX_NOT_FOUND: 'NOT_FOUND',
  MESSAGE_NOT_FOUND: 'NOT_FOUND',
  NOT_SUPPORTED: 'BAD_REQUEST',
  INVALID_INPUT: 'BAD_REQUEST',
  CONFLICT: 'CONFLICT',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/** What a client is told of an error that is not a MailError. */
export function mailDataOf(error: TRPCError): MailErrorData | null {
  if (error.cause instanceof MailError) return error.cause.toData();
  if (error.code === 'BAD_REQUEST') {
    const issue = error.cause instanceof ZodError ? error.cause.issues[0] : undefined;
    const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    return {
      code: 'INVALID_INPUT',
      message: `Something in the request is not as it must be. ${where}${issue?.message ?? ''}`.trim(),
      retryable: false,
    };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return { code: 'INTERNAL', message: 'Something went wrong on our side. Try again.', retryable: true };
  }
  return null;
}

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
  errorFormatter: ({ shape, error }) => {
    const mail = mailDataOf(error);
    const { stack: _stack, ...data } = shape.data;
    return { ...shape, message: mail?.message ?? shape.message, data: { ...data, mail } };
  },
});

export const router = t.router;

/** Turns a MailError into the TRPCError that carries it. */
const mailErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof MailError) {
    throw new TRPCError({
      code: HTTP_CODE[result.error.cause.code],
      message: result.error.cause.message,
      cause: result.error.cause,
    });
  }
  return result;
});

const plainText = t.middleware(async ({ getRawInput, next }) => {
  requirePlainText(await getRawInput());
  return next();
});

/** For signed-in callers only: all of the API. */
export const procedure = t.procedure
  .use(mailErrors)
  .use(({ ctx, next }) => {
    if (!ctx.caller) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    ctx.services.presence.seen(ctx.caller.id);
    return next({ ctx: { ...ctx, caller: ctx.caller } });
  })
  .use(plainText);

const namedAccountSchema = z.object({ connectionId: z.string() });

/** For what is named by ids that carry their account: one that is named beside them is not needed, and must be the caller's all the same. */
export const procedureById = procedure.use(async ({ ctx, getRawInput, next }) => {
  const named = namedAccountSchema.safeParse(await getRawInput()).data?.connectionId;
  if (named !== undefined && named !== 'all') await ctx.services.drivers.getActiveDriver(ctx.caller.id, named);
  return next();
});
