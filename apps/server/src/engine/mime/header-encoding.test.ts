import { describe, expect, it } from 'vitest';
import { addressField, textField, wireAddress } from './header-encoding.ts';

describe('a field of text', () => {
  it.each([
    ['plain words as they are', 'Plans for May', 'Subject: Plans for May\r\n'],
    ['nothing', '', 'Subject:\r\n'],
    ['other scripts in words of whole characters', 'Größe', 'Subject: =?UTF-8?B?R3LDtsOfZQ==?=\r\n'],
    [
      'what looks encoded, so that it is read as it was typed',
      '=?utf-8?Q?a?=',
      'Subject: =?UTF-8?B?PT91dGYtOD9RP2E/PQ==?=\r\n',
    ],
    [
      'long text in folded lines',
      `${'word '.repeat(20)}end`,
      `Subject: ${'word '.repeat(13).trim()}\r\n ${'word '.repeat(7)}end\r\n`,
    ],
    [
      'emoji that are joined, cut between code points alone',
      '👩‍👩‍👧‍👦👩‍👩‍👧‍👦',
      'Subject: =?UTF-8?B?8J+RqeKAjfCfkanigI3wn5Gn4oCN8J+RpvCfkanigI3wn5Gp4oCN?=\r\n =?UTF-8?B?8J+Rp+KAjfCfkaY=?=\r\n',
    ],
  ])('has %s', (_, value, field) => {
    expect(textField('Subject', value)).toBe(field);
  });

  it('has no line that is longer than a line may be', () => {
    const lines = textField('Subject', `${'x'.repeat(2000)} ${'長'.repeat(2000)}`, 66).split('\r\n');
    expect(lines.filter((line) => line.length > 78)).toEqual([]);
  });
});

it.each([
  ['a name of atoms', [{ name: 'Ada Lund', email: 'ada@lab.test' }], 'To: Ada Lund <ada@lab.test>\r\n'],
  ['no name', [{ email: 'ada@lab.test' }], 'To: ada@lab.test\r\n'],
  ['a name to quote', [{ name: 'Lund, "A"', email: 'ada@lab.test' }], 'To: "Lund, \\"A\\"" <ada@lab.test>\r\n'],
  ['a name to encode', [{ name: '会議', email: 'ada@lab.test' }], 'To: =?UTF-8?B?5Lya6K2w?= <ada@lab.test>\r\n'],
  [
    'a domain to encode, after ASCII',
    [{ email: 'info@bücher.example' }, { email: 'b@lab.test' }],
    'To: info@xn--bcher-kva.example, b@lab.test\r\n',
  ],
  ['an address that needs SMTPUTF8, as it is', [{ email: 'änne@bücher.example' }], 'To: änne@bücher.example\r\n'],
])('writes addresses with %s', (_, addresses, field) => {
  expect(addressField('To', addresses)).toBe(field);
});

it.each([
  ['ada@lab.test', 'ada@lab.test'],
  ['info@Bücher.example', 'info@xn--bcher-kva.example'],
  ['info@例え.テスト', 'info@xn--r8jz45g.xn--zckzah'],
  ['änne@bücher.example', 'änne@bücher.example'],
])('puts %s on the wire as %s', (email, wire) => {
  expect(wireAddress(email)).toBe(wire);
});
