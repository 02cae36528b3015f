/** Which input carries text that nothing can keep. */
import { describe, expect, it } from 'vitest';
import { requirePlainText } from './plain-text.ts';

const nested = (depth: number): unknown => (depth === 0 ? 'x' : [nested(depth - 1)]);

describe('plain text', () => {
  it.each([undefined, null, 1, 'Grüße 👋 \r\n\t', { to: [{ name: 'Ada' }], at: new Date(0) }, nested(15)])(
    'is %j',
    (input) => {
      expect(() => requirePlainText(input)).not.toThrow();
    },
  );

  it.each([
    'a\0b',
    '\ud83d',
    'x\udc4b',
    { subject: '\0' },
    { headers: { 'X-A\0': 'b' } },
    { to: [{ name: '\ud800' }] },
    nested(30),
  ])('is not %j', (input) => {
    expect(() => requirePlainText(input)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
