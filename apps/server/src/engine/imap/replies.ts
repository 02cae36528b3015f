/**
 * What the server said to a command that changes mail. imapflow answers `false` to whatever went wrong with STORE, COPY,
 * MOVE and EXPUNGE: a lost connection, "not now" and "never" look the same. Here they are told apart (RFC 9051 §7.1,
 * RFC 5530), because one is tried again and the other is taken back on the screen.
 */
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { type ErrorContext, toMailError } from '../../lib/driver/with-error-handler.ts';
import { internalsOf, textOf } from './internals.ts';

interface Refusal {
  readonly responseStatus?: unknown;
  readonly serverResponseCode?: unknown;
}

export interface Replies {
  /** Runs one of imapflow's methods; throws what the server refused it with, as the error it is. */
  run<T>(what: string, work: () => Promise<T | false | undefined>): Promise<{ value: T; code: readonly string[] }>;
  /** For methods that throw by themselves. */
  refusalOf(error: unknown): MailError;
  /** Throws while the server wants to be left alone: imapflow lets some refusals pass. */
  assertWelcome(): void;
}

/** RFC 5530: what may go right later without anybody doing anything. A LIMIT of keywords or mailboxes does not. */
const NOT_NOW: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'THROTTLED', 'SERVERBUG']);
const GENERAL: ReadonlySet<string> = new Set(['SERVER_UNAVAILABLE', 'TOO_MANY_CONNECTIONS']);

/** Watches the client's commands from now on. Commands of one session run one at a time. */
export function watchReplies(client: ImapFlow, context: ErrorContext): Replies {
  const internals = internalsOf(client);
  const exec = internals.exec.bind(client);
  let last: { error?: unknown; code: readonly string[] } = { code: [] };
  let quiet: { error: unknown; until: number } | null = null;
  const assertWelcome = () => {
    if (quiet && Date.now() < quiet.until) throw quiet.error;
  };
  internals.exec = async (...command) => {
    // imapflow tries some commands again in other words, at once.
    if (command[0] !== 'LOGOUT') assertWelcome();
    try {
      const reply = await exec(...command);
      const [first] = reply.response?.attributes ?? [];
      const section = first && 'section' in first ? (first.section ?? []) : [];
      last = { code: section.map((piece) => textOf(piece) ?? '') };
      return reply;
    } catch (error) {
      last = { error, code: [] };
      const { retryAfterMs } = toMailError(error, context);
      if (retryAfterMs !== undefined) quiet = { error, until: Date.now() + retryAfterMs };
      throw error;
    }
  };

  function refusalOf(error: unknown): MailError {
    const known = toMailError(error, context);
    const { responseStatus, serverResponseCode } = error as Refusal;
    if (responseStatus !== 'NO' && responseStatus !== 'BAD') return known;
    const isNotNow = NOT_NOW.has(String(serverResponseCode ?? '').toUpperCase()) || known.code === 'THROTTLED';
    if (!GENERAL.has(known.code) || isNotNow) return known;
    const { message, on } = known;
    return new MailError({ code: 'NOT_SUPPORTED', message, on, cause: error });
  }

  return {
    refusalOf,
    assertWelcome,
    async run(what, work) {
      last = { code: [] };
      const value = await work();
      if (value) return { value, code: last.code };
      if (last.error !== undefined) throw refusalOf(last.error);
      // It was not even sent.
      throw new MailError({ code: 'NOT_SUPPORTED', message: `The mail server does not do this: ${what}.`, on: 'imap' });
    },
  };
}
