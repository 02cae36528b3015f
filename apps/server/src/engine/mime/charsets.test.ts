import Encoding from 'encoding-japanese';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { canonicalCharset } from './charset-labels.ts';
import { decodeText } from './charsets.ts';
import { decodeEncodedWords } from './encoded-words.ts';

const jis = (text: string) => Buffer.from(Encoding.convert(text, { to: 'JIS', from: 'UNICODE', type: 'array' }));
const JAPANESE = '会議の資料を送ります。よろしくお願いします。';
const RUSSIAN = 'Привет, это письмо о встрече';

describe('decodeText', () => {
  it.each([
    { name: 'UTF-8 as labelled', bytes: Buffer.from('héllo'), label: 'utf-8', text: 'héllo' },
    { name: 'UTF-8 without a label', bytes: Buffer.from('会議'), label: undefined, text: '会議' },
    { name: 'UTF-8 labelled latin1', bytes: Buffer.from('héllo'), label: 'iso-8859-1', text: 'héllo' },
    { name: 'UTF-8 labelled by a name nobody knows', bytes: Buffer.from('héllo'), label: 'x-foo', text: 'héllo' },
    { name: 'UTF-8 labelled gb2312', bytes: Buffer.from('你好世界'), label: 'gb2312', text: '你好世界' },
    {
      name: 'windows-1252 labelled latin1',
      bytes: Buffer.from('\x93hi\x94', 'latin1'),
      label: 'iso-8859-1',
      text: '“hi”',
    },
    {
      name: 'windows-1252 labelled us-ascii',
      bytes: Buffer.from('caf\xe9 cr\xe8me br\xfbl\xe9e', 'latin1'),
      label: 'us-ascii',
      text: 'café crème brûlée',
    },
    { name: 'gbk labelled gb2312', bytes: iconv.encode('鎔鎔你好', 'gbk'), label: 'GB2312', text: '鎔鎔你好' },
    { name: 'GB18030', bytes: iconv.encode('你好𠀀', 'gb18030'), label: 'gb18030', text: '你好𠀀' },
    { name: 'Big5', bytes: iconv.encode('您好，世界', 'big5'), label: 'big5', text: '您好，世界' },
    {
      name: 'EUC-KR as ks_c_5601-1987',
      bytes: iconv.encode('안녕하세요', 'cp949'),
      label: 'ks_c_5601-1987',
      text: '안녕하세요',
    },
    { name: 'Shift_JIS', bytes: iconv.encode(JAPANESE, 'shift_jis'), label: 'Shift_JIS', text: JAPANESE },
    { name: 'Shift_JIS without a label', bytes: iconv.encode(JAPANESE, 'shift_jis'), label: undefined, text: JAPANESE },
    { name: 'EUC-JP', bytes: iconv.encode(JAPANESE, 'euc-jp'), label: 'euc-jp', text: JAPANESE },
    { name: 'EUC-JP without a label', bytes: iconv.encode(JAPANESE, 'euc-jp'), label: undefined, text: JAPANESE },
    { name: 'ISO-2022-JP', bytes: jis(JAPANESE), label: 'iso-2022-jp', text: JAPANESE },
    { name: 'ISO-2022-JP without a label', bytes: jis(JAPANESE), label: undefined, text: JAPANESE },
    { name: 'KOI8-R', bytes: iconv.encode(RUSSIAN, 'koi8-r'), label: 'koi8-r', text: RUSSIAN },
    { name: 'KOI8-R without a label', bytes: iconv.encode(RUSSIAN, 'koi8-r'), label: undefined, text: RUSSIAN },
    {
      name: 'windows-1251 without a label',
      bytes: iconv.encode(RUSSIAN, 'windows-1251'),
      label: undefined,
      text: RUSSIAN,
    },
    {
      name: 'windows-1250',
      bytes: iconv.encode('Příliš žluťoučký', 'windows-1250'),
      label: 'cp1250',
      text: 'Příliš žluťoučký',
    },
    { name: 'UTF-7', bytes: Buffer.from('Hi Mom -+Jjo--!'), label: 'utf-7', text: 'Hi Mom -☺-!' },
    { name: 'UTF-16 with a mark', bytes: Buffer.from('\ufeffhé', 'utf16le'), label: 'utf-16', text: 'hé' },
    { name: 'ASCII labelled utf-16', bytes: Buffer.from('plain!'), label: 'utf-16', text: 'plain!' },
    { name: 'NUL bytes', bytes: Buffer.from('a\0b'), label: 'utf-8', text: 'ab' },
    {
      name: 'one broken byte in UTF-8',
      bytes: Buffer.concat([Buffer.from('äöüß äöüß '), Buffer.from([0xff])]),
      label: 'utf-8',
      text: 'äöüß äöüß \ufffd',
    },
  ])('reads $name', ({ bytes, label, text }) => {
    expect(decodeText(bytes, label)).toBe(text);
  });

  it('lets HTML name its own charset when the header does not', () => {
    const html = iconv.encode(
      `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>${RUSSIAN}</p>`,
      'windows-1251',
    );
    expect(decodeText(html, undefined, { html: true })).toContain(RUSSIAN);
  });
});

