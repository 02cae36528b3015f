import { describe, expect, it } from 'vitest';
import { type Charset, encodeText } from './charset.ts';
import { encodeWords, foldField, formatAddress } from './header.ts';
import { message } from './message.ts';
import { toQuotedPrintable } from './transfer-encoding.ts';

describe('encodeText', () => {
  const rows: { charset: Charset; text: string }[] = [
    { charset: 'utf-8', text: 'Grüße 🙂' },
    { charset: 'windows-1252', text: '“déjà vu” – 5 €' },
    { charset: 'koi8-r', text: 'Добрый день' },
    { charset: 'windows-1251', text: 'Добрый день' },
    { charset: 'gb18030', text: '会议资料' },
    { charset: 'big5', text: '會議資料' },
    { charset: 'euc-kr', text: '회의 자료' },
    { charset: 'shift_jis', text: '会議の資料' },
    { charset: 'euc-jp', text: '会議の資料' },
    { charset: 'iso-2022-jp', text: '本日は会議 at 10時' },
    { charset: 'iso-8859-2', text: 'Žluťoučký kůň' },
  ];
  it.each(rows)('writes $charset so that the platform reads the same text back', ({ charset, text }) => {
    expect(new TextDecoder(charset, { fatal: true }).decode(encodeText(text, charset))).toBe(text);
  });

  it('refuses a character the charset does not have', () => {
    expect(() => encodeText('Добрый', 'iso-8859-1')).toThrow(RangeError);
    expect(() => encodeText('🙂', 'koi8-r')).toThrow(RangeError);
  });

  it('ends ISO-2022-JP in ASCII', () => {
    expect(encodeText('あ', 'iso-2022-jp').toString('latin1')).toBe('\x1b$B$"\x1b(B');
  });
});

describe('header fields', () => {
  it('keeps encoded-words within 75 characters and never splits a character', () => {
    const words = encodeWords('会議の資料を送ります。'.repeat(8)).split('\r\n ');
    expect(words.every((word) => word.length <= 75)).toBe(true);
    const decoded = words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString('utf8'));
    expect(decoded.join('')).toBe('会議の資料を送ります。'.repeat(8));
  });

  it('folds at spaces', () => {
    const folded = foldField('Subject', Array(30).fill('word').join(' '));
    expect(folded.split('\r\n').every((line) => line.length <= 78)).toBe(true);
    expect(folded.replaceAll('\r\n', '')).toBe(`Subject: ${Array(30).fill('word').join(' ')}`);
  });

  it.each([
    { given: 'ada@lab.test', written: 'ada@lab.test' },
    { given: 'Ada Lund <ada@lab.test>', written: 'Ada Lund <ada@lab.test>' },
    { given: 'Lund, Ada <ada@lab.test>', written: '"Lund, Ada" <ada@lab.test>' },
    { given: { name: 'Åsa', email: 'a@lab.test' }, written: '=?utf-8?B?w4VzYQ==?= <a@lab.test>' },
  ])('writes $written', ({ given, written }) => {
    expect(formatAddress(given)).toBe(written);
  });
});

describe('toQuotedPrintable', () => {
  it('escapes what it must and breaks long lines softly', () => {
    expect(toQuotedPrintable(Buffer.from('a=b \r\né'))).toBe('a=3Db=20\r\n=C3=A9');
    const lines = toQuotedPrintable(Buffer.from('x'.repeat(200))).split('\r\n');
    expect(lines.map((line) => line.length)).toEqual([76, 76, 50]);
  });
});

describe('message', () => {
  it('writes a plain message as a person would', () => {
    const raw = message({
      from: 'Bob <bob@lab.test>',
      to: ['ada@lab.test', 'Carl <carl@lab.test>'],
      subject: 'Lunch',
      text: 'At one?\n',
      messageId: 'one@lab.test',
      inReplyTo: 'zero@lab.test',
      references: ['<zero@lab.test>'],
      headers: { 'X-One': ['1', '2'] },
    });
    expect(raw.toString()).toBe(
      [
        'X-One: 1',
        'X-One: 2',
        'From: Bob <bob@lab.test>',
        'To: ada@lab.test, Carl <carl@lab.test>',
        'Subject: Lunch',
        'Date: Mon, 05 Jan 2026 09:00:00 +0000',
        'Message-ID: <one@lab.test>',
        'In-Reply-To: <zero@lab.test>',
        'References: <zero@lab.test>',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'At one?',
        '',
      ].join('\r\n'),
    );
  });

  it('gives the same bytes for the same input and others for another', () => {
    const input = () => ({ text: 'a', html: '<p>a</p>', attachments: [{ filename: 'a', content: Buffer.from([1]) }] });
    expect(message(input()).equals(message(input()))).toBe(true);
    expect(message(input()).equals(message({ ...input(), text: 'b' }))).toBe(false);
  });

  it('nests related in alternative in mixed', () => {
    const raw = message({
      text: 'a',
      html: '<img src="cid:pic">',
      attachments: [
        { filename: 'pic.png', type: 'image/png', content: 'x', contentId: 'pic', inline: true },
        { filename: 'żółw.pdf', type: 'application/pdf', content: 'y' },
      ],
    }).toString();
    const types = [...raw.matchAll(/^Content-Type: ([^;\r]+)/gm)].map((match) => match[1]);
    expect(types).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'multipart/related',
      'text/html',
      'image/png',
      'application/pdf',
    ]);
    expect(raw).toContain("filename*=UTF-8''%C5%BC%C3%B3%C5%82w.pdf");
  });
});
