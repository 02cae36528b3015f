import { expect, test } from 'vitest';
import { median, percentile } from './statistics.ts';

test('a percentile is a value of the sample, whatever its order', () => {
  const sample = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];
  expect([0, 0.5, 0.95, 1].map((share) => percentile(sample, share))).toEqual([1, 5, 10, 10]);
});

test('an even sample has the lower of its two middles as median, and an empty one has none', () => {
  expect([median([4, 1, 3, 2]), median([7]), median([])]).toEqual([2, 7, Number.NaN]);
});
