/** How long a server asks not to be asked again, from its words or from what imapflow made of them. Pure. */
interface Throttled {
  /** Imapflow: how long, and how much of that it has waited already. */
  readonly throttleReset?: unknown;
  readonly throttleWaited?: unknown;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  sec: 1000,
  minute: 60_000,
  min: 60_000,
};
/** Longer ones are not obeyed to the end. */
const MAX_MS = 24 * 3_600_000;
const PHRASE =
  /(?:again (?:in|after)|retry (?:in|after)|wait|backoff time:?)\s+(\d{1,9})\s*(millisecond|second|sec|minute|min)s?\b/i;

/** “Try again in 30 seconds”, “Suggested Backoff Time: 92415 milliseconds”. */
export function retryAfterOf({ throttleReset, throttleWaited }: Throttled, words: string): number | undefined {
  if (typeof throttleReset === 'number') {
    const waited = typeof throttleWaited === 'number' ? throttleWaited : 0;
    return Math.min(Math.max(0, throttleReset - waited), MAX_MS);
  }
  const [, amount, unit] = PHRASE.exec(words) ?? [];
  const unitMs = UNIT_MS[unit?.toLowerCase() ?? ''];
  return unitMs === undefined ? undefined : Math.min(Number(amount) * unitMs, MAX_MS);
}
