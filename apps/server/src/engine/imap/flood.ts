/**
 * An end to answers without end. imapflow bounds a line, a literal and a response, and notices silence; a server may still
 * send a million of each to one command, or a word a minute. FETCH counts its own rows (fetch.ts); IDLE is made to go on.
 */
import type { ImapFlow } from 'imapflow';
import { internalsOf } from './internals.ts';

/** LIST of so many mailboxes, STATUS with it. */
const MAX_ROWS = 100_000;
/** A SEARCH of two million messages. */
const MAX_OCTETS = 16 * 1024 * 1024;
const LOOK_EVERY_MS = 500;

type Handlers = Readonly<Record<string, (untagged: unknown) => Promise<unknown>>>;

/** Closes the client when a command is answered with more, or for longer, than any honest server has to say. */
export function boundAnswers(client: ImapFlow, commandMs: number): void {
  const internals = internalsOf(client);
  const exec = internals.exec.bind(client);
  internals.exec = async (command, args, options: { untagged?: Handlers } = {}) => {
    if (command === 'IDLE') return exec(command, args, options);
    const isFetch = command.endsWith('FETCH');
    const before = client.stats().received;
    const begunAt = performance.now();
    let rows = 0;
    const check = () => {
      const isFlood = rows > MAX_ROWS || client.stats().received - before > MAX_OCTETS;
      if ((isFlood && !isFetch) || performance.now() - begunAt > commandMs) client.close();
    };
    const untagged: Handlers = Object.fromEntries(
      Object.entries(options.untagged ?? {}).map(([name, handle]) => [
        name,
        (response: unknown) => {
          rows += 1;
          check();
          return handle(response);
        },
      ]),
    );
    const timer = setInterval(check, LOOK_EVERY_MS);
    timer.unref();
    try {
      return await exec(command, args, { ...options, untagged });
    } finally {
      clearInterval(timer);
    }
  };
}
