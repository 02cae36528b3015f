import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passesFor, siteOf, skeleton, unicodeHost } from './host-names.ts';
import { linkWarning } from './link-warning.ts';

describe('unicodeHost', () => {
  it.each([
    ['xn--mnchen-3ya.example', 'münchen.example'],
    ['xn--fsqu00a.xn--0zwm56d', '例子.测试'],
    ['plain.example', 'plain.example'],
    ['xn--.example', '.example'],
    ['xn--a-!.example', 'xn--a-!.example'],
    [`xn--${'9'.repeat(60)}.example`, `xn--${'9'.repeat(60)}.example`],
  ])('reads %s as %s', (host, shown) => {
    expect(unicodeHost(host)).toBe(shown);
  });

  it('decodes what others encode', () => {
    const letter = fc.constantFrom(...'aäöüßñçéабвгд例子测试日本語한국어ελλ');
    fc.assert(
      fc.property(fc.array(letter, { minLength: 1, maxLength: 15 }), (letters) => {
        const ascii = domainToASCII(`${letters.join('')}.example`);
        if (ascii !== '') expect(unicodeHost(ascii)).toBe(domainToUnicode(ascii));
      }),
    );
  });
});

describe('passesFor', () => {
  it.each([
    ['раураl.com', 'paypal.com'],
    ['xn--80ak6aa92e.com', 'apple.com'],
    ['bücher.example', undefined],
    ['例子.example', undefined],
    ['почта.example', undefined],
    ['paypal.com', undefined],
  ])('%s → %s', (host, plain) => {
    expect(passesFor(host)).toBe(plain);
  });
});

it.each([
  ['a.b.example.org', 'example.org'],
  ['shop.example.co.uk', 'example.co.uk'],
  ['EXAMPLE.com', 'example.com'],
  ['192.0.2.1', '192.0.2.1'],
])('the site of %s is %s', (host, site) => {
  expect(siteOf(host)).toBe(site);
});

it.each([
  ['rnicrosoft.com', 'microsoft.com'],
  ['paypa1.com', 'paypal.com'],
  ['g00gle.com', 'google.com'],
])('%s has the skeleton of %s', (one, other) => {
  expect(skeleton(one)).toBe(skeleton(other));
});

describe('linkWarning', () => {
  it.each([
    ['https://bank.example/login', 'https://evil.example.net/', 'other-site'],
    ['bank.example', 'https://bank.example.evil.test/', 'other-site'],
    ['www.bank.example', 'https://evil.test/', 'other-site'],
    [' <https://bank.example/>', 'https://evil.test/', 'other-site'],
    ['https://bank.example@evil.test/', 'https://other.test/', 'other-site'],
    ['Click here', 'https://xn--80ak6aa92e.com/', 'look-alike'],
    ['Click here', 'https://xn--mnchen-3ya.example/', 'foreign-script'],
    ['Click here', 'http://192.0.2.1/login', 'number'],
    ['bank.example', 'https://www.bank.example/a', undefined],
    ['https://bank.example', 'https://login.bank.example/', undefined],
    ['Click here', 'https://bank.example/', undefined],
    ['Dr. Smith', 'https://bank.example/', undefined],
    ['report.pdf', 'https://files.example/report.pdf', undefined],
    ['münchen.example', 'https://xn--mnchen-3ya.example/', 'foreign-script'],
    ['a@bank.example', 'mailto:a@evil.test', undefined],
  ])('%s to %s: %s', (text, href, kind) => {
    expect(linkWarning(text, href)?.kind).toBe(kind);
  });
});