describe('canonicalCharset', () => {
  it.each([
    ['latin1', 'windows-1252'],
    ['ISO-8859-1', 'windows-1252'],
    ['"utf8"', 'utf-8'],
    ['GBK', 'gb18030'],
    ['cp-1251', 'windows-1251'],
    ['cp1251', 'windows-1251'],
    ['win-1251', 'windows-1251'],
    ['iso8859_2', 'iso-8859-2'],
    ['x-unknown', undefined],
    ['__proto__', undefined],
    ['', undefined],
  ])('takes %j to mean %j', (label, expected) => {
    expect(canonicalCharset(label)).toBe(expected);
  });
});

describe('decodeEncodedWords', () => {
  const b = (bytes: Buffer) => bytes.toString('base64');
  const meeting = Buffer.from('会議');
  it.each([
    { name: 'plain text', raw: 'Hello', text: 'Hello' },
    { name: 'Q encoding', raw: '=?iso-8859-1?Q?caf=E9_au_lait?=', text: 'café au lait' },
    { name: 'B encoding', raw: `=?utf-8?B?${b(meeting)}?=`, text: '会議' },
    {
      name: 'a character split over two words',
      raw: `=?UTF-8?B?${b(meeting.subarray(0, 4))}?= =?UTF-8?B?${b(meeting.subarray(4))}?=`,
      text: '会議',
    },
    { name: 'a character split over folded Q words', raw: '=?UTF-8?Q?=E4=BC?=\r\n =?UTF-8?Q?=9A?=', text: '会' },
    { name: 'base64 cut within a group', raw: '=?utf-8?B?5L?= =?utf-8?B?ya?=', text: '会' },
    {
      name: 'an ISO-2022-JP subject split across words',
      raw: `=?ISO-2022-JP?B?${b(jis('こん'))}?= =?ISO-2022-JP?B?${b(jis('にちは'))}?=`,
      text: 'こんにちは',
    },
    { name: 'words beside text', raw: 'Re: =?utf-8?q?caf=C3=A9?= today', text: 'Re: café today' },
    { name: 'two charsets', raw: '=?utf-8?q?=C3=A9?= =?iso-8859-1?q?=E9?=', text: 'éé' },
    { name: 'spaces within a word', raw: '=?utf-8?Q?a b c?=', text: 'a b c' },
    { name: 'a language tag', raw: '=?utf-8*en?Q?hi?=', text: 'hi' },
    { name: 'a word that never ends', raw: '=?utf-8?Q?abc', text: '=?utf-8?Q?abc' },
    {
      name: 'a word that never ends before one that does',
      raw: '=?utf-8?Q?abc =?utf-8?Q?d?=',
      text: '=?utf-8?Q?abc d',
    },
    { name: 'a line break inside a word', raw: '=?utf-8?Q?a=0D=0ABcc:_x?=', text: 'a Bcc: x' },
    { name: 'an unknown charset holding UTF-8', raw: '=?x-foo?Q?h=C3=A9?=', text: 'hé' },
    { name: 'raw windows-1251', raw: iconv.encode('Тема письма', 'windows-1251'), text: 'Тема письма' },
    { name: 'raw UTF-8', raw: Buffer.from('Grüße'), text: 'Grüße' },
    {
      name: 'raw latin1 beside words',
      raw: Buffer.from('Gr\xfc\xdfe aus =?utf-8?q?K=C3=B6ln?=', 'latin1'),
      text: 'Grüße aus Köln',
    },
  ])('reads $name', ({ raw, text }) => {
    expect(decodeEncodedWords(raw)).toBe(text);
  });
});
