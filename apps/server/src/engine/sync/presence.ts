/**
 * Who is at the screen. Accounts of those who are not are looked at more seldom, where new mail is pushed much more: a
 * thousand accounts whose owners sleep cost next to nothing. Who comes back is told of at once, in whatever process has
 * the account, and what was not looked at meanwhile is looked at then.
 */
import type { UserId } from '@postroom/db';
import type pg from 'pg';

export const PRESENCE_CHANNEL = 'postroom_presence';

/** Each process tells of a user so often at most. */
const TELL_EVERY_MS = 30_000;

/** Of an account: somebody has asked for something within this time. */
export const PRESENT_FOR_MS = 2 * 60_000;

export interface Presence {
  /** The user asked for something, or has a screen open. */
  seen(userId: UserId): void;
}

export function createPresence(deps: {
  readonly pool: pg.Pool;
  readonly now: () => number;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}): Presence {
  const toldAt = new Map<UserId, number>();
  return {
    seen(userId) {
      const now = deps.now();
      if (now - (toldAt.get(userId) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
      // In the order of telling: the first are the oldest.
      toldAt.delete(userId);
      toldAt.set(userId, now);
      for (const [one, at] of toldAt) {
        if (now - at < TELL_EVERY_MS) break;
        toldAt.delete(one);
      }
      deps.pool
        .query('select pg_notify($1, id::text) from connection where user_id = $2', [PRESENCE_CHANNEL, userId])
        .catch((error: unknown) => deps.log('presence not told', { error }));
    },
  };
}
