import { describe, expect, it } from 'vitest';
import { outgoingDocument, outgoingFragment } from './outgoing.ts';

const LIST = 'margin: 0 0 0 24px; padding: 0';
const BAR = 'margin: 0 0 0 0.8ex; border-left: 2px solid #ccc; padding-left: 1ex';
const CELL = 'border: 1px solid #ccc; padding: 4px 8px; text-align: left; vertical-align: top';

describe('what was written', () => {
  it.each([
    [
      'plain words, as they are',
      '<p>Hello <b>wörld</b><br>and <i>all</i></p>',
      '<p>Hello <b>wörld</b><br>and <i>all</i></p>',
    ],
    ['an empty line, which stays one', '<p style="margin:0"></p>', '<p style="margin: 0"><br></p>'],
    [
      'lists, whose items are no paragraphs',
      '<ul><li><p>a</p><ol><li><p>b</p></li></ol></li></ul>',
      `<ul style="${LIST}"><li>a<ol style="${LIST}"><li>b</li></ol></li></ul>`,
    ],
    ['a quote with its bar', '<blockquote><p>q</p></blockquote>', `<blockquote style="${BAR}"><p>q</p></blockquote>`],
    [
      'a table of words, ruled',
      '<table><tbody><tr><td><p>a</p></td></tr></tbody></table>',
      `<table style="border-collapse: collapse"><tbody><tr><td style="${CELL}">a</td></tr></tbody></table>`,
    ],
    [
      'a table that somebody laid out, left alone',
      '<table width="100%" border="0"><tr><td>a</td></tr></table>',
      '<table width="100%" border="0"><tr><td>a</td></tr></table>',
    ],
    [
      'a picture with its size as attributes',
      '<img src="cid:p@x" alt="Plan" style="width:300px;height:20.5px">',
      '<img src="cid:p@x" alt="Plan" style="max-width: 100%; width: 300px; height: 20.5px" width="300" height="20">',
    ],
    [
      'links as links',
      '<a href="https://x.example/" class="l" target="_self" rel="x">x</a>',
      '<a href="https://x.example/">x</a>',
    ],
    [
      'right-to-left where it begins so',
      '<p>שלום Ada</p><p>Ada שלום</p><ul><li>مرحبا</li></ul>',
      '<p dir="rtl">שלום Ada</p><p>Ada שלום</p><ul dir="rtl" style="margin: 0 24px 0 0; padding: 0"><li dir="rtl">مرحبا</li></ul>',
    ],
    [
      'code, whose ground is seen in light and dark',
      '<pre><code>x</code></pre>',
      '<pre style="font-family: Consolas, Menlo, monospace; font-size: 13px; background-color: rgba(127, 127, 127, 0.15); padding: 8px 12px; white-space: pre-wrap"><code>x</code></pre>',
    ],
  ])('has %s', (_, html, expected) => {
    expect(outgoingFragment(html)).toBe(expected);
    expect(outgoingFragment(expected)).toBe(expected);
  });
});

describe('what a mail should not carry', () => {
  it.each([
    ['scripts and handlers', '<p onclick="x()">a<script>x()</script></p>', '<p>a</p>'],
    [
      'marks of editors',
      '<p id="a" class="MsoNormal" data-pm-slice="1 1" contenteditable="true" style="mso-margin-top-alt:auto; margin:0cm"><o:p>a</o:p></p>',
      '<p style="margin: 0cm">a</p>',
    ],
    [
      'the wrapping of pasted documents',
      '<b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span class="x">Hi</span></p></b>',
      '<p dir="ltr" style="line-height: 1.38">Hi</p>',
    ],
    ['conditional comments', '<!--[if gte mso 9]><xml>x</xml><![endif]-->a', 'a'],
    ['paths of files', '<img src="file:///C:/Users/ada/a.png" alt="a"><a href="file:///etc/passwd">f</a>', '<a>f</a>'],
    [
      'addresses of this server',
      '<img src="/api/image?u=1"><p style="background:url(/api/x)">a</p>',
      '<p style="background: none">a</p>',
    ],
    [
      'pictures that only count',
      '<img src="https://t.example/a" width="1" height="1"><img src="https://t.example/b" style="width:0px"><img src="https://t.example/c" style="display:none"><img src="https://x.example/d" width="1%">',
      '<img src="https://x.example/d" width="1%" alt style="max-width: 100%; height: auto">',
    ],
    [
      'forms and frames',
      '<form action="https://x.example"><input value="a">b</form><iframe src="https://x.example"></iframe>',
      'b',
    ],
  ])('loses %s', (_, html, expected) => {
    expect(outgoingFragment(html)).toBe(expected);
  });
});

describe('style sheets', () => {
  it.each([
    ['become styles of elements', '<style>p { color: red }</style><p>a</p>', '<p style="color: red">a</p>'],
    [
      'by the order of the cascade',
      '<style>.a { color: red } p { color: blue; margin: 0 } p.b { margin: 1px !important }</style><p class="a b" style="margin: 2px">x</p>',
      '<p style="margin: 0; color: red; margin: 2px; margin: 1px">x</p>',
    ],
    [
      'act on what they stand in',
      '<p>mine</p><div><style>p { color: red }</style><p>quoted</p></div>',
      '<p>mine</p><div><p style="color: red">quoted</p></div>',
    ],
    [
      'lose what depends on the reader, and what loads',
      '<style>@media (max-width: 9px) { p { color: red } } a:hover { color: red } p { background: url(/x); position: fixed } @import "x";</style><p>a</p>',
      '<p style="background: none">a</p>',
    ],
    ['that are none are gone', '<style>}}} p { </style><p>a</p>', '<p>a</p>'],
  ])('%s', (_, html, expected) => {
    expect(outgoingFragment(html)).toBe(expected);
  });

  it.each([
    [
      'many rules and many elements',
      `<style>${'a b c d { color: red }'.repeat(5000)}</style>${'<i>x</i>'.repeat(50_000)}`,
    ],
    [
      'deep nesting and long selectors',
      `<style>${'div div div div { color: red } '.repeat(400)}</style>${'<div>'.repeat(3000)}`,
    ],
    ['many pictures to drop', `${'<br>'.repeat(50_000)}${'<img width="1">'.repeat(50_000)}`],
  ])('come to an end with %s', { timeout: 60_000 }, (_, html) => {
    expect(outgoingFragment(html)).not.toContain('<style>');
  });
});

it('quoted mail keeps its look, without rules of ours', () => {
  const quote =
    '<div class="postroom-quote"><div>Bob wrote:</div><blockquote type="cite" style="margin: 0"><table><tr><td><ul><li><p>a</p></li></ul></td></tr></table></blockquote></div>';
  expect(outgoingFragment(`<p>mine</p>${quote}`)).toBe(`<p>mine</p>${quote.replace(' class="postroom-quote"', '')}`);
});

it('a whole message is in one font, and says its charset', () => {
  expect(outgoingDocument('<p>a</p>')).toBe(
    '<!doctype html><html><head><meta charset="utf-8"></head><body><div style="font-family: Arial, Helvetica, sans-serif; font-size: 14px; line-height: 1.5"><p>a</p></div></body></html>',
  );
});
