/**
 * Names of charsets as the WHATWG Encoding Standard understands them: what senders mean, not what the registry says.
 */
import iconv from 'iconv-lite';

const ALIASES: Record<string, string> = {
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'ansi_x3.4-1968': 'ascii',
  646: 'ascii',
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  unicode11utf8: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  'x-unicode20utf8': 'utf-8',
  utf8mb4: 'utf-8',
  'utf-7': 'utf-7',
  utf7: 'utf-7',
  'unicode-1-1-utf-7': 'utf-7',
  'x-unicode-2-0-utf-7': 'utf-7',
  utf16: 'utf-16',
  'utf-16': 'utf-16',
  unicode: 'utf-16',
  'ucs-2': 'utf-16',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  'utf-32': 'utf-32',
  'utf-32le': 'utf-32le',
  'utf-32be': 'utf-32be',
  latin1: 'windows-1252',
  l1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  iso88591: 'windows-1252',
  'iso_8859-1': 'windows-1252',
  cp819: 'windows-1252',
  ansi: 'windows-1252',
  'x-ansi': 'windows-1252',
  latin2: 'iso-8859-2',
  latin5: 'windows-1254',
  'iso-8859-9': 'windows-1254',
  'iso8859-9': 'windows-1254',
  'iso-8859-11': 'windows-874',
  'tis-620': 'windows-874',
  'iso-8859-8-i': 'iso-8859-8',
  'iso-8859-8-e': 'iso-8859-8',
  visual: 'iso-8859-8',
  'iso-8859-6-i': 'iso-8859-6',
  koi8: 'koi8-r',
  'koi8-ru': 'koi8-u',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  'x-gbk': 'gb18030',
  'gb_2312-80': 'gb18030',
  csgb2312: 'gb18030',
  chinese: 'gb18030',
  'gb18030-2022': 'gb18030',
  'euc-cn': 'gb18030',
  'big5-hkscs': 'big5-hkscs',
  'x-x-big5': 'big5-hkscs',
  'cn-big5': 'big5-hkscs',
  big5: 'big5-hkscs',
  cp950: 'big5-hkscs',
  ks_c_5601: 'cp949',
  'ks_c_5601-1987': 'cp949',
  'ks_c_5601-1989': 'cp949',
  ksc5601: 'cp949',
  'euc-kr': 'cp949',
  euckr: 'cp949',
  korean: 'cp949',
  cp949: 'cp949',
  'windows-949': 'cp949',
  'iso-2022-kr': 'iso-2022-kr',
  shift_jis: 'cp932',
  'shift-jis': 'cp932',
  sjis: 'cp932',
  'x-sjis': 'cp932',
  ms_kanji: 'cp932',
  'windows-31j': 'cp932',
  cp932: 'cp932',
  'euc-jp': 'euc-jp',
  eucjp: 'euc-jp',
  'x-euc-jp': 'euc-jp',
  'iso-2022-jp': 'iso-2022-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  jis: 'iso-2022-jp',
  macroman: 'macroman',
  macintosh: 'macroman',
  'x-mac-roman': 'macroman',
  'x-mac-cyrillic': 'maccyrillic',
};

/** The name of the charset a label means, or undefined when nobody knows it. */
export function canonicalCharset(label: string | null | undefined): string | undefined {
  const key = (label ?? '')
    .trim()
    .replace(/^["'\s]+|["'\s]+$/g, '')
    .replace(/\*.*$/, '')
    .toLowerCase();
  if (key === '') return undefined;
  const alias = Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined;
  if (alias !== undefined) return alias;
  const normal = key
    .replace(/^cs(?=iso|koi)/, '')
    .replace(/^(?:cp-?|x-cp|windows_?|win-?)(125\d|874|866)$/, (_, page: string) =>
      page === '866' ? 'cp866' : `windows-${page}`,
    )
    .replace(/^iso[-_ ]?8859[-_ ]?(\d{1,2})(?::\d+)?$/, 'iso-8859-$1');
  const again = Object.hasOwn(ALIASES, normal) ? ALIASES[normal] : undefined;
  if (again !== undefined) return again;
  return iconv.encodingExists(normal) && !/^(?:base64|hex|binary|utf-?7-?imap|ucs4)$/.test(normal) ? normal : undefined;
}
