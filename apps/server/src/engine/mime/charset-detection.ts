/**
 * Which charset bytes are in when nobody says: kana settle Japanese, the shape of words settles Cyrillic, statistics
 * (chardet) the rest; windows-1252 when they know nothing.
 */
import { detect } from 'chardet';
import Encoding from 'encoding-japanese';
import iconv from 'iconv-lite';
import { canonicalCharset } from './charset-labels.ts';

/** The likeliest charset of bytes that are neither ASCII nor UTF-8. */
export function detectCharset(bytes: Uint8Array): string {
  const sample = Buffer.from(bytes.subarray(0, 64 * 1024));
  const japanese = Encoding.detect(sample, ['SJIS', 'EUCJP']);
  if (japanese === 'SJIS' && looksJapanese(iconv.decode(sample, 'cp932'))) return 'cp932';
  if (japanese === 'EUCJP' && looksJapanese(iconv.decode(sample, 'euc-jp'))) return 'euc-jp';
  const cyrillic = cyrillicCharset(sample);
  if (cyrillic !== undefined) return cyrillic;
  const detected = canonicalCharset(detect(sample));
  return detected === undefined || detected === 'utf-8' || detected === 'ascii' || detected.startsWith('utf-')
    ? 'windows-1252'
    : detected;
}

/** Kana are what sets Japanese apart from what else happens to decode. */
function looksJapanese(text: string): boolean {
  let kana = 0;
  let beyond = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) beyond += 1;
    if (code >= 0x3041 && code <= 0x30fe) kana += 1;
    else if (code >= 0xff61 && code <= 0xff9f) return false;
  }
  return kana > 0 && kana * 5 >= beyond;
}

/**
 * Short Cyrillic texts (a subject line) are below what statistics can tell. Words that are wholly beyond ASCII and
 * that are lower case after their first letter in one of the Cyrillic charsets settle it.
 */
function cyrillicCharset(bytes: Buffer): string | undefined {
  let best: { charset: string; score: number } | undefined;
  for (const charset of ['windows-1251', 'koi8-r', 'iso-8859-5', 'cp866']) {
    const score = cyrillicScore(iconv.decode(bytes, charset));
    if (score > 0.85 && (best === undefined || score > best.score)) best = { charset, score };
  }
  return best?.charset;
}

function cyrillicScore(text: string): number {
  const beyond = text.match(/[^\p{ASCII}]/gu)?.length ?? 0;
  const words = text.match(/(?<![\p{L}])[А-Яа-яЁё][а-яё]+(?![\p{L}])/gu) ?? [];
  const covered = words.reduce((sum, word) => sum + word.length, 0);
  const singles = text.match(/(?<![\p{L}])[авиокусяАВИОКУСЯ](?![\p{L}])/gu)?.length ?? 0;
  return beyond < 4 ? 0 : (covered + singles) / beyond;
}
