/**
 * Waiting for what the server says by itself: IDLE (RFC 2177), or imapflow's polling where the server has none, and
 * NOTIFY (RFC 5465) for all mailboxes that are not selected. imapflow knows neither NOTIFY nor a STATUS nobody asked for.
 */
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import { type Argument, internalsOf, words } from './internals.ts';

/** An IDLE that ends so soon by itself was none; after so many the connection is given up. */
const TOO_SOON_MS = 1000;
const MAX_TOO_SOON = 5;

export interface IdleParts {
  readonly client: ImapFlow;
  readonly quirks: Quirks;
  /** A mailbox that is not selected changed. */
  readonly onElsewhere: () => void;
  /** An IDLE is begun anew after this: middle boxes and some providers forget silent connections. */
  readonly everyMs: number;
  /** After so long without a word the connection itself is asked whether it lives, which ends the IDLE. */
  readonly silentMs: number;
}

/**
 * Tells of changes anywhere until the signal aborts, or until a server ends the connection whose habit that is. Throws
 * when another's is lost.
 */
export async function idle(parts: IdleParts, signal: AbortSignal): Promise<void> {
  const { client, quirks, onElsewhere, silentMs } = parts;
  if (!client.capabilities.has('IDLE')) {
    internalsOf(client).missingIdleCommand = quirks.poll.command;
    client.maxIdleTime = quirks.poll.everyMs;
  }
  const notify = client.capabilities.has('NOTIFY') ? await startNotify(client, onElsewhere) : undefined;
  const tooSoonMs = Math.min(TOO_SOON_MS, silentMs / 2);
  try {
    for (let tooSoon = 0; !signal.aborted && client.usable; ) {
      const begunAt = Date.now();
      const isOurs = await idleOnce(parts, signal);
      if (await notify?.renew()) continue;
      tooSoon = !isOurs && Date.now() - begunAt < tooSoonMs ? tooSoon + 1 : 0;
      if (tooSoon > MAX_TOO_SOON && !signal.aborted) throw ended();
    }
  } finally {
    await notify?.stop();
  }
}

function ended(): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: 'The mail server ended the connection.', on: 'imap' });
}

/** Ended by a NOOP, which takes the connection out of it. Whether it was ended by us. */
async function idleOnce({ client, quirks, everyMs }: IdleParts, signal: AbortSignal): Promise<boolean> {
  let isOurs = false;
  const wake = () => {
    isOurs = true;
    client.noop().catch(() => undefined);
  };
  const timer = setTimeout(wake, everyMs);
  signal.addEventListener('abort', wake, { once: true });
  try {
    await client.idle();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
  }
  if (!client.usable && !signal.aborted && !quirks.dropsIdle) throw ended();
  return isOurs;
}

interface Notify {
  /** Asks again where the server had too much to tell, and so tells nothing more. Whether that was so. */
  renew(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Asks for news of every mailbox. A server that refuses is looked at from time to time. */
async function startNotify(client: ImapFlow, onElsewhere: () => void): Promise<Notify> {
  const internals = internalsOf(client);
  let hasOverflowed = false;
  const run = async (args: readonly Argument[]) => {
    // Without `next` imapflow reads nothing more.
    await internals.exec('NOTIFY', args).then(
      (response) => response.next(),
      () => undefined,
    );
  };
  const events = words('MessageNew MessageExpunge FlagChange');
  const set = () =>
    run([
      ...words('SET'),
      [...words('selected'), events],
      [...words('personal'), [...events, ...words('MailboxName')]],
    ]);
  const handler = async () => onElsewhere();
  internals.untaggedHandlers.STATUS = handler;
  internals.untaggedHandlers.LIST = handler;
  // RFC 5465 §5.8: from here on it is as if we had said NONE. The NOOP ends the IDLE.
  internals.sectionHandlers.NOTIFICATIONOVERFLOW = async () => {
    hasOverflowed = true;
    client.noop().catch(() => undefined);
  };
  await set();
  return {
    async renew() {
      if (!hasOverflowed || !client.usable) return false;
      hasOverflowed = false;
      await set();
      // Asked for again first, looked at then: nothing falls between.
      onElsewhere();
      return true;
    },
    async stop() {
      delete internals.untaggedHandlers.STATUS;
      delete internals.untaggedHandlers.LIST;
      delete internals.sectionHandlers.NOTIFICATIONOVERFLOW;
      if (client.usable) await run(words('NONE'));
    },
  };
}
