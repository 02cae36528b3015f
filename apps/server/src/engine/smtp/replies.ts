/**
 * What a submission server's replies (RFC 5321 section 4.2, RFC 3463, RFC 4954 section 6) mean to the person who sends,
 * as MailErrors. What is no reply but a broken connection is lib/driver/with-error-handler.ts's.
 */
import { MailError } from '../../lib/driver/errors.ts';
import { retryAfterOf } from '../../lib/driver/retry-after.ts';
import { type ErrorContext, toMailError } from '../../lib/driver/with-error-handler.ts';
import { type Answer, type Answered, DEFERRALS, isTooMany, REFUSALS } from './refusals.ts';

interface Reply {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
  readonly recipient?: unknown;
  readonly rejectedErrors?: unknown;
}

/** The fields nodemailer hangs on its errors. */
export const replyOf = (error: unknown): Reply => (typeof error === 'object' && error !== null ? error : {});

/** The reply's three digits, where there was a reply. */
export const codeOf = (error: unknown): number | undefined => {
  const { responseCode } = replyOf(error);
  return typeof responseCode === 'number' && responseCode > 0 ? responseCode : undefined;
};

/** The reply, or what the library says, on one short line. */
export function wordsOf(error: unknown): string {
  const { response } = replyOf(error);
  const words = typeof response === 'string' ? response : error instanceof Error ? error.message : '';
  return words
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** `550 5.7.1 …`: only servers of the SMTP family speak so (RFC 2034). */
const ENHANCED = /^\d{3}[ -]\d\.\d{1,3}\.\d{1,3}\b/;
/** Logins that are asked for, refused, too weak, or unencrypted (RFC 4954 section 6), whatever was answered so. */
const LOGIN_CODES: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/** Why the connection could not be opened or entered. */
export function openError(context: ErrorContext, error: unknown): MailError {
  const code = codeOf(error);
  if (code === undefined) return toMailError(error, context);
  const { command } = replyOf(error);
  const said = wordsOf(error);
  if (typeof command === 'string' && command.startsWith('AUTH')) return loginError(context, error, code);
  if (command === 'STARTTLS') return code < 500 ? noTlsNow(context, error) : toMailError(error, context);
  // A greeting alone does not show that it is a mail server which speaks; then its words stay here.
  const isMailServer = ENHANCED.test(said);
  const serverResponseCode = isMailServer && code < 500 ? 'UNAVAILABLE' : '';
  const heard = toMailError({ message: said, responseText: isMailServer ? said : '', serverResponseCode }, context);
  if (code < 500) return heard;
  const { on } = context;
  return new MailError({
    code: heard.code,
    message: heard.message,
    fix: 'Check server name, port and security; if they are right, ask whoever runs the mail server.',
    retryable: false,
    on,
    cause: error,
  });
}

/** A connection that was entered and is lost, or silent, before the server answered for the message. */
export function lostError({ on, host, port }: ErrorContext, cause: unknown): MailError {
  const isSilent = toMailError(cause, { on, host, port }).code === 'TIMEOUT';
  return new MailError({
    code: isSilent ? 'TIMEOUT' : 'SERVER_UNAVAILABLE',
    message: `${isSilent ? `${host} said nothing more` : `The connection to ${host} broke off`} before it had the message.`,
    fix: 'It is tried again by itself.',
    retryable: true,
    on,
    cause,
  });
}

/** Whatever was said in clear before may come from anybody. */
function noTlsNow({ on, host, port }: ErrorContext, cause: unknown): MailError {
  return new MailError({
    code: 'SERVER_UNAVAILABLE',
    message: `${host} cannot encrypt on port ${port} just now, so no password was sent.`,
    fix: 'It is tried again by itself.',
    retryable: true,
    on,
    cause,
  });
}

/** A refused login. The server's own reason goes first, then what its code means, then "wrong password". */
function loginError(context: ErrorContext, error: unknown, code: number): MailError {
  const said = wordsOf(error);
  if (code < 500) return toMailError({ message: said, responseText: said, serverResponseCode: 'UNAVAILABLE' }, context);
  const disabled = refusalFor({ code, said, to: undefined });
  if (disabled?.code === 'SUBMISSION_DISABLED') return refusalOf(context, error, code);
  if (code <= 504) {
    return new MailError({
      code: 'NOT_SUPPORTED',
      message: `${context.host} knows no way to log in with a password on port ${context.port}. The server says: "${said}"`,
      fix: 'Ask whoever runs the mail server how mail programs log in to send.',
      retryable: false,
      on: context.on,
      cause: error,
    });
  }
  return toMailError({ message: said, responseText: said, authenticationFailed: true, cause: error }, context);
}

const refusalFor = (answer: Answer) => (answer.code < 500 ? DEFERRALS : REFUSALS).find(({ when }) => when(answer));

const ANSWERED: Readonly<Record<string, Answered>> = { 'MAIL FROM': 'MAIL FROM', 'RCPT TO': 'RCPT TO', DATA: 'DATA' };

/** What a refusal of the message means to the one who sends it. */
export function refusalOf(context: ErrorContext, error: unknown, code: number): MailError {
  const said = wordsOf(error);
  if (LOGIN_CODES.has(code) && REFUSALS[0]?.when({ code, said, to: undefined }) !== true)
    return notLoggedIn(context, error);
  const to = ANSWERED[String(replyOf(error).command ?? '')];
  const known = refusalFor({ code, said, to });
  return new MailError({
    code: known?.code ?? 'SERVER_UNAVAILABLE',
    message: `${known?.message ?? 'The server refused the message.'} The server says: "${said}"`,
    fix: known?.fix,
    retryable: code < 500,
    on: context.on,
    retryAfterMs: code < 500 ? retryAfterOf({}, said) : undefined,
    cause: error,
  });
}

/** A server that lets one in and wants a login at MAIL after all. */
function notLoggedIn(context: ErrorContext, cause: unknown): MailError {
  const said = wordsOf(cause);
  return toMailError({ message: said, responseText: said, authenticationFailed: true, cause }, context);
}

/** Whether this answer to RCPT only says that there are too many of them at once. */
export const isTooManyAtOnce = (error: unknown): boolean => {
  const code = codeOf(error);
  return code !== undefined && isTooMany({ code, said: wordsOf(error) });
};
