/**
 * The one way from a user's endpoint to a connection. Every dial asks the egress guard anew and goes to the addresses it
 * checked, in turn where nothing answers; the name stays for TLS. Before a socket is opened two rules hold: addresses out
 * in the world are reached on mail ports only, and never in clear text.
 *
 * A test that a user asks for is `even`: where nothing answers it takes as long, and says as much, whether the port is
 * closed or guarded by a firewall (docs/decisions/013).
 *
 * Leaves out: what is said on the connection (imap/connect.ts, smtp/submit.ts) and how often one dials (imap/pool.ts).
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { StoredEndpoint } from '@postroom/db';
import { type ErrorSide, MailError } from '../../lib/driver/errors.ts';
import type { Certificate } from '../../lib/driver/schemas.ts';
import { type ErrorContext, toMailError } from '../../lib/driver/with-error-handler.ts';
import { classify, type Egress } from '../../security/egress.ts';
import { REACH_MS } from '../../security/reach.ts';
import type { Dial, TlsPolicy } from '../../security/tls.ts';
import { peekCertificate } from '../../security/tls-peek.ts';
import { connectImap } from '../imap/connect.ts';
import type { ImapAccount, ImapSession } from '../imap/types.ts';
import type { SubmissionOutcome, SubmissionRequest } from '../outbox/submission.ts';
import { type SmtpAccount, submit, verifySubmission } from '../smtp/submit.ts';

export interface DialOptions {
  readonly signal?: AbortSignal;
  /** The time it takes to find that nothing answers is to tell nobody why. */
  readonly isEven?: boolean;
}

export interface Dialler {
  /** A live session, logged in. Throws MailError. */
  dialImap(account: ImapAccount, options?: DialOptions): Promise<ImapSession>;
  /** One attempt at a submission. Never throws for what a server or network does. */
  dialSubmission(account: SmtpAccount, request: SubmissionRequest): Promise<SubmissionOutcome>;
  /** Whether the account can submit, and how much at once: logs in and quits. Throws MailError. */
  verifySubmission(account: SmtpAccount, options?: DialOptions): Promise<{ sizeLimit: number | null }>;
  /** The certificate that the endpoint shows, trusted or not. Throws MailError. */
  peekCertificate(on: ErrorSide, endpoint: StoredEndpoint): Promise<Certificate>;
}

/** IMAP and submission with TLS, STARTTLS and plain, port 25 and its usual stand-in, and the ports of local bridges. */
const MAIL_PORTS: ReadonlySet<number> = new Set([143, 993, 465, 587, 25, 2525, 1143, 1025]);

/** The ways to an endpoint, best first. */
type Dials = readonly [Dial, ...Dial[]];

/** What a timer and a refusal are late by, so that neither shows. */
const SLACK_MS = 250;

export interface DiallerDeps {
  readonly egress: Egress;
  readonly tls: TlsPolicy;
  /** So long each address has to answer. */
  readonly reachMs?: number;
}

export function createDialler({ egress, tls, reachMs = REACH_MS }: DiallerDeps): Dialler {
  /** Throws HOST_NOT_FOUND, HOST_NOT_ALLOWED or TLS_REQUIRED; nothing has been dialled then. */
  async function dialsTo(on: ErrorSide, endpoint: StoredEndpoint, pin?: string): Promise<Dials> {
    const { address, alternatives, servername } = await egress.resolve(endpoint.host).catch((error: unknown) => {
      throw aboutSide(error, { on, host: endpoint.host, port: endpoint.port });
    });
    for (const one of [address, ...alternatives]) requireAllowed(on, endpoint, one);
    const dialTo = (one: string): Dial => ({ address: one, tls: tls.optionsFor(servername, pin), pin, reachMs });
    return [dialTo(address), ...alternatives.map(dialTo)];
  }

  /** Where nothing answers, all of the time that all addresses together may take. */
  async function evenly<T>(dials: Dials, { isEven, signal }: DialOptions, work: () => Promise<T>): Promise<T> {
    if (!isEven) return work();
    const end = performance.now() + dials.length * (reachMs + SLACK_MS);
    try {
      return await work();
    } catch (error) {
      if (isUnanswered(error)) await wait(Math.max(0, end - performance.now()), undefined, signal ? { signal } : {});
      throw error;
    }
  }

  return {
    async dialImap(account, options = {}) {
      const { signal } = options;
      const dials = await dialsTo('imap', account.endpoint, account.pin);
      return evenly(dials, options, () => inTurn(dials, (dial) => connectImap(account, dial, { signal })));
    },
    async dialSubmission(account, request) {
      const dials = await dialsTo('smtp', account.endpoint, account.pin).catch(onlyMailError);
      return dials instanceof MailError
        ? { kind: 'not-sent', error: dials }
        : submitInTurn(dials, (dial) => submit(account, dial, request));
    },
    async verifySubmission(account, options = {}) {
      const { signal } = options;
      const dials = await dialsTo('smtp', account.endpoint, account.pin);
      return evenly(dials, options, () => inTurn(dials, (dial) => verifySubmission(account, dial, signal)));
    },
    async peekCertificate(on, endpoint) {
      const { host, port, security } = endpoint;
      if (security === 'none') throw notEncrypted(on, host);
      const dials = await dialsTo(on, endpoint);
      return inTurn(dials, ({ address }) => peekCertificate({ address, host, port, security, protocol: on }, tls));
    },
  };
}

const isUnanswered = (error: unknown) => error instanceof MailError && error.code === 'CONNECTION_REFUSED';

async function inTurn<T>([dial, next, ...others]: Dials, attempt: (dial: Dial) => Promise<T>): Promise<T> {
  try {
    return await attempt(dial);
  } catch (error) {
    if (!next || !isUnanswered(error)) throw error;
    return inTurn([next, ...others], attempt);
  }
}

/** As `inTurn`; a submission reports where others throw. */
async function submitInTurn(
  [dial, next, ...others]: Dials,
  attempt: (dial: Dial) => Promise<SubmissionOutcome>,
): Promise<SubmissionOutcome> {
  const outcome = await attempt(dial);
  const goesOn = next && outcome.kind === 'not-sent' && isUnanswered(outcome.error);
  return goesOn ? submitInTurn([next, ...others], attempt) : outcome;
}

function requireAllowed(on: ErrorSide, { host, port, security }: StoredEndpoint, address: string): void {
  if (classify(address) === 'private') return;
  if (security === 'none') throw notEncrypted(on, host);
  if (!MAIL_PORTS.has(port)) throw noMailPort(on, host, port);
}

function onlyMailError(error: unknown): MailError {
  if (error instanceof MailError) return error;
  throw error;
}

/** The egress guard knows no sides; who reads the error does. */
function aboutSide(error: unknown, context: ErrorContext): MailError {
  const { code, message, fix, retryable } = toMailError(error, context);
  return new MailError({ code, message, fix, retryable, on: context.on, cause: error });
}

function notEncrypted(on: ErrorSide, host: string): MailError {
  return new MailError({
    code: 'TLS_REQUIRED',
    message: `Your password would travel to ${host} in clear text, so nothing was sent.`,
    fix: 'Choose TLS or STARTTLS as security. Without encryption only servers in a private network are reached.',
    on,
  });
}

function noMailPort(on: ErrorSide, host: string, port: number): MailError {
  return new MailError({
    code: 'HOST_NOT_ALLOWED',
    message: `This server does not connect to port ${port} of ${host}: it is not a port for mail.`,
    fix: `Use a port for mail: ${on === 'imap' ? '993 with TLS or 143 with STARTTLS' : '465 with TLS or 587 with STARTTLS'}.`,
    on,
  });
}
