/**
 * Submission (RFC 6409, RFC 5321) over nodemailer's SMTP connection: one message, one connection. What is reported is what
 * the sender must know: taken, refused, not sent, or nobody knows. The message is handed over as a stream whose first
 * octet waits for `onData`, so that the caller can write down that from here on the outcome depends on an answer.
 */
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { StoredEndpoint } from '@postroom/db';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { MailError } from '../../lib/driver/errors.ts';
import { toMailError } from '../../lib/driver/with-error-handler.ts';
import { classify } from '../../security/egress.ts';
import { giveUpUnreached } from '../../security/reach.ts';
import { type Dial, pinProblem } from '../../security/tls.ts';
import { type AccountAuth, type Credentials, withCredentials } from '../accounts/account-auth.ts';
import { wireAddress } from '../mime/index.ts';
import { tooLarge } from '../outbox/size-limit.ts';
import type { SubmissionOutcome, SubmissionRequest } from '../outbox/submission.ts';
import { needsUnicode, unicodeRefused } from './extensions.ts';
import { customAuthOf, loginOf } from './login.ts';
import { recipientsAfter, recipientsKnown, recipientsRefused } from './recipients.ts';
import { codeOf, lostError, openError, refusalOf } from './replies.ts';
import { extensionsOf, refusedRecipients, sizeLimitOf } from './session-state.ts';

export interface SmtpAccount {
  readonly endpoint: StoredEndpoint;
  readonly auth: AccountAuth;
  readonly pin?: string | undefined;
}

/** How long a server may be silent: until its greeting, and between two things it says. */
export interface SubmitLimits {
  readonly connectMs: number;
  readonly silentMs: number;
}

const LIMITS: SubmitLimits = { connectMs: 15_000, silentMs: 120_000 };

/**
 * Opens, logs in, and quits without sending: whether this account can submit, and messages of how many octets. An aborted
 * signal ends the attempt. Throws MailError.
 *
 * Without AUTH nothing can be learned about the password. A relay in the operator's own network may well be meant so; out
 * in the world it is the port where servers meet, which takes nothing for others.
 */
export async function verifySubmission(
  account: SmtpAccount,
  dial: Dial,
  signal?: AbortSignal,
): Promise<{ sizeLimit: number | null }> {
  const connection = await open(account, dial, { signal });
  const sizeLimit = sizeLimitOf(connection);
  connection.quit();
  if (!connection.allowsAuth && classify(dial.address) === 'public') throw noLogin(account);
  return { sizeLimit };
}

/** One attempt. Never throws for what a server or network does. */
export async function submit(
  account: SmtpAccount,
  dial: Dial,
  request: SubmissionRequest,
  limits: SubmitLimits = LIMITS,
): Promise<SubmissionOutcome> {
  let connection: SMTPConnection;
  try {
    connection = await open(account, dial, { limits });
  } catch (error) {
    return { kind: 'not-sent', error: toMailError(error, contextOf(account)) };
  }
  const offered = extensionsOf(connection);
  const message = offered.has('8BITMIME') ? request.message : (request.inSevenBits ?? request.message);
  const sizeLimit = sizeLimitOf(connection);
  request.onSizeLimit?.(sizeLimit);
  if (sizeLimit !== null && message.size > sizeLimit) {
    connection.quit();
    return { kind: 'not-sent', error: tooLarge({ size: message.size, limit: sizeLimit }) };
  }
  if (needsUnicode(request) && !offered.has('SMTPUTF8')) {
    connection.quit();
    return unicodeRefused(account.endpoint.host, request);
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
    yield* message.octets();
    isHandedOver = true;
  }
  try {
    const info = await send(connection, { ...request, message }, Readable.from(source(), { objectMode: false }));
    connection.quit();
    return { kind: 'accepted', recipients: recipientsAfter(request.rcptTo, info.accepted, info.rejectedErrors) };
  } catch (error) {
    const refused = refusedRecipients(connection);
    connection.close();
    if (refusedByUs !== undefined) throw refusedByUs;
    const code = codeOf(error);
    // 421 as well: who says goodbye in answer to the final dot has not taken the message (RFC 5321 section 4.5.4.1).
    if (code !== undefined && code >= 400) {
      const refusal = refusalOf(contextOf(account), error, code);
      return {
        kind: 'refused',
        recipients: recipientsRefused(request.rcptTo, { error, code }, refused),
        error: refusal,
      };
    }
    const lost = lostError(contextOf(account), error);
    if (!isHandedOver) return { kind: 'not-sent', error: lost };
    return { kind: 'unknown', recipients: recipientsKnown(request.rcptTo, refused), error: lost };
  }
}

