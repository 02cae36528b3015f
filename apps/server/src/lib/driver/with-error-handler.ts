/**
 * What imapflow, nodemailer and the socket throw, as MailErrors: a table from what an error shows to code, plain words and
 * a fix. The first rule that fits counts. A library's own code may hide the one that tells what happened (nodemailer's
 * ESOCKET), so all codes along the error are looked at. The server's own words are quoted short and on one line, and only
 * those a mail server said as such: the banner of anything else stays here.
 */
import { type ErrorCode, type ErrorSide, MailError } from './errors.ts';
import { retryAfterOf } from './retry-after.ts';

export interface ErrorContext {
  readonly on: ErrorSide;
  readonly host: string;
  readonly port: number;
}

/** What of a library's error is looked at; every field may lack. */
interface LibraryError {
  readonly code?: unknown;
  /** Nodemailer: the code of the system's error, which `code` took the place of. */
  readonly originalCode?: unknown;
  /** Nodemailer: which of its time limits. */
  readonly timeoutType?: unknown;
  readonly cause?: unknown;
  /** Of an AggregateError. */
  readonly errors?: unknown;
  /** Imapflow: the text of a BYE. */
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly authenticationFailed?: unknown;
  /** Imapflow: LIST does not show the mailbox that SELECT was refused for. */
  readonly mailboxMissing?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
  readonly serverResponseCode?: unknown;
  /** Imapflow: how long the server asked to wait, and how much of that it has waited already. */
  readonly throttleReset?: unknown;
  readonly throttleWaited?: unknown;
}

interface Rule {
  readonly name: string;
  readonly when: (facts: Facts) => boolean;
  readonly code: ErrorCode;
  readonly message: (context: ErrorContext, facts: Facts) => string;
  readonly fix: string;
}

interface Facts {
  /** Of the error and what caused it. */
  readonly codes: readonly string[];
  /** The library's words and the server's. To recognise by, never to show. */
  readonly text: string;
  /** What the server said, cleaned; '' when it said nothing. */
  readonly said: string;
  readonly responseCode: string;
  readonly isLoginRefused: boolean;
  readonly isMailboxMissing: boolean;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;
}

const MAX_QUOTE = 200;
const MAX_CAUSES = 5;
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_|INVALID_(CA|PURPOSE)$|ERR_TLS_CERT_ALTNAME_INVALID)/;
const has = ({ codes }: Facts, wanted: RegExp) => codes.some((code) => wanted.test(code));
const quote = ({ said }: Facts) => (said === '' ? '' : ` The server says: "${said}"`);
const kind = ({ on }: { on: ErrorSide }) => (on === 'imap' ? 'incoming (IMAP)' : 'outgoing (SMTP)');

