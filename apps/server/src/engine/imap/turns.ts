/** Waiting for a session: the interactive go first, then whoever syncs, then whoever waits for pushes. */
import { MailError } from '../../lib/driver/errors.ts';
import type { SessionPurpose } from './types.ts';

export interface Waiter {
  readonly purpose: SessionPurpose;
  readonly wake: () => void;
}

const RANK: Readonly<Record<SessionPurpose, number>> = { interactive: 0, sync: 1, push: 2 };

/** Whose turn it is; of equals the one that has waited longest. */
export function firstOf(waiting: readonly Waiter[]): Waiter | undefined {
  return [...waiting].sort((a, b) => RANK[a.purpose] - RANK[b.purpose])[0];
}

/** Until woken; throws when called off. */
export function waitForTurn(
  waiting: Waiter[],
  purpose: SessionPurpose,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      waiting.splice(waiting.indexOf(waiter), 1);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      leave();
      reject(calledOff());
    };
    const waiter: Waiter = {
      purpose,
      wake: () => {
        leave();
        resolve();
      },
    };
    waiting.push(waiter);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function calledOff(): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: 'This was called off.', retryable: true });
}
