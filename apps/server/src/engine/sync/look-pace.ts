/**
 * How long a look at everything may wait: longer where new mail is pushed, and much longer where nobody is at the screen.
 * In all cases a server without push shows new mail within 65 s.
 */

/** Where nothing is pushed and somebody is at the screen. */
export const LOOK_EVERY_MS = 15_000;

const TIMES = { attended: { pushed: 2, unpushed: 1 }, alone: { pushed: 20, unpushed: 3 } } as const;

/** Milliseconds between two looks, from those of the quickest pace. */
export function lookAfterMs(
  { isAttended, isPushed }: { isAttended: boolean; isPushed: boolean },
  everyMs: number = LOOK_EVERY_MS,
): number {
  return TIMES[isAttended ? 'attended' : 'alone'][isPushed ? 'pushed' : 'unpushed'] * everyMs;
}
