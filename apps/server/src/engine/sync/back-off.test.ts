import { describe, expect, test } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { createBackOff } from './back-off.ts';

const lost = new MailError({ code: 'SERVER_UNAVAILABLE', message: 'gone' });
const waits = (count: number, random: () => number) => {
  const backOff = createBackOff(random);
  return Array.from({ length: count }, () => backOff.failed(lost));
};

describe('the back-off', () => {
  test('doubles its bound from two seconds to five minutes and stays there', () => {
    expect(waits(11, () => 1)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1000));
    expect(waits(100, () => 1).at(-1)).toBe(300_000);
  });

  test('throws the dice over the whole of it, so that a thousand accounts do not come back at once', () => {
    expect(waits(4, () => 0.5)).toEqual([1000, 2000, 4000, 8000]);
    expect(waits(4, () => 0)).toEqual([500, 500, 500, 500]);
  });

  test('begins anew only when something worked', () => {
    const backOff = createBackOff(() => 1);
    for (let times = 0; times < 5; times += 1) backOff.failed(lost);
    expect(backOff.failed(lost)).toBe(64_000);
    backOff.worked();
    expect(backOff.failed(lost)).toBe(2000);
  });

  test('waits exactly as long as the server asks, however often it failed', () => {
    const backOff = createBackOff(() => 1);
    const throttled = new MailError({ code: 'THROTTLED', message: 'slower', retryAfterMs: 92_415 });
    expect([backOff.failed(throttled), backOff.failed(throttled)]).toEqual([92_415, 92_415]);
  });

  test('does not hurry where waiting mends nothing', () => {
    const refused = new MailError({ code: 'AUTHENTICATION_FAILED', message: 'no' });
    expect(createBackOff(() => 0).failed(refused)).toBe(300_000);
  });

  test('asks again within three seconds while no server answers', () => {
    const unreachable = new MailError({ code: 'CONNECTION_REFUSED', message: 'nobody there', retryable: true });
    const backOff = createBackOff(() => 1);
    expect(Array.from({ length: 4 }, () => backOff.failed(unreachable))).toEqual([2000, 3000, 3000, 3000]);
  });

  test('goes on soon where a mailbox went away in the middle of a look', () => {
    const missing = new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'no such folder' });
    expect(createBackOff(() => 1).failed(missing)).toBe(2000);
  });
});
