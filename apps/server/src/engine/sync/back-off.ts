/**
 * How long a loop that failed waits. Only what is proven to work again begins anew from a second: a connection that is let
 * in and dropped each time must not be dialled without end. A server that names the time gets exactly that. Where nothing
 * answers, asking again costs next to nothing: an account is live again within 5 s of its server's return. Pure.
 */
import type { MailError } from '../../lib/driver/errors.ts';

export interface BackOffPace {
  readonly firstMs: number;
  readonly maxMs: number;
  /** At most so long while no server answers. */
  readonly unreachableMaxMs: number;
  /** However the dice fall. */
  readonly leastMs: number;
}

export const BACK_OFF: BackOffPace = { firstMs: 1_000, maxMs: 5 * 60_000, unreachableMaxMs: 3_000, leastMs: 500 };

/** Not to be tried again as it was, but gone by the next turn: a mailbox that went away in the middle of a look is passed over then. */
const PASSING: ReadonlySet<string> = new Set(['MAILBOX_NOT_FOUND']);

export interface BackOff {
  readonly failures: number;
  /** It works again. */
  worked(): void;
  /** How long to wait now. */
  failed(error: MailError): number;
}

export function createBackOff(random: () => number, pace: BackOffPace = BACK_OFF): BackOff {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    worked() {
      failures = 0;
    },
    failed({ code, retryable, retryAfterMs }) {
      failures += 1;
      if (retryAfterMs !== undefined) return Math.max(pace.leastMs, retryAfterMs);
      // Waiting mends nothing; whoever can, begins the account anew.
      if (!retryable && !PASSING.has(code)) return pace.maxMs;
      // Full jitter: anything between nothing and the bound, which doubles.
      const max = code === 'CONNECTION_REFUSED' ? pace.unreachableMaxMs : pace.maxMs;
      const bound = Math.min(max, pace.firstMs * 2 ** Math.min(failures, 20));
      return Math.max(pace.leastMs, Math.round(random() * bound));
    },
  };
}
