/**
 * Whether a look at the account can find nothing: the server lists the same mailboxes with the same STATUS as at two whole
 * looks before (the second ends what the first began, such as purging), and nothing was done here since. Then one round
 * trip is all, and the database is not asked. Only where STATUS shows every change, flags too (HIGHESTMODSEQ, RFC 7162
 * §3.1.7); and now and then a whole look is made all the same.
 */
import type { ImapSession, ListedMailbox } from '../imap/types.ts';

/** At most so long without a whole look. */
export const WHOLE_LOOK_EVERY_MS = 10 * 60_000;

export interface Quiet {
  /** Something happened here, or a look did not get to its end. */
  disturb(): void;
  /** A whole look that began at this time found the server so (`sightOf`), and left nothing over. */
  saw(sight: string | null, at: number): void;
  /** Asks the server; true: there is nothing to look for. */
  isStill(session: Pick<ImapSession, 'list' | 'selected'>, now: number): Promise<boolean>;
}

export function createQuiet(): Quiet {
  let before: string | null = null;
  let last: string | null = null;
  let lastAt = 0;
  return {
    disturb() {
      before = null;
      last = null;
    },
    saw(sight, at) {
      before = last;
      last = sight;
      lastAt = at;
    },
    async isStill(session, now) {
      // STATUS of a mailbox that is selected may be stale (RFC 9051 §6.3.11).
      if (last === null || last !== before || now - lastAt >= WHOLE_LOOK_EVERY_MS || session.selected) return false;
      return sightOf(await session.list({ status: true })) === last;
    },
  };
}

/** All that LIST and STATUS say; null where they do not say everything. */
export function sightOf(listed: readonly ListedMailbox[]): string | null {
  const isTold = listed.every(
    ({ selectable, status }) =>
      !selectable || (status !== null && (status.messages === 0 || status.highestModSeq !== null)),
  );
  return isTold ? JSON.stringify(listed) : null;
}
