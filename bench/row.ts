/** One line of the result. */
import { median, percentile } from './statistics.ts';

/** What a number is. `ratio` has none; `%` is of one core. */
export type Unit = 'ms' | 'MB' | 'kB' | 'MB/s' | 'messages/s' | 'ratio' | '%';

export interface Row {
  /** Stable over versions: what two runs are compared by. */
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  readonly samples: number;
  readonly median: number;
  /** The worse end: for times the 95th percentile, for rates the 5th. */
  readonly p95: number;
  readonly targets?: readonly Target[];
}

/** What the number of that kind must not be above, or below. */
export type Target =
  | { readonly of: 'median' | 'p95'; readonly atMost: number }
  | { readonly of: 'median'; readonly atLeast: number };

const RATES: ReadonlySet<Unit> = new Set(['messages/s', 'MB/s']);

/** A row from its measurements. */
export function row(what: Omit<Row, 'samples' | 'median' | 'p95'>, sample: readonly number[]): Row {
  const worse = RATES.has(what.unit) ? 0.05 : 0.95;
  return { ...what, samples: sample.length, median: median(sample), p95: percentile(sample, worse) };
}

export function isMet(numbers: Pick<Row, 'median' | 'p95'>, target: Target): boolean {
  return 'atMost' in target ? numbers[target.of] <= target.atMost : numbers[target.of] >= target.atLeast;
}
