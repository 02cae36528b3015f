import { expect, it } from 'vitest';
import { outgoingFragment } from './outgoing.ts';
import { outgoingText } from './outgoing-text.ts';

it.each([
  [
    'lines as they were typed, and the mark above the signature',
    '<p style="margin:0">Hi,</p><p style="margin:0"></p><p style="margin:0">one<br>two</p><p style="margin:0">-- <br>Ada</p>',
    'Hi,\n\none\ntwo\n-- \nAda',
  ],
  [
    'lines as a browser gives them',
    '<p style="margin: 0px">Hi,</p><p style="margin: 0px"><br></p><p style="margin: 0px; color: red">one</p><div><p style="margin: 0px">-- </p><p style="margin: 0px">Ada</p></div>',
    'Hi,\n\none\n-- \nAda',
  ],
  ['paragraphs apart', '<p>a</p><p>b<br></p><div>c</div>', 'a\n\nb\n\nc'],
  [
    'lists in lists',
    '<p>To do:</p><ul><li><p>a</p><ul><li>b</li></ul></li><li>c</li></ul><ol start="9"><li>d</li><li>e</li></ol>',
    'To do:\n\n- a\n  - b\n- c\n\n 9.  d\n 10. e',
  ],
  [
    'links with their address, where the words do not say it',
    '<p><a href="https://x.example/y">here</a>, <a href="https://www.x.example/">x.example</a>, <a href="mailto:a@b.c">a@b.c</a>, <a href="mailto:a@b.c">Ada</a></p>',
    'here <https://x.example/y>, x.example, a@b.c, Ada <a@b.c>',
  ],
  [
    'quotes with marks that stand together',
    '<div>Bob wrote:</div><blockquote type="cite"><p>one</p><p>two</p><blockquote type="cite">deep<br>er</blockquote></blockquote><p>mine</p>',
    'Bob wrote:\n\n> one\n>\n> two\n>\n>> deep\n>> er\n\nmine',
  ],
  [
    'rows of a table on a line each',
    '<table><tr><th>Day</th><th>Who</th></tr><tr><td><p>Monday</p></td><td>Ada</td></tr></table>',
    'Day | Who\nMonday | Ada',
  ],
  ['layout without rules', '<table width="9"><tr><td>a</td><td>b</td></tr></table>', 'a\nb'],
  ['code as it stands', '<pre>if x:\n    y</pre>', 'if x:\n    y'],
  ['headings as they are written', '<h2>Plans</h2><p>a</p>', 'Plans\n\na'],
  [
    'what a picture shows',
    '<p>See <img src="cid:p@x" alt="the plan"> <img src="cid:q@x" alt=""></p>',
    'See [the plan]',
  ],
  ['other scripts', '<p>会議の資料</p><p>שלום</p>', '会議の資料\n\nשלום'],
  ['nothing', '<p></p>', ''],
])('reads %s', (_, html, text) => {
  expect(outgoingText(outgoingFragment(html))).toBe(text);
});
