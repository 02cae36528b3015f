import { describe, expect, it } from 'vitest';
import { parseRange, resolveRange } from './byte-range.ts';

describe('a range of a file of 1000 octets', () => {
  it.each([
    { header: 'bytes=0-99', is: { start: 0, end: 99 } },
    { header: 'bytes=999-', is: { start: 999, end: 999 } },
    { header: 'bytes=0-', is: { start: 0, end: 999 } },
    { header: 'bytes=900-5000', is: { start: 900, end: 999 } },
    { header: 'bytes=-1', is: { start: 999, end: 999 } },
    { header: 'bytes=-5000', is: { start: 0, end: 999 } },
    { header: 'Bytes=1-1', is: { start: 1, end: 1 } },
    { header: 'bytes=1000-', is: null },
    { header: 'bytes=-0', is: null },
    { header: 'bytes=999999999999999-', is: null },
  ])('$header', ({ header, is }) => {
    const asked = parseRange(header);
    expect(asked && resolveRange(asked, 1000)).toEqual(is);
    expect(asked).not.toBeNull();
  });
});

describe('what is no single range and means the whole', () => {
  it.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,5-9',
    'lines=0-9',
    'bytes=a-b',
    'bytes=0x1-9',
    'bytes=1-99999999999999999999',
    'bytes 0-9',
  ])('%s', (header) => {
    expect(parseRange(header)).toBeNull();
  });
});

it('finds nothing in an empty file', () => {
  expect(resolveRange({ start: 0, end: 10 }, 0)).toBeNull();
  expect(resolveRange({ suffix: 10 }, 0)).toBeNull();
});
