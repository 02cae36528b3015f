/**
 * Submission (RFC 6409, RFC 5321) over nodemailer's SMTP connection: one message, one connection. What is reported is what
 * the sender must know: taken, refused, not sent, or nobody knows. The message is handed over as a stream whose first
 * octet waits for `onData`, so that the caller can write down that from here on the outcome depends on an answer.
 */
import { Readable } from 'node:stream';
import type { OutgoingRecipient, StoredEndpoint } from '@postroom/db';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type ErrorCode, MailError } from '../../lib/driver/errors.ts';
import { toMailError } from '../../lib/driver/with-error-handler.ts';
import type { SubmissionOutcome, SubmissionRequest } from '../outbox/submission.ts';

export interface SmtpAccount {
  readonly endpoint: StoredEndpoint;
  readonly password: string;
}

/** The checked address to connect to, and the name that the certificate must have. */
export interface SmtpDial {
  readonly address: string;
  readonly servername: string;
  readonly ca?: readonly string[];
}

const CONNECT_MS = 15_000;
const SOCKET_MS = 120_000;

interface Reply {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
  readonly recipient?: unknown;
  readonly rejectedErrors?: unknown;
}

const replyOf = (error: unknown): Reply => (typeof error === 'object' && error !== null ? error : {});
const codeOf = (error: unknown): number | undefined => {
  const { responseCode } = replyOf(error);
  return typeof responseCode === 'number' && responseCode > 0 ? responseCode : undefined;
};

function wordsOf(error: unknown): string {
  const { response } = replyOf(error);
  const words = typeof response === 'string' ? response : error instanceof Error ? error.message : '';
  return words
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** Opens, logs in, and quits without sending: whether this account can submit. Throws MailError. */
export async function verifySubmission(account: SmtpAccount, dial: SmtpDial): Promise<void> {
  const connection = await open(account, dial);
  connection.quit();
}

/** One attempt. Never throws for what a server or network does. */
export async function submit(
  account: SmtpAccount,
  dial: SmtpDial,
  request: SubmissionRequest,
): Promise<SubmissionOutcome> {
  let connection: SMTPConnection;
  try {
    connection = await open(account, dial);
  } catch (error) {
    return { kind: 'not-sent', error: toMailError(error, contextOf(account)) };
  }
  /** Whether all octets, and so maybe the final dot, have gone. */
  let isHandedOver = false;
  let refusedByUs: unknown;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      await request.onData();
    } catch (error) {
      refusedByUs = error;
      throw error;
    }
    yield request.message;
    isHandedOver = true;
  }
  try {
    const info = await send(connection, request, Readable.from(source(), { objectMode: false }));
    connection.quit();
    return { kind: 'accepted', recipients: recipientsAfter(request, info.accepted, info.rejectedErrors) };
  } catch (error) {
    connection.close();
    if (refusedByUs !== undefined) throw refusedByUs;
    const code = codeOf(error);
    // 421 may be the server's goodbye as well as its answer; before the message was handed over it is the same.
    if (code !== undefined && code >= 400 && !(isHandedOver && code === 421)) {
      const refusal = refusalOf(account, error, code);
      return {
        kind: 'refused',
        recipients: recipientsRefused(request, error, code),
        error: refusal,
      };
    }
    const lost = toMailError(error, contextOf(account));
    return isHandedOver ? { kind: 'unknown', error: lost } : { kind: 'not-sent', error: lost };
  }
}

const contextOf = ({ endpoint }: SmtpAccount) => ({ on: 'smtp' as const, host: endpoint.host, port: endpoint.port });

