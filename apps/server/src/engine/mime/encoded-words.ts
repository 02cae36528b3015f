/**
 * Encoded-words in header fields (RFC 2047). Adjacent words of one charset are joined as bytes before they are
 * decoded, because mailers cut through the middle of characters. Raw 8-bit text between words goes through the
 * charset detection. One pass, linear in the length of the field; at most 1,000 words a field are decoded.
 */
import { decodeText, storable } from './charsets.ts';
import { decodeQEncoding } from './transfer-encodings.ts';

const MAX_WORDS = 1000;
const PREFIX = /=\?([^?\s=][^?\s]{0,60})\?([bBqQ])\?/y;

interface Word {
  charset: string;
  encoding: 'b' | 'q';
  payload: string;
}

type Segment = { literal: string } | { word: Word };

/** The field's text with its encoded-words decoded, unfolded, without control characters. */
export function decodeEncodedWords(rawHeader: string | Uint8Array): string {
  const isBytes = typeof rawHeader !== 'string';
  const source = isBytes ? Buffer.from(rawHeader).toString('latin1') : rawHeader;
  if (!source.includes('=?')) return clean(isBytes ? decodeText(Buffer.from(source, 'latin1')) : source);
  const segments = joinable(scan(source));
  let text = '';
  for (let i = 0; i < segments.length; i += 1) {
    const segment = segments[i];
    if (segment === undefined) break;
    if ('literal' in segment) {
      text += isBytes ? decodeText(Buffer.from(segment.literal, 'latin1')) : segment.literal;
      continue;
    }
    const run: Word[] = [segment.word];
    for (let next = segments[i + 1]; next !== undefined && 'word' in next; next = segments[i + 1]) {
      if (next.word.charset !== segment.word.charset) break;
      run.push(next.word);
      i += 1;
    }
    text += decodeText(runBytes(run), segment.word.charset);
  }
  return clean(text);
}

/** Cuts a field into literals and words. A word without its end, or holding the start of another, is literal. */
function scan(source: string): Segment[] {
  const segments: Segment[] = [];
  let literalStart = 0;
  let from = 0;
  let end = -1;
  let words = 0;
  while (words < MAX_WORDS) {
    const start = source.indexOf('=?', from);
    if (start === -1) break;
    PREFIX.lastIndex = start;
    const match = PREFIX.exec(source);
    if (match === null) {
      from = start + 2;
      continue;
    }
    const payloadStart = start + match[0].length;
    if (end < payloadStart) end = source.indexOf('?=', payloadStart);
    if (end === -1) break;
    const inner = source.indexOf('=?', payloadStart);
    if (inner !== -1 && inner < end && startsWord(source, inner)) {
      from = inner;
      continue;
    }
    if (start > literalStart) segments.push({ literal: source.slice(literalStart, start) });
    const encoding = match[2] === 'b' || match[2] === 'B' ? 'b' : 'q';
    const charset = (match[1] ?? '').replace(/\*.*$/, '').toLowerCase();
    segments.push({ word: { charset, encoding, payload: source.slice(payloadStart, end) } });
    words += 1;
    from = end + 2;
    literalStart = from;
  }
  if (literalStart < source.length) segments.push({ literal: source.slice(literalStart) });
  return segments;
}

function startsWord(source: string, at: number): boolean {
  PREFIX.lastIndex = at;
  return PREFIX.test(source);
}

/** White space between two words is no text (RFC 2047 section 6.2). */
function joinable(segments: Segment[]): Segment[] {
  return segments.filter((segment, i) => {
    if (!('literal' in segment) || segment.literal.trim() !== '') return true;
    const before = segments[i - 1];
    const after = segments[i + 1];
    return !(before !== undefined && 'word' in before && after !== undefined && 'word' in after);
  });
}

/** QUIRK: some mailers cut base64 in the middle of a group of four; such pieces are joined before decoding. */
function runBytes(run: Word[]): Buffer {
  const pieces: Buffer[] = [];
  let base64 = '';
  const flush = () => {
    if (base64 !== '') pieces.push(Buffer.from(base64, 'base64'));
    base64 = '';
  };
  for (const word of run) {
    if (word.encoding === 'q') {
      flush();
      pieces.push(decodeQEncoding(word.payload));
      continue;
    }
    base64 += word.payload.replace(/[^A-Za-z0-9+/=_-]/g, '');
    if (base64.length % 4 === 0 || base64.endsWith('=')) flush();
  }
  flush();
  return Buffer.concat(pieces);
}

function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return storable(text.replace(/\r?\n[ \t]*|[\x01-\x1f\x7f]+/g, ' ')).trim();
}
