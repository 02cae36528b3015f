import { describe, expect, it } from 'vitest';
import { decodePart } from './body.ts';
import { decodeAttachment, parseMessage, partBytes } from './parse.ts';
import { splitParts } from './parts.ts';

const eml = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

const NESTED = eml(
  'From: Jane <jane@example.org>',
  'To: bob@example.org',
  'Subject: =?utf-8?q?Caf=C3=A9?=',
  'Date: Tue, 1 Jul 2025 10:00:00 +0000',
  'Message-ID: <one@example.org>',
  'In-Reply-To: Message from bob <zero@example.org>',
  'References: <zero@example.org><minus@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=outer',
  '',
  'preamble',
  '--outer',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'plain',
  '--inner',
  'Content-Type: multipart/related; boundary=rel',
  '',
  '--rel',
  'Content-Type: text/html',
  '',
  '<p>rich <img src="cid:pic@x"></p>',
  '--rel',
  'Content-Type: image/png',
  'Content-ID: <pic@x>',
  'Content-Transfer-Encoding: base64',
  '',
  'aGVsbG8=',
  '--rel--',
  '--inner--',
  '--outer',
  'Content-Type: application/pdf; name="../../etc/passwd"',
  "Content-Disposition: attachment; filename*=utf-8''..%2F..%2F%E2%80%AEfdp.exe",
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERg==',
  '--outer',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  '',
  'inner body',
  '--outer--',
  'epilogue',
  '',
);

