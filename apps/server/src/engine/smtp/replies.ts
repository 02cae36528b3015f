/**
 * What a submission server's replies (RFC 5321 section 4.2, RFC 3463, RFC 4954 section 6) mean to the person who sends,
 * as MailErrors. What is no reply but a broken connection is lib/driver/with-error-handler.ts's.
 */
import { type ErrorCode, MailError } from '../../lib/driver/errors.ts';
import { type ErrorContext, toMailError } from '../../lib/driver/with-error-handler.ts';

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

/** Why the connection could not be opened or entered. */
export function openError(context: ErrorContext, error: unknown): MailError {
  const code = codeOf(error);
  if (code === undefined) return toMailError(error, context);
  const { command } = replyOf(error);
  const said = wordsOf(error);
  if (typeof command === 'string' && command.startsWith('AUTH')) return loginError(context, error, code);
  if (command === 'STARTTLS') return toMailError(error, context);
  // A greeting alone does not show that it is a mail server which speaks; then its words stay here.
  return toMailError({ message: said, responseText: ENHANCED.test(said) ? said : '' }, context);
}

/** A refused login. The server's own reason goes first, then what its code means, then "wrong password". */
function loginError(context: ErrorContext, error: unknown, code: number): MailError {
  const said = wordsOf(error);
  if (code < 500) return toMailError({ message: said, responseText: said, serverResponseCode: 'UNAVAILABLE' }, context);
  const disabled = REFUSALS.find((refusal) => refusal.code === 'SUBMISSION_DISABLED' && refusal.when.test(said));
  if (disabled) return refusalOf(context, error, code);
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

const REFUSALS: readonly {
  readonly when: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}[] = [
  {
    // Microsoft says 5.7.139 for a wrong password as well.
    when: /5\.7\.139(?!.*credentials were incorrect)|5\.7\.30\b|smtp ?(client)? ?auth(entication)? (is|was)? ?disabled|smtpclientauthentication/i,
    code: 'SUBMISSION_DISABLED',
    message: 'Sending by this way is turned off for this account.',
    fix: 'Ask whoever runs the mail server to allow SMTP for this account.',
  },
  {
    when: /\b552\b|5\.3\.4|size (limit|exceed)|too (large|big)/i,
    code: 'MESSAGE_TOO_LARGE',
    message: 'The message is larger than the server takes.',
    fix: 'Send fewer or smaller files.',
  },
  {
    when: /5\.7\.60|sendasdenied|sender (address )?(rejected|not)|not (owned|allowed to send)|5\.1\.[78]\b/i,
    code: 'SENDER_REJECTED',
    message: 'The server does not let this account send from that address.',
    fix: 'Choose another sender address.',
  },
];

/** What a refusal of the message means to the one who sends it. */
export function refusalOf(context: ErrorContext, error: unknown, code: number): MailError {
  const { on, host } = context;
  const said = wordsOf(error);
  const quote = ` The server says: "${said}"`;
  if (code < 500) {
    return new MailError({
      code: code === 450 || code === 451 || code === 452 ? 'THROTTLED' : 'SERVER_UNAVAILABLE',
      message: `${host} does not take the message just now.${quote}`,
      fix: 'It is tried again by itself.',
      retryable: true,
      on,
      cause: error,
    });
  }
  const known = REFUSALS.find(({ when }) => when.test(said));
  if (known)
    return new MailError({ ...known, message: `${known.message}${quote}`, retryable: false, on, cause: error });
  const isSender = replyOf(error).command === 'MAIL FROM';
  return new MailError({
    code: isSender ? 'SENDER_REJECTED' : 'RECIPIENT_REJECTED',
    message: `${host} refused the message.${quote}`,
    fix: 'Read what the server says, correct it and send again.',
    retryable: false,
    on,
    cause: error,
  });
}
