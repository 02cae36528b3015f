/**
 * What imapflow and the socket throw, as MailErrors: a table from what an error shows to code, plain words and a fix. The
 * server's own words are quoted short and on one line, and only those a mail server said as such.
 */
import { type ErrorCode, type ErrorSide, MailError } from './errors.ts';

export interface ErrorContext {
  readonly on: ErrorSide;
  readonly host: string;
  readonly port: number;
}

/** What of a library's error is looked at; every field may lack. */
interface LibraryError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly authenticationFailed?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
  readonly serverResponseCode?: unknown;
}

interface Rule {
  readonly name: string;
  readonly when: (facts: Facts) => boolean;
  readonly code: ErrorCode;
  readonly message: (context: ErrorContext, facts: Facts) => string;
  readonly fix: string;
}

interface Facts {
  readonly code: string;
  readonly text: string;
  /** What the server said, cleaned; '' when it said nothing. */
  readonly said: string;
  readonly responseCode: string;
  readonly isLoginRefused: boolean;
}

const MAX_QUOTE = 200;
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_|ERR_TLS_CERT_ALTNAME_INVALID)/;
const quote = ({ said }: Facts) => (said === '' ? '' : ` The server says: "${said}"`);
const kind = ({ on }: ErrorContext) => (on === 'imap' ? 'incoming (IMAP)' : 'outgoing (SMTP)');

const RULES: readonly Rule[] = [
  {
    name: 'application password wanted',
    when: ({ isLoginRefused, text }) =>
      isLoginRefused && /app(lication)?[- ]?(specific)?[- ]password|5\.7\.9/i.test(text),
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
    name: 'server temporarily unavailable',
    when: ({ responseCode }) => responseCode === 'UNAVAILABLE' || responseCode === 'INUSE',
    code: 'SERVER_UNAVAILABLE',
    message: ({ host }, facts) => `${host} cannot serve this account at the moment.${quote(facts)}`,
    fix: 'It is tried again by itself.',
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
    when: ({ code }) => code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA',
    code: 'HOST_NOT_FOUND',
    message: ({ host }) => `There is no server by the name of ${host}.`,
    fix: 'Check the spelling of the server name.',
  },
  {
    name: 'nothing listens',
    when: ({ code }) => ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'].includes(code),
    code: 'CONNECTION_REFUSED',
    message: ({ host, port }) => `${host} does not answer on port ${port}.`,
    fix: 'Check the port and the security setting: 993 with TLS or 143 with STARTTLS for IMAP, 465 or 587 for SMTP.',
  },
  {
    name: 'certificate',
    when: ({ code }) => CERTIFICATE.test(code),
    code: 'CERTIFICATE_INVALID',
    message: ({ host }, { code }) => `The certificate of ${host} is not valid: ${certificateProblem(code)}.`,
    fix: 'Check the server name. If it is your own server, you can trust this certificate after comparing its fingerprint.',
  },
  {
    name: 'no STARTTLS',
    when: ({ text }) =>
      /STARTTLS/i.test(text) && /not (support|advertis|available)|does not|upgrade|required/i.test(text),
    code: 'TLS_REQUIRED',
    message: ({ host, port }) => `${host} offers no encryption on port ${port}, so no password was sent.`,
    fix: 'Use the port with TLS (993 for IMAP, 465 for SMTP), or ask whoever runs the server to turn STARTTLS on.',
  },
  {
    name: 'no TLS at all',
    when: ({ code, text }) =>
      /^ERR_SSL|^EPROTO/.test(code) || /wrong version number|packet length too long/i.test(text),
    code: 'TLS_REQUIRED',
    message: ({ host, port }) => `${host} speaks no TLS on port ${port}.`,
    fix: 'Choose STARTTLS as security, or another port.',
  },
  {
    name: 'timeout',
    when: ({ code }) => /TIMEOUT|ETIMEDOUT/.test(code),
    code: 'TIMEOUT',
    message: ({ host, port }) => `${host} did not answer on port ${port} in time.`,
    fix: 'Check server name and port. A firewall may be in the way.',
  },
  {
    name: 'throttled',
    when: ({ code, text }) => code === 'ETHROTTLE' || /throttled/i.test(text),
    code: 'THROTTLED',
    message: ({ host }, facts) => `${host} asks to slow down.${quote(facts)}`,
    fix: 'It goes on by itself after a while.',
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
    when: ({ responseCode }) => responseCode === 'TRYCREATE' || responseCode === 'NONEXISTENT',
    code: 'MAILBOX_NOT_FOUND',
    message: (_context, facts) => `The folder is not on the server.${quote(facts)}`,
    fix: 'Reload; the folder may have been renamed.',
  },
];

function certificateProblem(code: string): string {
  if (code === 'CERT_HAS_EXPIRED') return 'it has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'it is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'it was made for another server name';
  if (/SELF_SIGNED/.test(code)) return 'the server signed it itself';
  return 'nobody this server knows has signed it';
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

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
  const raw: LibraryError = typeof error === 'object' && error !== null ? error : {};
  const facts: Facts = {
    code: text(raw.code),
    text: `${text(raw.message)} ${text(raw.responseText)}`,
    said: clean(text(raw.responseText)),
    responseCode: text(raw.serverResponseCode).toUpperCase(),
    isLoginRefused: raw.authenticationFailed === true,
  };
  const rule = RULES.find(({ when }) => when(facts));
  if (rule) {
    return new MailError({
      code: rule.code,
      message: rule.message(context, facts),
      fix: rule.fix,
      on: context.on,
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
