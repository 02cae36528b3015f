/** One line of the result. */
import { median, percentile } from './statistics.ts';

/** What a number is. `ratio` has none. */
export type Unit = 'ms' | 'MB' | 'messages/s' | 'ratio';

export interface Row {
  /** Stable over versions: what two runs are compared by. */
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  readonly samples: number;
  readonly median: number;
  /** The worse end: for times the 95th percentile, for rates the 5th. */
  readonly p95: number;
  readonly target?: Target;
}

/** What the number of that kind must not be above, or below. */
export type Target =
  | { readonly of: 'median' | 'p95'; readonly atMost: number }
  | { readonly of: 'median'; readonly atLeast: number };

/** A row from its measurements. */
export function row(what: Omit<Row, 'samples' | 'median' | 'p95'>, sample: readonly number[]): Row {
  const worse = what.unit === 'messages/s' ? 0.05 : 0.95;
  return { ...what, samples: sample.length, median: median(sample), p95: percentile(sample, worse) };
}

/** Null where nothing was promised. */
export function isMet({ target, ...numbers }: Row): boolean | null {
  if (!target) return null;
  return 'atMost' in target ? numbers[target.of] <= target.atMost : numbers[target.of] >= target.atLeast;
}