function open(account: SmtpAccount, dial: SmtpDial): Promise<SMTPConnection> {
  const { endpoint, password } = account;
  const connection = new SMTPConnection({
    host: dial.address,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    requireTLS: endpoint.security === 'starttls',
    ignoreTLS: endpoint.security === 'none',
    servername: dial.servername,
    tls: { minVersion: 'TLSv1.2', servername: dial.servername, ...(dial.ca ? { ca: [...dial.ca] } : {}) },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
  });
  return new Promise<SMTPConnection>((resolve, reject) => {
    const fail = (error: unknown) => {
      connection.close();
      reject(openError(account, error));
    };
    // The listener stays: a late socket error must not end the process.
    connection.on('error', fail);
    connection.on('end', () => fail(new Error('the server closed the connection')));
    connection.connect((failure) => {
      if (failure) return fail(failure);
      if (!connection.allowsAuth) return resolve(connection);
      connection.login({ credentials: { user: endpoint.username, pass: password } }, (refusal) =>
        refusal ? fail(refusal) : resolve(connection),
      );
    });
  });
}

function openError(account: SmtpAccount, error: unknown): MailError {
  const code = codeOf(error);
  if (code === 535 || code === 534 || code === 530) {
    return toMailError(
      Object.assign(new Error(wordsOf(error)), { authenticationFailed: true, responseText: wordsOf(error) }),
      contextOf(account),
    );
  }
  if (code !== undefined && code >= 400) return refusalOf(account, error, code);
  return toMailError(error, contextOf(account));
}

interface SendInfo {
  readonly accepted: readonly string[];
  readonly rejectedErrors?: readonly unknown[];
}

function send(connection: SMTPConnection, request: SubmissionRequest, stream: Readable): Promise<SendInfo> {
  const envelope = { from: request.mailFrom, to: [...request.rcptTo], size: request.message.length };
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the server closed the connection')));
    stream.once('error', reject);
    connection.send(envelope, stream, (error, info) =>
      error
        ? reject(error)
        : resolve({ accepted: info.accepted.map(String), rejectedErrors: info.rejectedErrors ?? [] }),
    );
  });
}

function recipientOf(email: string, error: unknown): OutgoingRecipient {
  const code = codeOf(error);
  return {
    email,
    status: code !== undefined && code < 500 ? 'deferred' : 'refused',
    ...(code === undefined ? {} : { code }),
    message: wordsOf(error),
  };
}

function recipientsAfter(
  { rcptTo }: SubmissionRequest,
  accepted: readonly string[],
  errors: readonly unknown[] = [],
): OutgoingRecipient[] {
  const taken = new Set(accepted.map((email) => email.toLowerCase()));
  return rcptTo.map((email) =>
    taken.has(email.toLowerCase())
      ? { email, status: 'accepted' }
      : recipientOf(
          email,
          errors.find((error) => String(replyOf(error).recipient ?? '').toLowerCase() === email.toLowerCase()),
        ),
  );
}

/** Each recipient's own answer where it had one, else the answer to all. */
function recipientsRefused({ rcptTo }: SubmissionRequest, error: unknown, code: number): OutgoingRecipient[] {
  const { rejectedErrors } = replyOf(error);
  const own = Array.isArray(rejectedErrors) ? rejectedErrors : [];
  return rcptTo.map((email) =>
    recipientOf(
      email,
      own.find((one) => String(replyOf(one).recipient ?? '').toLowerCase() === email.toLowerCase()) ??
        Object.assign(new Error(wordsOf(error)), { responseCode: code, response: wordsOf(error) }),
    ),
  );
}

const REFUSALS: readonly {
  readonly when: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}[] = [
  {
    when: /5\.7\.139|5\.7\.30|smtp ?(client)? ?auth(entication)? (is|was)? ?disabled|smtpclientauthentication/i,
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

function refusalOf(account: SmtpAccount, error: unknown, code: number): MailError {
  const said = wordsOf(error);
  const on = 'smtp' as const;
  const quote = ` The server says: "${said}"`;
  if (code < 500) {
    return new MailError({
      code: code === 450 || code === 451 || code === 452 ? 'THROTTLED' : 'SERVER_UNAVAILABLE',
      message: `${account.endpoint.host} does not take the message just now.${quote}`,
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
    message: `${account.endpoint.host} refused the message.${quote}`,
    fix: 'Read what the server says, correct it and send again.',
    retryable: false,
    on,
    cause: error,
  });
}
