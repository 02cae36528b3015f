import { describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { type Address, assertSendable, formatAddress, formatAddresses, parseAddresses } from './addresses.ts';

describe('parseAddresses', () => {
  it.each<[string, Address[]]>([
    ['a@b.c', [{ email: 'a@b.c' }]],
    ['Jane <Jane@EXAMPLE.org>', [{ name: 'Jane', email: 'Jane@example.org' }]],
    ['"Doe, Jane" <j@x.y>, k@x.y', [{ name: 'Doe, Jane', email: 'j@x.y' }, { email: 'k@x.y' }]],
    ['Doe, Jane <j@x.y>', [{ name: 'Doe, Jane', email: 'j@x.y' }]],
    ['j@x.y (Jane)', [{ name: 'Jane', email: 'j@x.y' }]],
    ['=?utf-8?q?J=C3=B6rg=2C_x?= <j@x.y>', [{ name: 'Jörg, x', email: 'j@x.y' }]],
    ['"=?utf-8?q?J=C3=B6rg?=" <j@x.y>', [{ name: 'Jörg', email: 'j@x.y' }]],
    ['"Jane \\"JD\\" Doe" <j@x.y>', [{ name: 'Jane "JD" Doe', email: 'j@x.y' }]],
    ['undisclosed-recipients:;', []],
    ['Team: a@b.c, Bob <b@b.c>; , c@d.e', [{ email: 'a@b.c' }, { name: 'Bob', email: 'b@b.c' }, { email: 'c@d.e' }]],
    ['a@b.c; d@e.f', [{ email: 'a@b.c' }, { email: 'd@e.f' }]],
    ['<@relay,@other:user@host.org>', [{ email: 'user@host.org' }]],
    ['Broken <x@y.z', [{ name: 'Broken', email: 'x@y.z' }]],
    ['Broken <x@y.z, ok@y.z', [{ name: 'Broken', email: 'x@y.z' }, { email: 'ok@y.z' }]],
    ['Jane jane@x.y', [{ name: 'Jane', email: 'jane@x.y' }]],
    ['jane@x.y <jane@x.y>', [{ email: 'jane@x.y' }]],
    ["'jane@x.y' <jane@x.y>", [{ email: 'jane@x.y' }]],
    ['MAILER-DAEMON <>', [{ name: 'MAILER-DAEMON', email: '' }]],
    ['"a b"@x.y', [{ email: '"a b"@x.y' }]],
    ['"Jane <j@x.y>', [{ name: 'Jane', email: 'j@x.y' }]],
    ['Whoever', [{ name: 'Whoever', email: '' }]],
    ['mailto:a@b.c', [{ email: 'a@b.c' }]],
    ['<mailto:a@b.c>', [{ email: 'a@b.c' }]],
    ['a @ b . c', [{ email: 'a@b.c' }]],
    [',,;', []],
    ['', []],
  ])('reads %j', (value, expected) => {
    expect(parseAddresses(value)).toEqual(expected);
  });

  it('keeps to ten thousand addresses', () => {
    expect(parseAddresses('a@b.c, '.repeat(30_000)).length).toBe(10_000);
  });

  it.each([
    ['quotes', '"\\"'.repeat(60_000)],
    ['comments', '('.repeat(200_000)],
    ['brackets', '<'.repeat(200_000)],
    ['quoted brackets', '<"'.repeat(100_000)],
    ['at signs', '@'.repeat(200_000)],
    ['spaces', `a${' '.repeat(200_000)}b`],
    ['encoded-word starts', '=?a?q?'.repeat(40_000)],
  ])('comes to an end with endless %s, in at most one address', (_, value) => {
    expect(parseAddresses(value).length).toBeLessThanOrEqual(1);
  });
});

describe('formatAddress', () => {
  it.each<[Address, string]>([
    [{ email: 'a@b.c' }, 'a@b.c'],
    [{ name: 'Jane Doe', email: 'j@x.y' }, 'Jane Doe <j@x.y>'],
    [{ name: 'Doe, Jane "JD"', email: 'j@x.y' }, '"Doe, Jane \\"JD\\"" <j@x.y>'],
  ])('writes %j', (address, text) => {
    expect(formatAddress(address)).toBe(text);
    expect(parseAddresses(text)).toEqual([address]);
  });

  it('writes a list', () => {
    expect(formatAddresses([{ email: 'a@b.c' }, { name: 'B', email: 'b@c.d' }])).toBe('a@b.c, B <b@c.d>');
  });
});

describe('assertSendable', () => {
  it.each([
    'jane@example.org',
    "o'neil+tag@mail.example.co.uk",
    'user@localhost',
    'jürgen@bücher.example',
    'a@[192.0.2.1]',
  ])('lets %j pass', (email) => {
    expect(() => assertSendable({ email })).not.toThrow();
  });

  it.each<Address>([
    { email: '' },
    { email: 'nobody' },
    { email: 'a@b@c.d' },
    { email: '=?utf-8?q?a?=@b.c' },
    { email: 'a\u200b@b.c' },
    { name: 'x'.repeat(301), email: 'a@b.c' },
    { email: '"a@b"@c.d' },
    { email: '"xclow3n@gmail.com x"@internal.domain' },
    { email: 'a@b.c\r\nRCPT TO:<x@y.z>' },
    { email: 'a@b.c\nBcc: x@y.z' },
    { email: 'a\0@b.c' },
    { email: 'a@b.c,d@e.f' },
    { email: 'Group:a@b.c;' },
    { email: 'a(comment)@b.c' },
    { email: '<a@b.c>' },
    { email: 'a b@c.d' },
    { email: 'a@-b.c' },
    { email: 'a@b..c' },
    // no ASCII form (IDNA): it would go over the wire as it is
    { email: 'a@ä.123' },
    { email: 'a@xn--ä.example' },
    { email: `${'a'.repeat(65)}@b.c` },
    { name: 'Evil\r\nBcc: x@y.z', email: 'a@b.c' },
    { name: 'Evil\u2028x', email: 'a@b.c' },
  ])('refuses %j', (address) => {
    expect(() => assertSendable(address)).toThrow(MailError);
  });
});
