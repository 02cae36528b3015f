/**
 * How long a loop that failed waits. Only what is proven to work again begins anew from a second: a connection that is let
 * in and dropped each time must not be dialled without end. A server that names the time gets exactly that. Pure.
 */
import type { MailError } from '../../lib/driver/errors.ts';

export interface BackOffPace {
  readonly firstMs: number;
  readonly maxMs: number;
  /** However the dice fall. */
  readonly leastMs: number;
}

export const BACK_OFF: BackOffPace = { firstMs: 1_000, maxMs: 5 * 60_000, leastMs: 500 };

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
    failed({ retryable, retryAfterMs }) {
      failures += 1;
      if (retryAfterMs !== undefined) return Math.max(pace.leastMs, retryAfterMs);
      // Waiting mends nothing; whoever can, begins the account anew.
      if (!retryable) return pace.maxMs;
      // Full jitter: anything between nothing and the bound, which doubles.
      const bound = Math.min(pace.maxMs, pace.firstMs * 2 ** Math.min(failures, 20));
      return Math.max(pace.leastMs, Math.round(random() * bound));
    },
  };
}
