import { expect, it } from 'vitest';
import { roomFor, transmittedSize } from './size-limit.ts';

it('a file grows by its lines of base64', () => {
  const growth = (size: number) => transmittedSize([{ size }]) - transmittedSize([{ size: 0 }]);
  expect([growth(1), growth(57), growth(58), growth(57_000_000)]).toEqual([78, 78, 156, 78_000_000]);
});

it.each([100_000, 25_000_000, 52_428_800])(
  'the largest file that is promised to fit %i octets fits, and one more line does not',
  (limit) => {
    const size = roomFor(limit);
    expect([transmittedSize([{ size }]) <= limit, transmittedSize([{ size: size + 1 }]) > limit]).toEqual([true, true]);
  },
);

it('where not even the text fits, there is room for nothing', () => {
  expect(roomFor(1_000)).toBe(0);
});
