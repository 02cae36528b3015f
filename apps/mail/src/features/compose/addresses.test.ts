import { describe, expect, it } from 'vitest';
import { isAddress, parseAddresses, withAddresses } from './addresses.ts';

describe('reading typed and pasted addresses', () => {
  it.each([
    ['a bare address', 'ada@example.org', [{ email: 'ada@example.org' }]],
    ['a name and an address', 'Ada Lovelace <ada@example.org>', [{ name: 'Ada Lovelace', email: 'ada@example.org' }]],
    [
      'a quoted name with a comma',
      '"Lovelace, Ada" <ada@example.org>',
      [{ name: 'Lovelace, Ada', email: 'ada@example.org' }],
    ],
    [
      'a list by commas and semicolons',
      'a@example.org, b@example.org; c@example.org',
      [{ email: 'a@example.org' }, { email: 'b@example.org' }, { email: 'c@example.org' }],
    ],
    ['a list by spaces', 'a@example.org b@example.org', [{ email: 'a@example.org' }, { email: 'b@example.org' }]],
    ['nonsense, kept to be shown', 'not an address', [{ email: 'not an address' }]],
    ['nothing', ' , ;', []],
  ])('%s', (_name, text, addresses) => {
    expect(parseAddresses(text)).toEqual(addresses);
  });
});

it.each([
  ['ada@example.org', true],
  ['ada+tag@mail.example.co.uk', true],
  ['änne@bücher.example', true],
  ['ada@localhost', false],
  ['ada@', false],
  ['@example.org', false],
  ['a b@example.org', false],
  ['ada@example..org', false],
])('judges %s: %s', (email, valid) => {
  expect(isAddress(email)).toBe(valid);
});

it('adds each address once, whatever its case', () => {
  expect(
    withAddresses([{ email: 'Ada@example.org' }], [{ email: 'ada@example.org' }, { email: 'b@example.org' }]),
  ).toEqual([{ email: 'Ada@example.org' }, { email: 'b@example.org' }]);
});
