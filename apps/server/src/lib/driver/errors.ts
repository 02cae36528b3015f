/**
 * MailError: the one error the engine throws at its edge, with a code from a closed union.
 *
 * `message` is plain words for the person at the screen, `fix` the next thing to do. The server's own words, where they
 * help, are quoted inside `message`; secrets never are. The mapping from library errors to these codes is
 * `with-error-handler.ts`; how an error leaves over HTTP is the contract's `data.mail`.
 */
export const ERROR_CODES = [
  'AUTHENTICATION_FAILED',
  'APP_PASSWORD_REQUIRED',
  'OAUTH_REQUIRED',
  'OAUTH_EXPIRED',
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'HOST_NOT_ALLOWED',
  'TIMEOUT',
  'TLS_REQUIRED',
  'CERTIFICATE_INVALID',
  'CERTIFICATE_CHANGED',
  'THROTTLED',
  'TOO_MANY_CONNECTIONS',
  'SERVER_UNAVAILABLE',
  'OVER_QUOTA',
  'MESSAGE_TOO_LARGE',
  'RECIPIENT_REJECTED',
  'SENDER_REJECTED',
  'SUBMISSION_DISABLED',
  'MAILBOX_NOT_FOUND',
  'MESSAGE_NOT_FOUND',
  'NOT_SUPPORTED',
  'INVALID_INPUT',
  'CONFLICT',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Which of an account's two servers an error is about. */
export type ErrorSide = 'imap' | 'smtp';

export interface MailErrorOptions {
  readonly code: ErrorCode;
  /** Plain words for the person at the screen. */
  readonly message: string;
  /** The next thing to do. */
  readonly fix?: string | undefined;
  /** Whether the same call may succeed later without anybody changing anything. Derived from the code when omitted. */
  readonly retryable?: boolean | undefined;
  readonly on?: ErrorSide | undefined;
  /** The server asked not to be asked again for so long. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** What of an error is stored and shown: no stack, no cause. */
export interface MailErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix?: string;
  readonly retryable: boolean;
  readonly on?: ErrorSide;
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'TIMEOUT',
  'THROTTLED',
  'TOO_MANY_CONNECTIONS',
  'SERVER_UNAVAILABLE',
]);

export class MailError extends Error {
  override readonly name = 'MailError';
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly retryable: boolean;
  readonly on: ErrorSide | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(options: MailErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fix = options.fix;
    this.retryable = options.retryable ?? RETRYABLE.has(options.code);
    this.on = options.on;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The stored and shown form. */
  toData(): MailErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.fix === undefined ? {} : { fix: this.fix }),
      retryable: this.retryable,
      ...(this.on === undefined ? {} : { on: this.on }),
    };
  }
}

/** Someone else's id and an id that never was look the same from outside: not found. */
export function notFound(what: string): MailError {
  return new MailError({
    code: 'MESSAGE_NOT_FOUND',
    message: `This ${what} is not here (any more).`,
    retryable: false,
  });
}
