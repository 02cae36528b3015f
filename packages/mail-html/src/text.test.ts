import { describe, expect, it } from 'vitest';
import { forwardHtml, quoteHtml, quoteText } from './quote.ts';
import { textToHtml, toPlainText } from './text.ts';

const inner = (text: string) => textToHtml(text).replace(/^<div[^>]*>|<\/div>$/g, '');
const link = (href: string, label: string) =>
  `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;

describe('textToHtml', () => {
  it.each([
    ['plain & <b>not bold</b>\n  indented', 'plain &amp; &lt;b&gt;not bold&lt;/b&gt;\n  indented'],
    [
      'see https://x.example/a?b=1&c=2.',
      `see ${link('https://x.example/a?b=1&amp;c=2', 'https://x.example/a?b=1&amp;c=2')}.`,
    ],
    ['(www.x.example)', `(${link('https://www.x.example', 'www.x.example')})`],
    ['<http://x.example/(a)>', `&lt;${link('http://x.example/(a)', 'http://x.example/(a)')}&gt;`],
    ['mail a.b@x.example!', `mail ${link('mailto:a.b@x.example', 'a.b@x.example')}!`],
    ['javascript://x.example/%0aalert(1)', 'javascript://x.example/%0aalert(1)'],
    [
      'https://x.example/"onmouseover="alert(1)',
      `${link('https://x.example/', 'https://x.example/')}&quot;onmouseover=&quot;alert(1)`,
    ],
    ["https://x.example/'><script>", `${link('https://x.example/', 'https://x.example/')}&#39;&gt;&lt;script&gt;`],
    ['http:// and @ and www.', 'http:// and @ and www.'],
  ])('makes %j safe', (text, html) => {
    expect(inner(text)).toBe(html);
  });

  it.each([
    ['one endless word', 'a'.repeat(500_000)],
    ['at signs', 'a@'.repeat(200_000)],
    ['dots', `x@${'a.'.repeat(200_000)}`],
    ['link starts', 'http://'.repeat(50_000)],
    ['brackets', `http://x/${')'.repeat(100_000)}`],
    ['words with at signs', `${'a'.repeat(1990)}@ `.repeat(500)],
  ])('comes to an end with %s', (_, text) => {
    expect(textToHtml(text).length).toBeGreaterThanOrEqual(text.length);
  });
});

describe('toPlainText', () => {
  it.each([
    ['<h1>Title</h1><p>a<br>b</p>', 'Title\n\na\nb'],
    [
      '<p>see <a href="https://x.example/y">here</a> and <a href="https://x.example">https://x.example</a></p>',
      'see here <https://x.example/y> and https://x.example',
    ],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>', 'a b\nc d'],
    ['<style>p{}</style><script>x</script><img src="x" alt="pic"><p>a</p>', 'a'],
    ['<blockquote>q</blockquote>', '> q'],
    ['', ''],
  ])('reads %j', (html, text) => {
    expect(toPlainText(html).replace(/ +$/gm, '')).toBe(text);
  });
});

describe('quoting', () => {
  it('cleans what it quotes, style sheets included', () => {
    const html = quoteHtml('<style>body{display:none}</style><p onclick="x">hi</p><script>x</script>', {
      attribution: 'Jane <j@x> wrote:',
    });
    expect(html).toBe(
      '<div class="postroom-quote"><div>Jane &lt;j@x&gt; wrote:</div><blockquote type="cite" style="margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex"><p>hi</p></blockquote></div>',
    );
  });

  it('adds one mark a line to text', () => {
    expect(quoteText('a\n\n> b\r\n', { attribution: 'Jane wrote:' })).toBe('Jane wrote:\n> a\n>\n>> b');
  });

  it('escapes the fields above a forward', () => {
    expect(forwardHtml('<p>x</p>', { from: 'A <a@b>', date: 'now', subject: '<script>', to: 'b@c' })).toBe(
      '<div class="postroom-forward"><div>---------- Forwarded message ----------<br><b>From:</b> A &lt;a@b&gt;<br><b>Date:</b> now<br><b>Subject:</b> &lt;script&gt;<br><b>To:</b> b@c<br></div><br><p>x</p></div>',
    );
  });
});
