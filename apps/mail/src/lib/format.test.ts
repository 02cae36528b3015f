import { describe, expect, it } from 'vitest';
import { formatListTime, formatRoughly, formatSize, initialsOf, shortNameOf } from './format.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9940, '9.9 kB'],
    [25_400, '25 kB'],
    [999_600, '1.0 MB'],
    [5_300_000_000, '5.3 GB'],
  ])('shows %i bytes as %s', (bytes, shown) => {
    expect(formatSize(bytes)).toBe(shown);
  });
});

describe('times in lists', () => {
  const now = new Date(2026, 10, 23, 12, 0);
  it.each([
    ['today as the hour', new Date(2026, 10, 23, 9, 5), '09:05'],
    ['this year as the day', new Date(2026, 2, 4), '4 Mar'],
    ['earlier as the date', new Date(2024, 11, 31), '31/12/24'],
  ])('shows %s', (_name, date, shown) => {
    expect(formatListTime(date.toISOString(), now)).toBe(shown);
  });

  it('shows nothing for what is no time', () => {
    expect(formatListTime('', now)).toBe('');
  });
});

it('rounds large counts down and leaves small ones exact', () => {
  expect([9999, 10_000, 41_999].map(formatRoughly)).toEqual(['9,999', '10k', '41k']);
});

it('takes initials from names, and one letter from bare addresses', () => {
  expect(
    [{ name: 'Ada Lovelace', email: 'a@x.org' }, { email: 'grace@x.org' }, { name: '"李 雷"', email: 'l@x.org' }].map(
      initialsOf,
    ),
  ).toEqual(['AL', 'G', '李雷']);
});

it('shortens names, but not those that are addresses or have a comma', () => {
  expect(
    [
      { name: 'Ada Lovelace', email: 'a@x.org' },
      { name: 'Lovelace, Ada', email: 'a@x.org' },
      { email: 'grace@x.org' },
    ].map(shortNameOf),
  ).toEqual(['Ada', 'Lovelace, Ada', 'grace']);
});
