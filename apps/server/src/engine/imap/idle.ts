/**
 * Waiting for what the server says by itself: IDLE (RFC 2177), or imapflow's polling where the server has none, and
 * NOTIFY (RFC 5465) for all mailboxes that are not selected. imapflow knows neither NOTIFY nor a STATUS nobody asked for.
 */
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';

interface Word {
  readonly type: 'ATOM';
  readonly value: string;
}
type Argument = Word | readonly Argument[];

/** What imapflow can do and its types do not say (2.x strips them as internal). The version is pinned. */
interface Internals {
  exec(command: string, args: readonly Argument[]): Promise<{ next(): void }>;
  readonly untaggedHandlers: Record<string, (() => Promise<void>) | undefined>;
  missingIdleCommand: Quirks['poll']['command'];
}

const words = (text: string): Word[] => text.split(' ').map((value) => ({ type: 'ATOM', value }));

/**
 * Tells of changes anywhere until the signal aborts, or until a server ends the connection whose habit that is. Throws
 * when another's is lost. An IDLE is begun anew after a while: servers and middle boxes forget silent connections.
 */
export async function idle(
  client: ImapFlow,
  quirks: Quirks,
  onElsewhere: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (!client.capabilities.has('IDLE')) {
    (client as unknown as Internals).missingIdleCommand = quirks.poll.command;
    client.maxIdleTime = quirks.poll.everyMs;
  }
  const stopNotify = client.capabilities.has('NOTIFY') ? await startNotify(client, onElsewhere) : undefined;
  try {
    while (!signal.aborted && client.usable) await idleOnce(client, quirks, signal);
  } finally {
    await stopNotify?.();
  }
}

/** Ended by a NOOP, which takes the connection out of it. */
async function idleOnce(client: ImapFlow, quirks: Quirks, signal: AbortSignal): Promise<void> {
  const wake = () => void client.noop().catch(() => undefined);
  const timer = setTimeout(wake, quirks.idleRestartMs);
  signal.addEventListener('abort', wake, { once: true });
  try {
    await client.idle();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
  }
  if (!client.usable && !signal.aborted && !quirks.dropsIdle) {
    throw new MailError({ code: 'SERVER_UNAVAILABLE', message: 'The mail server ended the connection.', on: 'imap' });
  }
}

/** Asks for news of every mailbox; returns the way to stop it. A server that refuses is looked at from time to time. */
async function startNotify(client: ImapFlow, onElsewhere: () => void): Promise<() => Promise<void>> {
  const internals = client as unknown as Internals;
  const run = async (args: readonly Argument[]) => {
    // Without `next` imapflow reads nothing more.
    await internals.exec('NOTIFY', args).then(
      (response) => response.next(),
      () => undefined,
    );
  };
  const handler = async () => onElsewhere();
  internals.untaggedHandlers.STATUS = handler;
  internals.untaggedHandlers.LIST = handler;
  const events = words('MessageNew MessageExpunge FlagChange');
  await run([
    ...words('SET'),
    [...words('selected'), events],
    [...words('personal'), [...events, ...words('MailboxName')]],
  ]);
  return async () => {
    delete internals.untaggedHandlers.STATUS;
    delete internals.untaggedHandlers.LIST;
    if (client.usable) await run(words('NONE'));
  };
}
