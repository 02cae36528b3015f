/**
 * When an account's server may be asked at all: not while it wants to be left alone, not again at once after it refused
 * the password, and not any more after three refusals, because a fourth may lock the account. Only other settings, or
 * the user, open the gate then. Whoever comes too early gets what the server said last.
 */
import { MailError } from '../../lib/driver/errors.ts';

const MAX_REFUSED_LOGINS = 3;
/** Everything of an account that fails in the same minute fails by one login. */
const REFUSAL_HOLDS_MS = 60_000;
const LOGIN_REFUSED: ReadonlySet<string> = new Set(['AUTHENTICATION_FAILED', 'APP_PASSWORD_REQUIRED', 'OAUTH_EXPIRED']);

export interface LoginGate {
  /** Throws while the server is not to be asked anything. */
  assertWelcome(): void;
  /** Throws while it is not to be dialled. */
  assertMayLogIn(): void;
  /** A login worked with these settings, so that several may be under way at once. */
  readonly isProven: boolean;
  loggedIn(): void;
  /** The error of a login. */
  refused(error: unknown): void;
  /** The error of what was done with a session. */
  failed(error: unknown): void;
}

export function createLoginGate(now: () => number): LoginGate {
  let isProven = false;
  let refusal: { error: MailError; count: number; until: number } | null = null;
  let throttled: { error: MailError; until: number } | null = null;

  function failed(error: unknown): void {
    if (!(error instanceof MailError) || error.retryAfterMs === undefined || error.on === 'smtp') return;
    throttled = { error, until: now() + error.retryAfterMs };
  }

  return {
    get isProven() {
      return isProven;
    },
    assertWelcome() {
      const leftMs = (throttled?.until ?? 0) - now();
      if (!throttled || leftMs <= 0) return;
      const { code, message, fix, on } = throttled.error;
      throw new MailError({ code, message, fix, on, retryable: true, retryAfterMs: leftMs });
    },
    assertMayLogIn() {
      if (refusal && (refusal.count >= MAX_REFUSED_LOGINS || now() < refusal.until)) throw refusal.error;
    },
    loggedIn() {
      isProven = true;
      refusal = null;
    },
    failed,
    refused(error) {
      failed(error);
      if (!(error instanceof MailError) || !LOGIN_REFUSED.has(error.code)) return;
      isProven = false;
      refusal = { error, count: (refusal?.count ?? 0) + 1, until: now() + REFUSAL_HOLDS_MS };
    },
  };
}
