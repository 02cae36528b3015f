import { describe, expect, it } from 'vitest';
import { ADA, BOB } from './http.fixture.ts';
import { createImageSigner } from './image-signature.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 10, 24);
const image = { userId: ADA.id, messageId: 'm1-7', url: `https://a.test/p.png?q="'()&x=<ü>` };

/** What the address says after it was in HTML, or in CSS. */
const queryOf = (address: string) => Object.fromEntries(new URL(address, 'http://localhost').searchParams);
const signAt = (now: number) => createImageSigner('a secret', () => now).sign(image);
const readAt = (now: number, address: string, userId = ADA.id) =>
  createImageSigner('a secret', () => now).verify(userId, queryOf(address));

it('makes an address of ours that survives HTML and CSS and gives the picture’s back', () => {
  const address = signAt(MIDNIGHT);
  expect(address).toMatch(/^\/api\/image\?[A-Za-z0-9&=%+._*-]+$/);
  expect(readAt(MIDNIGHT, address)).toBe(image.url);
});

it('makes the same address all day, and another one tomorrow', () => {
  expect(signAt(MIDNIGHT + 23 * HOUR)).toBe(signAt(MIDNIGHT));
  expect(signAt(MIDNIGHT + DAY)).not.toBe(signAt(MIDNIGHT));
});

describe('an address that was made at noon', () => {
  it.each([
    { name: 'is good the next day', after: DAY, isGood: true },
    { name: 'is good after a week', after: 7 * DAY, isGood: true },
    { name: 'is not after eight days', after: 8 * DAY, isGood: false },
    { name: 'is not after a year', after: 365 * DAY, isGood: false },
  ])('$name', ({ after, isGood }) => {
    const noon = MIDNIGHT + 12 * HOUR;
    expect(readAt(noon + after, signAt(noon))).toBe(isGood ? image.url : null);
  });
});

it('is no use to anybody else, and nothing under another secret', () => {
  const address = signAt(MIDNIGHT);
  expect(readAt(MIDNIGHT, address, BOB.id)).toBeNull();
  expect(createImageSigner('another', () => MIDNIGHT).verify(ADA.id, queryOf(address))).toBeNull();
});

it('cannot be shifted from one field into the next', () => {
  const other = createImageSigner('a secret', () => MIDNIGHT);
  const query = queryOf(other.sign({ userId: ADA.id, messageId: 'm1-7', url: 'x' }));
  expect(other.verify(ADA.id, { ...query, m: 'm1-7x', u: '' })).toBeNull();
});
