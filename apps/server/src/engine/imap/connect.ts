/**
 * Opens a session: TCP or TLS to the endpoint, STARTTLS where that is asked for and never "if offered", login, ENABLE.
 *
 * Leaves out: choosing the address (accounts/dialler.ts), judging certificates (security/tls.ts), budgets (pool.ts).
 */
import { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { toMailError } from '../../lib/driver/with-error-handler.ts';
import type { Dial } from '../../security/tls.ts';
import { type Credentials, withCredentials } from '../accounts/account-auth.ts';
import { quirksOf, quirksOfHost } from '../accounts/quirks/quirks.ts';
import { factsOf } from './convert.ts';
import { boundAnswers } from './flood.ts';
import { watchReplies } from './replies.ts';
import { createSession } from './session.ts';
import { createTransport } from './transport.ts';
import type { ImapAccount, ImapSession } from './types.ts';
import { listenUnasked } from './unasked.ts';

const CONNECT_MS = 15_000;
const GREETING_MS = 10_000;
const SOCKET_MS = 60_000;
const IDLE_MS = 4 * 60_000;
const COMMAND_MS = 15 * 60_000;
/** Bounds of one answer. The longest honest lines are SEARCH's; a message is read in pieces. */
const MAX_LINE = 16 * 1024 * 1024;
const MAX_LITERAL = 160 * 1024 * 1024;
const MAX_RESPONSE = 192 * 1024 * 1024;
const MAX_TOKENS = 250_000;

/** RFC 2971: some servers refuse strangers (accounts/quirks, Coremail). Every field is given, because imapflow fills what lacks with its own name and address. */
const CLIENT_INFO = { name: 'Postroom', version: '0.1', vendor: 'Postroom', 'support-url': '' };

export interface ConnectOptions {
  /** Aborted, it ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** So long a server may be silent where it owes an answer; then the connection counts as dead. */
  readonly silentMs?: number;
  /** So long one command may take, however much is said meanwhile. */
  readonly commandMs?: number;
  /** Where the provider's table says nothing. */
  readonly idleMs?: number;
}

/** A live session, logged in. Throws MailError. */
export function connectImap(account: ImapAccount, dial: Dial, options: ConnectOptions = {}): Promise<ImapSession> {
  return withCredentials(account.auth, (credentials) => enter(account, credentials, dial, options));
}

async function enter(
  { endpoint }: ImapAccount,
  credentials: Credentials,
  dial: Dial,
  { signal, silentMs = SOCKET_MS, idleMs = IDLE_MS, commandMs = COMMAND_MS }: ConnectOptions,
): Promise<ImapSession> {
  const client = new ImapFlow({
    host: dial.address,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    // Left undefined imapflow would go on in clear text where STARTTLS was stripped.
    doSTARTTLS: endpoint.security === 'tls' ? undefined : endpoint.security === 'starttls',
    auth: {
      user: endpoint.username,
      ...(credentials.type === 'password' ? { pass: credentials.password } : { accessToken: credentials.accessToken }),
    },
    transport: createTransport(dial),
    // Servers that refuse strangers (163 and friends) want ID before SELECT.
    clientInfo: CLIENT_INFO,
    logger: false,
    disableAutoIdle: true,
    qresync: quirksOfHost(endpoint.host).trustsQresync,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: silentMs,
    maxLineLength: MAX_LINE,
    maxLiteralSize: MAX_LITERAL,
    maxResponseSize: MAX_RESPONSE,
    maxResponseTokens: MAX_TOKENS,
  });
  const unasked = listenUnasked(client);
  boundAnswers(client, commandMs);
  const context = { on: 'imap', host: endpoint.host, port: endpoint.port } as const;
  const replies = watchReplies(client, context);
  const giveUp = () => client.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    signal?.throwIfAborted();
    await client.connect();
    replies.assertWelcome();
  } catch (error) {
    client.close();
    throw isWithoutWay(error) ? noWayIn(endpoint) : toMailError(error, context);
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  const quirks = quirksOf(factsOf(client, endpoint.host));
  const limits = { everyMs: quirks.idleRestartMs ?? idleMs, silentMs };
  return createSession({ client, context, unasked, replies, quirks, limits });
}

/** In imapflow's words: the server offers no mechanism for what we have. */
const isWithoutWay = (error: unknown) =>
  error instanceof Error && error.message === 'Unsupported authentication mechanism';

function noWayIn({ host, port }: ImapAccount['endpoint']): MailError {
  return new MailError({
    code: 'NOT_SUPPORTED',
    message: `${host} offers no way on port ${port} to log in as this account does.`,
    fix: 'A sign-in on the provider’s page needs a server that takes it. Otherwise connect the account with a password.',
    on: 'imap',
  });
}