const RULES: readonly Rule[] = [
  {
    name: 'application password wanted',
    when: ({ isLoginRefused, text }) =>
      isLoginRefused && /app(lication)?[- ]?(specific)?[- ]password|5\.7\.9\b/i.test(text),
    code: 'APP_PASSWORD_REQUIRED',
    message: (_context, facts) => `This provider wants an app password instead of your usual one.${quote(facts)}`,
    fix: 'Make an app password in the provider’s account settings and use it here.',
  },
  {
    name: 'too many connections',
    when: ({ text, responseCode }) =>
      responseCode === 'LIMIT' || /too many (simultaneous )?connections|maximum number of connections/i.test(text),
    code: 'TOO_MANY_CONNECTIONS',
    message: ({ host }, facts) => `${host} allows no further connection just now.${quote(facts)}`,
    fix: 'Close other mail programs, or wait; it is tried again by itself.',
  },
  {
    name: 'throttled',
    // QUIRK: Gmail says OVERQUOTA for the day's bandwidth, and refuses the login then; no mailbox is full, no password wrong.
    when: ({ codes, responseCode, text, retryAfterMs }) =>
      responseCode !== 'AUTHENTICATIONFAILED' &&
      (codes.includes('ETHROTTLE') ||
        responseCode === 'THROTTLED' ||
        retryAfterMs !== undefined ||
        /throttled|rate limit|bandwidth limits|too many (failed )?(login|authentication) /i.test(text)),
    code: 'THROTTLED',
    message: ({ host }, facts) => `${host} asks to slow down.${quote(facts)}`,
    fix: 'It goes on by itself after a while.',
  },
  {
    name: 'server temporarily unavailable',
    when: ({ responseCode }) => responseCode === 'UNAVAILABLE' || responseCode === 'INUSE',
    code: 'SERVER_UNAVAILABLE',
    message: ({ host }, facts) => `${host} cannot serve this account at the moment.${quote(facts)}`,
    fix: 'It is tried again by itself.',
  },
  {
    name: 'no login without encryption',
    when: ({ isLoginRefused, text, responseCode }) =>
      isLoginRefused &&
      (responseCode === 'PRIVACYREQUIRED' ||
        /STARTTLS|login is disabled|encryption (is )?required|5\.7\.11\b/i.test(text)),
    code: 'TLS_REQUIRED',
    message: ({ host, port }, facts) => `${host} takes no password on port ${port} without encryption.${quote(facts)}`,
    fix: 'Choose TLS or STARTTLS as security.',
  },
  {
    name: 'wrong password',
    when: ({ isLoginRefused }) => isLoginRefused,
    code: 'AUTHENTICATION_FAILED',
    message: (context, facts) =>
      `The ${kind(context)} server does not accept this user name and password.${quote(facts)}`,
    fix: 'Check both. Some providers want the full address as user name, some a password made for mail programs.',
  },
  {
    name: 'host unknown',
    when: (facts) => has(facts, /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/),
    code: 'HOST_NOT_FOUND',
    message: ({ host }) => `There is no server by the name of ${host}.`,
    fix: 'Check the spelling of the server name.',
  },
  {
    name: 'nothing answers, be the port closed or guarded',
    when: (facts) =>
      has(facts, /^(UNREACHED|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/),
    code: 'CONNECTION_REFUSED',
    message: ({ host, port }) => `${host} does not answer on port ${port}.`,
    fix: 'Check server name, port and security: 993 with TLS or 143 with STARTTLS for IMAP, 465 or 587 for SMTP. A firewall may be in the way.',
  },
  {
    name: 'another key than the pinned one',
    when: (facts) => has(facts, /^PIN_MISMATCH$/),
    code: 'CERTIFICATE_CHANGED',
    message: ({ host }) =>
      `${host} does not show the certificate that you trusted, but one with another key. No password was sent.`,
    fix: 'Ask whoever runs the server whether its certificate is new. If it is, compare the fingerprint and trust it anew.',
  },
  {
    name: 'certificate',
    when: (facts) => has(facts, CERTIFICATE),
    code: 'CERTIFICATE_INVALID',
    message: ({ host }, { codes }) =>
      `The certificate of ${host} is not valid: ${certificateProblem(codes)}. No password was sent.`,
    fix: 'Check the server name. If it is your own server, you can trust this certificate after comparing its fingerprint.',
  },
  {
    name: 'no STARTTLS',
    when: ({ text }) =>
      /STARTTLS/i.test(text) && /not (support|advertis|available|possible)|does not|upgrad|required/i.test(text),
    code: 'TLS_REQUIRED',
    message: ({ host, port }) => `${host} offers no encryption on port ${port}, so no password was sent.`,
    fix: 'Use the port with TLS (993 for IMAP, 465 for SMTP), or ask whoever runs the server to turn STARTTLS on.',
  },
  {
    name: 'only TLS of long ago',
    when: (facts) => has(facts, /^ERR_SSL_.*(UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|TOO_SMALL)/),
    code: 'TLS_REQUIRED',
    message: ({ host, port }) => `${host} knows only outdated encryption on port ${port}, so no password was sent.`,
    fix: 'Ask whoever runs the server to turn on TLS 1.2 or later.',
  },
  {
    name: 'no TLS at all',
    when: (facts) => has(facts, /^ERR_SSL|^EPROTO$/) || /wrong version number|packet length too long/i.test(facts.text),
    code: 'TLS_REQUIRED',
    message: ({ host, port }) => `${host} does not begin with TLS on port ${port}, so no password was sent.`,
    fix: 'Choose STARTTLS as security, or the port that begins with TLS: 993 for IMAP, 465 for SMTP.',
  },
  {
    name: 'silent before the first word',
    when: (facts) => has(facts, /^GREETING_TIMEOUT$/),
    code: 'TIMEOUT',
    message: ({ host, port }) => `${host} took the connection on port ${port}, but did not say a word in time.`,
    fix: 'Check port and security: where a port begins with TLS (993, 465), choose TLS. A firewall may be in the way.',
  },
  {
    name: 'timeout',
    when: (facts) => has(facts, /TIMEOUT|ETIMEDOUT/),
    code: 'TIMEOUT',
    message: ({ host, port }) => `${host} did not answer on port ${port} in time.`,
    fix: 'Check server name and port. A firewall may be in the way.',
  },
  {
    name: 'no mail server',
    when: (facts) =>
      facts.said === '' && (has(facts, /^NOT_A_MAIL_SERVER$/) || /^Invalid (greeting|HELO)/.test(facts.text)),
    code: 'SERVER_UNAVAILABLE',
    message: (context) => `What answers on port ${context.port} of ${context.host} is no ${kind(context)} mail server.`,
    fix: 'Check server name and port: 993 or 143 for IMAP, 465 or 587 for SMTP.',
  },
  {
    name: 'over quota',
    when: ({ responseCode }) => responseCode === 'OVERQUOTA',
    code: 'OVER_QUOTA',
    message: (_context, facts) => `The mailbox is full.${quote(facts)}`,
    fix: 'Delete what is not needed, or ask for more room.',
  },
  {
    name: 'no such mailbox',
    // QUIRK: Dovecot refuses a deleted parent that LIST still shows in these words, without a code.
    when: ({ responseCode, isMailboxMissing, said }) =>
      isMailboxMissing ||
      responseCode === 'TRYCREATE' ||
      responseCode === 'NONEXISTENT' ||
      /^mailbox doesn't exist\b/i.test(said),
    code: 'MAILBOX_NOT_FOUND',
    message: (_context, facts) => `The folder is not on the server.${quote(facts)}`,
    fix: 'Reload; the folder may have been renamed.',
  },
];

function certificateProblem(codes: readonly string[]): string {
  const code = codes.find((one) => CERTIFICATE.test(one)) ?? '';
  if (code === 'CERT_HAS_EXPIRED') return 'it has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'it is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'it was made for another server name';
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'the server signed it itself';
  return 'nobody this server knows has signed it';
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const libraryError = (error: unknown): LibraryError => (typeof error === 'object' && error !== null ? error : {});

/** All codes of an error, of what caused it, and of what it sums up. */
function codesOf(error: unknown, depth = 0): string[] {
  if (error === undefined || depth === MAX_CAUSES) return [];
  const { code, originalCode, timeoutType, cause, errors } = libraryError(error);
  return [
    ...[originalCode, timeoutType, code].map(text).filter(Boolean),
    ...[cause, ...(Array.isArray(errors) ? errors : [])].flatMap((inner) => codesOf(inner, depth + 1)),
  ];
}

/** One line, without control characters, short. */
function clean(words: string): string {
  return words
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_QUOTE);
}

/** Any error as a MailError; one that is already stays as it is. */
export function toMailError(error: unknown, context: ErrorContext): MailError {
  if (error instanceof MailError) return error;
  const raw = libraryError(error);
  // OpenSSL's errors have a reason too, which no server said.
  const goodbye = /^ClosedAfterConnect/.test(text(raw.code)) ? text(raw.reason) : '';
  const facts: Facts = {
    codes: codesOf(error),
    text: `${text(raw.message)} ${text(raw.responseText)} ${goodbye}`,
    retryAfterMs: retryAfterOf(raw, text(raw.responseText) || goodbye),
    said: clean(text(raw.responseText) || goodbye),
    responseCode: text(raw.serverResponseCode).toUpperCase(),
    isLoginRefused: raw.authenticationFailed === true,
    isMailboxMissing: raw.mailboxMissing === true,
  };
  const rule = RULES.find(({ when }) => when(facts));
  if (rule) {
    return new MailError({
      code: rule.code,
      message: rule.message(context, facts),
      fix: rule.fix,
      on: context.on,
      retryAfterMs: facts.retryAfterMs,
      cause: error,
    });
  }
  return new MailError({
    code: 'SERVER_UNAVAILABLE',
    message:
      facts.said === ''
        ? `The connection to ${context.host} broke off, or what answers on port ${context.port} is no mail server.`
        : `${context.host} refused.${quote(facts)}`,
    fix: 'Check server name, port and security; otherwise it is tried again by itself.',
    on: context.on,
    cause: error,
  });
}

/** Runs the work; what it throws comes out as a MailError. */
export async function withErrorHandler<T>(context: ErrorContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toMailError(error, context);
  }
}
