/**
 * Whether the settings a person typed work: both servers side by side, each connected to, logged in to and left again.
 * Stores nothing. What a server or network does wrong is an answer here and no error; where a certificate is the reason, it
 * comes along, so that its fingerprint can be compared and its key pinned.
 *
 * Leaves out: how many tests a user may run (lib/services), and every rule about whom to dial and trust (dialler.ts).
 */
import type { ConnectionId, StoredEndpoint } from '@postroom/db';
import { type ErrorSide, MailError } from '../../lib/driver/errors.ts';
import type { ConnectionTest, NewConnection, Probe } from '../../lib/driver/schemas.ts';
import { toMailError } from '../../lib/driver/with-error-handler.ts';
import type { ImapAccount } from '../imap/types.ts';
import type { SmtpAccount } from '../smtp/submit.ts';
import type { AccountAuth } from './account-auth.ts';
import type { Dialler } from './dialler.ts';

/** A connection as it is typed, or as a provider's sign-in page has made it. */
export type ProposedConnection = Omit<NewConnection, 'auth'> & { readonly auth: AccountAuth };

export interface ConnectionTestDeps {
  readonly dialler: Dialler;
  /** So long a side may take. */
  readonly limitMs?: number;
}

const LIMIT_MS = 30_000;
/** There is no row yet. */
const NO_CONNECTION = 0 as ConnectionId;

type Work = (signal: AbortSignal) => Promise<Omit<Probe, 'ok'>>;

function createProbe({ dialler, limitMs = LIMIT_MS }: ConnectionTestDeps) {
  /** The refusal stands without it. */
  const peek = (on: ErrorSide, endpoint: StoredEndpoint) =>
    dialler.peekCertificate(on, endpoint).catch((error: unknown) => {
      if (error instanceof MailError) return undefined;
      throw error;
    });
  return async (on: ErrorSide, endpoint: StoredEndpoint, work: Work): Promise<Probe> => {
    try {
      return { ok: true, ...(await within(limitMs, work)) };
    } catch (error) {
      const { code, message, fix } = toMailError(error, { on, host: endpoint.host, port: endpoint.port });
      const isAboutCertificate = code === 'CERTIFICATE_INVALID' || code === 'CERTIFICATE_CHANGED';
      const certificate = isAboutCertificate ? await peek(on, endpoint) : undefined;
      return {
        ok: false,
        code,
        message,
        ...(fix === undefined ? {} : { fix }),
        ...(certificate === undefined ? {} : { certificate }),
      };
    }
  };
}

/** Of a submission server alone. Never throws for what it or the network does. */
export function createSubmissionTest(deps: ConnectionTestDeps): (account: SmtpAccount) => Promise<Probe> {
  const probe = createProbe(deps);
  return (account) =>
    probe('smtp', account.endpoint, async (signal) => {
      const { sizeLimit } = await deps.dialler.verifySubmission(account, { signal, isEven: true });
      return sizeLimit === null ? {} : { maxMessageSize: sizeLimit };
    });
}

/** Never throws for what a server or network does. */
export function createConnectionTest(
  deps: ConnectionTestDeps,
): (connection: ProposedConnection) => Promise<ConnectionTest> {
  const probe = createProbe(deps);
  const testSubmission = createSubmissionTest(deps);

  /** Logs in and out; the server's capabilities. */
  async function enterImap(account: ImapAccount, signal: AbortSignal): Promise<readonly string[]> {
    const session = await deps.dialler.dialImap(account, { signal, isEven: true });
    // The answer is known; how the server says goodbye changes nothing in it.
    void session
      .logout()
      .catch(() => undefined)
      .finally(() => session.destroy());
    return session.capabilities.all;
  }

  return async (connection) => {
    const { imap, smtp } = accountsOf(connection);
    const probes = await Promise.all([
      probe('imap', imap.endpoint, async (signal) => ({ capabilities: [...(await enterImap(imap, signal))] })),
      testSubmission(smtp),
    ]);
    return { imap: probes[0], smtp: probes[1] };
  };
}

/** Both sides of what was typed: what is left out on the second is as on the first, and the user name is the address. */
export function accountsOf(connection: ProposedConnection): { imap: ImapAccount; smtp: SmtpAccount } {
  const { email, imap, smtp, auth, tls } = connection;
  const username = imap.username ?? email;
  const { password, ...endpoint } = smtp;
  return {
    imap: {
      connectionId: NO_CONNECTION,
      email,
      endpoint: { ...imap, username },
      auth,
      pin: tls?.pins?.imap,
    },
    smtp: {
      endpoint: { ...endpoint, username: smtp.username ?? username },
      auth: password === undefined ? auth : { type: 'password', password },
      pin: tls?.pins?.smtp,
    },
  };
}

/** The work's outcome, or a timeout; its signal then tells it to leave off. */
async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error('the limit of the whole test'), { code: 'ETIMEDOUT' }));
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
