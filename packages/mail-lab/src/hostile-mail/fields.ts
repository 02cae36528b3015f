/** Header fields: what stands around the text, and is shown as text in lists, headers, dialogs and titles. */
import { type Family, type Marks, marksOf } from './hostile-mail.ts';

const MARKUP = '"><img src=x onerror=RUN()><script>RUN()</script>';
const word = (text: string, { run }: Marks) =>
  `=?utf-8?B?${Buffer.from(text.replaceAll('RUN()', run)).toString('base64')}?=`;

/** A message from lines of its header; `text` may be given as the last, behind an empty line. */
function fromLines(lines: string): Buffer {
  const [head = '', body = 'Text'] = lines.split('\n\n', 2);
  const fields = head.split('\n');
  const has = (name: string) => fields.some((line) => line.toLowerCase().startsWith(`${name}:`));
  return Buffer.from(
    [
      ...fields,
      ...(has('from') ? [] : [`From: Mallory <mallory@${marksOf(0).host}>`]),
      ...(has('to') ? [] : ['To: ada@lab.test']),
      ...(has('subject') ? [] : ['Subject: Fields']),
      ...(has('content-type') ? [] : ['Content-Type: text/html']),
      '',
      body,
      '',
    ].join('\r\n'),
  );
}

const FIELDS: Family = {
  family: 'header fields',
  danger: 'is shown as text in lists, headers, dialogs, titles and notifications, and must stay text',
  build: (lines) => fromLines(lines),
  tricks: [
    ['a subject', `Subject: ${MARKUP}`],
    ['an encoded subject', (marks) => `Subject: ${word(MARKUP, marks)}`],
    [
      'a subject with line breaks',
      (marks) => `Subject: ${word('a\r\nBcc: b@c.d\r\n\r\n<script>RUN()</script>', marks)}`,
    ],
    ['a subject that is a template', 'Subject: {{7*7}} \u0024{RUN()} __proto__ constructor %s %n'],
    [
      'a subject of directions',
      (marks) => `Subject: ${word('\u202e\u2066>tpircs<\u2069<script>RUN()</script>', marks)}`,
    ],
    [
      'a subject of thousands of marks',
      (marks) => `Subject: ${word(`a${'\u0301'.repeat(3000)}<script>RUN()</script>`, marks)}`,
    ],
    ['a name', `From: "<script>RUN()</script>${MARKUP.slice(2)}" <a@HOST>`],
    ['an encoded name', (marks) => `From: ${word(MARKUP, marks)} <a@${marks.host}>`],
    ['an address that is markup', 'From: A <"<img/src=x/onerror=RUN()>"@HOST>'],
    ['a host that is markup', 'From: A <a@<script>RUN()</script>>'],
    ['a name that is an address', 'From: "ada@lab.test" <mallory@HOST>'],
    ['no sender', 'From: \nSender: <script>RUN()</script> <a@HOST>'],
    ['many senders', 'From: a@HOST, "<script>RUN()</script>" <b@HOST>\nFrom: c@HOST'],
    [
      'recipients',
      `To: "${MARKUP.replaceAll('"', "'")}" <a@HOST>, <script>RUN()</script>: b@HOST;\nCc: "<b onclick=RUN()>" <c@HOST>`,
    ],
    ['a reply-to', 'Reply-To: "<script>RUN()</script>" <a@HOST>, ada@lab.test'],
    ['a date', 'Date: <script>RUN()</script>'],
    [
      'a message id in a reference',
      'References: <<script>RUN()</script>@HOST> <"onclick="RUN()@HOST>\nIn-Reply-To: <<img src=x onerror=RUN()>@HOST>',
    ],
    [
      'a way out by script',
      'List-Unsubscribe: <javascript:RUN()>, <data:text/html,<script>RUN()</script>>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ],
    [
      'a way out with markup',
      'List-Unsubscribe: <https://HOST/"onclick="RUN()>, <mailto:a@HOST?body=<script>RUN()</script>>',
    ],
    ['a list', 'List-Id: <script>RUN()</script> <a.HOST>\nList-Post: <javascript:RUN()>'],
    [
      'results of checks',
      'Authentication-Results: <script>RUN()</script>; dmarc=<img/src=x/onerror=RUN()> header.from="><script>RUN()</script>',
    ],
    ['checks that passed somewhere else', 'Authentication-Results: mx.HOST; dmarc=pass; spf=pass; dkim=pass'],
    [
      'a face',
      'X-Face: <script>RUN()</script>\nFace: https://HOST/a.png\nX-Image-URL: https://HOST/b.png\nBIMI-Indicator: <svg onload=RUN()>',
    ],
    [
      'a receipt',
      'Disposition-Notification-To: "<script>RUN()</script>" <a@HOST>\nReturn-Receipt-To: a@HOST\nX-Confirm-Reading-To: a@HOST',
    ],
    ['a subject that is a command', 'Subject: A1 LOGOUT {5+} * BYE "\\" () %00'],
    ['a very long name', ({ run, host }) => `From: "${'a<b '.repeat(5000)}<script>${run}</script>" <a@${host}>`],
    ['a type that is markup', 'Content-Type: text/<script>RUN()</script>; charset="<b>"\n\n<img src=x onerror=RUN()>'],
    ['an encoding that is markup', 'Content-Transfer-Encoding: <script>RUN()</script>\n\n<img src=x onerror=RUN()>'],
    [
      'a refresh in the header',
      'Refresh: 0;url=https://HOST/a\nLink: <https://HOST/b.css>;rel=stylesheet\nContent-Base: https://HOST/\nContent-Location: https://HOST/c\n\n<img src="d.png">',
    ],
  ],
};

export const fields: readonly Family[] = [FIELDS];
