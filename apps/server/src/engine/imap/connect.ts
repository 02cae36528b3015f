/**
 * Opens a session: TCP or TLS to the endpoint, STARTTLS where that is asked for and never "if offered", login, ENABLE. What
 * is learned with SELECT under QRESYNC is gathered here, before the answer is.
 *
 * Leaves out: choosing the address (accounts/dialler.ts), judging certificates (security/tls.ts), budgets (pool.ts).
 */
import { ImapFlow } from 'imapflow';
import { toMailError } from '../../lib/driver/with-error-handler.ts';
import type { Dial } from '../../security/tls.ts';
import { quirksOf, quirksOfHost } from '../accounts/quirks/quirks.ts';
import { factsOf, flagUpdateOf } from './convert.ts';
import { createSession, type Push } from './session.ts';
import { createTransport } from './transport.ts';
import type { ImapAccount, ImapEvent, ImapSession } from './types.ts';

const CONNECT_MS = 15_000;
const GREETING_MS = 10_000;
const SOCKET_MS = 60_000;
const MAX_LINE = 16 * 1024 * 1024;
const MAX_LITERAL = 160 * 1024 * 1024;

/** RFC 2971: some servers refuse strangers (accounts/quirks, Coremail). Every field is given, because imapflow fills what lacks with its own name and address. */
const CLIENT_INFO = { name: 'Postroom', version: '0.1', vendor: 'Postroom', 'support-url': '' };

/** A live session, logged in. An aborted signal ends the attempt. Throws MailError. */
export async function connectImap(account: ImapAccount, dial: Dial, signal?: AbortSignal): Promise<ImapSession> {
  const { endpoint } = account;
  const listeners = new Set<(event: ImapEvent) => void>();
  const push: Push = { vanished: [], changed: [], listeners };
  const emit = (event: ImapEvent) => {
    for (const listener of listeners) listener(event);
  };
  const client = new ImapFlow({
    host: dial.address,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    // Left undefined imapflow would go on in clear text where STARTTLS was stripped.
    doSTARTTLS: endpoint.security === 'tls' ? undefined : endpoint.security === 'starttls',
    auth: { user: endpoint.username, pass: account.auth.password },
    transport: createTransport(dial),
    clientInfo: CLIENT_INFO,
    logger: false,
    disableAutoIdle: true,
    qresync: quirksOfHost(endpoint.host).trustsQresync,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SOCKET_MS,
    maxLineLength: MAX_LINE,
    maxLiteralSize: MAX_LITERAL,
    expungeHandler: async ({ path, uid }: { path: string; uid?: number }) => {
      if (uid !== undefined) push.vanished.push(uid);
      emit({ kind: 'expunge', path });
    },
  });
  // Without a listener a late socket error would end the process.
  client.on('error', () => emit({ kind: 'closed' }));
  client.on('close', () => emit({ kind: 'closed' }));
  client.on('exists', ({ path, count }) => emit({ kind: 'exists', path, count }));
  client.on('flags', (update) => {
    const change = flagUpdateOf(update);
    if (change) push.changed.push(change);
    emit({ kind: 'flags', path: update.path });
  });
  const context = { on: 'imap', host: endpoint.host, port: endpoint.port } as const;
  const giveUp = () => client.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    signal?.throwIfAborted();
    await client.connect();
  } catch (error) {
    client.close();
    throw toMailError(error, context);
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return createSession(client, context, push, quirksOf(factsOf(client, endpoint.host)));
}