const contextOf = ({ endpoint }: SmtpAccount) => ({ on: 'smtp' as const, host: endpoint.host, port: endpoint.port });

interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: SubmitLimits;
}

function open(account: SmtpAccount, dial: Dial, options: OpenOptions): Promise<SMTPConnection> {
  return withCredentials(account.auth, (credentials) => enter(account, credentials, dial, options));
}

function enter(
  account: SmtpAccount,
  credentials: Credentials,
  dial: Dial,
  { signal, limits = LIMITS }: OpenOptions,
): Promise<SMTPConnection> {
  const { endpoint } = account;
  const socket = new Socket();
  const connection = new SMTPConnection({
    socket,
    host: dial.address,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    requireTLS: endpoint.security === 'starttls',
    ignoreTLS: endpoint.security === 'none',
    tls: dial.tls,
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    socketTimeout: limits.silentMs,
    customAuth: customAuthOf(credentials, endpoint.username, endpoint.host, endpoint.port),
  });
  const opened = new Promise<SMTPConnection>((resolve, reject) => {
    const fail = (error: unknown) => {
      // First the reason: closing says `end` at once, which is none.
      reject(openError(contextOf(account), error));
      connection.close();
    };
    // The listener stays: a late socket error must not end the process.
    connection.on('error', fail);
    connection.on('end', () => fail(new Error('the server closed the connection')));
    if (signal?.aborted) return fail(signal.reason);
    giveUpUnreached(socket, dial.reachMs);
    connection.connect((failure) => {
      if (failure) return fail(failure);
      // Nodemailer has no hook in the handshake. What went over the socket so far is the greeting and EHLO.
      const problem = endpoint.security === 'none' ? undefined : pinProblem(connection._socket, dial.pin);
      if (problem) return fail(problem);
      if (!connection.allowsAuth) return resolve(connection);
      connection.login(loginOf(connection, credentials, endpoint.username), (refusal) =>
        refusal ? fail(refusal) : resolve(connection),
      );
    });
  });
  const giveUp = () => connection.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  return opened.finally(() => signal?.removeEventListener('abort', giveUp));
}

function noLogin({ endpoint: { host, port } }: SmtpAccount): MailError {
  return new MailError({
    code: 'NOT_SUPPORTED',
    message: `${host} offers no login on port ${port}, so it takes no mail from your account there.`,
    fix: 'Use the port for mail programs: 465 with TLS, or 587 with STARTTLS.',
    retryable: false,
    on: 'smtp',
  });
}

interface SendInfo {
  readonly accepted: readonly string[];
  readonly rejectedErrors?: readonly unknown[];
}

function send(connection: SMTPConnection, request: SubmissionRequest, stream: Readable): Promise<SendInfo> {
  const envelope = {
    from: wireAddress(request.mailFrom),
    to: request.rcptTo.map(wireAddress),
    size: request.message.size,
    use8BitMime: request.inSevenBits !== undefined,
  };
  return new Promise((resolve, reject) => {
    // Before the listener of `open`, which closes.
    connection.prependOnceListener('error', reject);
    connection.once('end', () => reject(new Error('the server closed the connection')));
    stream.once('error', reject);
    connection.send(envelope, stream, (error, info) =>
      error
        ? reject(error)
        : resolve({ accepted: info.accepted.map(String), rejectedErrors: info.rejectedErrors ?? [] }),
    );
  });
}