describe('parseMessage', () => {
  it('numbers parts as IMAP does and tells body, pictures and files apart', () => {
    const message = parseMessage(NESTED);
    expect({
      ...message,
      headers: undefined,
      structure: undefined,
      attachments: message.attachments.map(({ content, ...rest }) => ({ ...rest, content: content.toString() })),
    }).toEqual({
      headers: undefined,
      structure: undefined,
      messageId: '<one@example.org>',
      inReplyTo: ['<zero@example.org>'],
      references: ['<zero@example.org>', '<minus@example.org>'],
      from: [{ name: 'Jane', email: 'jane@example.org' }],
      sender: undefined,
      to: [{ email: 'bob@example.org' }],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: 'Café',
      date: new Date('2025-07-01T10:00:00Z'),
      received: null,
      text: 'plain',
      html: '<p>rich <img src="cid:pic@x"></p>',
      attachments: [
        {
          part: '1.2.2',
          filename: 'image.png',
          mimeType: 'image/png',
          size: 5,
          encoding: 'base64',
          contentId: 'pic@x',
          inline: true,
          content: 'hello',
        },
        {
          part: '2',
          filename: 'fdp.exe',
          warning: 'disguised',
          mimeType: 'application/pdf',
          size: 4,
          encoding: 'base64',
          inline: false,
          content: '%PDF',
        },
        {
          part: '3',
          filename: 'forwarded.eml',
          mimeType: 'message/rfc822',
          size: 28,
          encoding: '7bit',
          inline: false,
          content: 'Subject: inner\r\n\r\ninner body',
        },
      ],
      listUnsubscribe: undefined,
      listUnsubscribePost: undefined,
      listId: undefined,
      authentication: undefined,
      warnings: [],
    });
    expect(splitParts(NESTED).leaves.map(({ part, type }) => `${part} ${type}`)).toEqual([
      '1.1 text/plain',
      '1.2.1 text/html',
      '1.2.2 image/png',
      '2 application/pdf',
      '3 message/rfc822',
    ]);
  });

  it('decodes one file by its part number, and nothing by one that is not there', () => {
    expect(decodeAttachment(NESTED, '2')?.content.toString()).toBe('%PDF');
    expect(decodeAttachment(NESTED, '9')).toBeUndefined();
    expect(Buffer.from(partBytes(NESTED, '1.2.2') ?? []).toString()).toBe('aGVsbG8=');
  });

  const text = (headers: string[], body: Buffer | string) =>
    parseMessage(Buffer.concat([eml(...headers, '', ''), Buffer.from(body)]));
  it.each([
    {
      name: 'an invalid Date as none',
      message: text(['Date: yesterday'], 'x'),
      expected: { date: null, warnings: ['invalid-date'] },
    },
    {
      name: 'two From fields by the first',
      message: text(['From: a@b.c', 'From: d@e.f'], 'x'),
      expected: { from: [{ email: 'a@b.c' }], warnings: ['duplicate-from'] },
    },
    { name: 'a body that is nothing', message: text([], ''), expected: { text: '', html: '', attachments: [] } },
    { name: 'Content-Type: text', message: text(['Content-Type: text'], 'x'), expected: { text: 'x' } },
    {
      name: 'HTML alone',
      message: text(['Content-Type: text/html'], '<b>x</b>'),
      expected: { text: '', html: '<b>x</b>' },
    },
    {
      name: 'format=flowed with quotes',
      message: text(['Content-Type: text/plain; format=flowed; delsp=yes'], '> quo \r\n> ted\r\nown \r\ntext'),
      expected: { text: '> quoted\nowntext' },
    },
    {
      name: 'a wrong boundary',
      message: text(
        ['Content-Type: multipart/mixed; boundary=wrong'],
        '--right\r\nContent-Type: text/plain\r\n\r\nhello\r\n--right--',
      ),
      expected: { text: 'hello', warnings: ['wrong-boundary'] },
    },
    {
      name: 'a boundary that is nowhere',
      message: text(['Content-Type: multipart/mixed; boundary=wrong'], 'just text'),
      expected: { text: 'just text', warnings: ['multipart-without-parts'] },
    },
    {
      name: 'base64 with a plain footer',
      message: text(
        ['Content-Transfer-Encoding: base64'],
        `${Buffer.from('hello list').toString('base64')}\r\n_______________\r\nlist mailing list\r\n`,
      ),
      expected: { text: 'hello list\n_______________\nlist mailing list\n' },
    },
    { name: 'NUL bytes as nothing', message: text(['Subject: a\0b'], 'x\0y'), expected: { subject: 'ab', text: 'xy' } },
    {
      name: 'a uuencoded file in the text',
      message: text([], 'see\r\nbegin 644 a/b.txt\r\n#0V%T\r\n`\r\nend\r\nbye'),
      expected: { text: 'see\nbye' },
    },
    {
      name: 'a calendar beside text',
      message: text(
        ['Content-Type: multipart/alternative; boundary=a'],
        '--a\r\n\r\nhi\r\n--a\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n--a--',
      ),
      expected: { text: 'hi', html: '' },
    },
    {
      name: 'a list footer in its own part',
      message: text(
        ['Content-Type: multipart/mixed; boundary=a'],
        '--a\r\nContent-Type: text/plain\r\n\r\nhi\r\n--a\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--a--',
      ),
      expected: { text: 'hi\nfooter', attachments: [] },
    },
    {
      name: 'the topmost Received',
      message: text(
        ['Received: by x; Tue, 1 Jul 2025 10:00:00 +0000', 'Received: by y; Mon, 30 Jun 2025 10:00:00 +0000'],
        'x',
      ),
      expected: { received: new Date('2025-07-01T10:00:00Z') },
    },
  ])('reads $name', ({ message, expected }) => {
    expect(message).toMatchObject(expected);
  });

  it('gives uuencoded and calendar files names and ids', () => {
    const uu = text([], 'begin 644 a/b.txt\r\n#0V%T\r\n`\r\nend\r\n').attachments;
    expect(uu.map(({ part, filename, content }) => [part, filename, content.toString()])).toEqual([
      ['1:uu1', 'b.txt', 'Cat'],
    ]);
    expect(
      text(['Content-Type: text/calendar'], 'x').attachments.map(({ part, filename }) => [part, filename]),
    ).toEqual([['1', 'invite.ics']]);
  });

  it('reads a message beyond the size limit as its header', () => {
    const message = parseMessage(NESTED, { limits: { maxBytes: 100 } });
    expect([
      message.subject,
      message.text,
      message.attachments,
      message.warnings.includes('message-too-large'),
    ]).toEqual(['Café', '', [], true]);
  });

  it.each([
    {
      name: '10,000 nested multiparts',
      bytes: () =>
        Buffer.from(
          Array.from(
            { length: 10_000 },
            (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
          ).join(''),
        ),
      warning: 'too-deep',
    },
    {
      name: '100,000 parts',
      bytes: () =>
        Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--`),
      warning: 'too-many-parts',
    },
    {
      name: 'a header of 8 MiB',
      bytes: () => Buffer.from(`X: ${'a'.repeat(8 << 20)}\r\n\r\nx`),
      warning: 'header-block-too-large',
    },
    {
      name: 'a 20 MiB line of encoded-word starts',
      bytes: () => Buffer.from(`Subject: ${'=?a?q?'.repeat(4 << 20)}\r\n\r\nx`),
      warning: 'header-block-too-large',
    },
  ])('comes to an end with $name', ({ bytes, warning }) => {
    expect(parseMessage(bytes()).warnings).toContain(warning);
  });
});

describe('decodePart', () => {
  it.each([
    {
      name: 'quoted-printable with soft breaks',
      bytes: 'caf=C3=A9 =\r\nau lait=20  \r\nx=ZZ',
      part: { type: 'text/plain', encoding: 'quoted-printable', charset: 'utf-8' },
      text: 'café au lait \nx=ZZ',
    },
    {
      name: 'base64 in two padded runs',
      bytes: 'YQ==\r\nYg==\r\n',
      part: { type: 'text/plain', encoding: 'BASE64' },
      text: 'ab',
    },
    {
      name: 'base64 with stray characters',
      bytes: 'aG!Vs\r\nbG8',
      part: { type: 'text/plain', encoding: 'base64' },
      text: 'hello',
    },
    {
      name: 'x-uuencode',
      bytes: 'begin 644 x\r\n#0V%T\r\n`\r\nend\r\n',
      part: { type: 'text/plain', encoding: 'x-uuencode' },
      text: 'Cat',
    },
    {
      name: 'an encoding nobody knows',
      bytes: 'as it is',
      part: { type: 'text/plain', encoding: 'x-what' },
      text: 'as it is',
    },
    { name: 'bare CR', bytes: 'a\rb', part: { type: 'text/plain' }, text: 'a\nb' },
  ])('reads $name', ({ bytes, part, text }) => {
    expect(decodePart(Buffer.from(bytes), part).text).toBe(text);
  });

  it('gives files as bytes', () => {
    expect(decodePart(Buffer.from('AAEC'), { type: 'image/png', encoding: 'base64' })).toEqual({
      content: Buffer.from([0, 1, 2]),
    });
  });
});
