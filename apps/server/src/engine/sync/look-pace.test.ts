import { expect, it } from 'vitest';
import { lookAfterMs } from './look-pace.ts';

it.each([
  { isAttended: true, isPushed: false, seconds: 15 },
  { isAttended: true, isPushed: true, seconds: 30 },
  { isAttended: false, isPushed: false, seconds: 45 },
  { isAttended: false, isPushed: true, seconds: 300 },
])('attended: $isAttended, pushed: $isPushed → a look every $seconds s', ({ seconds, ...account }) => {
  expect(lookAfterMs(account)).toBe(seconds * 1000);
});
