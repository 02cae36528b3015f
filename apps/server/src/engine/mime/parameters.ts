/**
 * Content-Type and Content-Disposition values with their parameters (RFC 2045 section 5.1), RFC 2231 continuations and
 * charsets, and the encoded-words that mailers put into parameters although RFC 2047 forbids it.
 */
import { decodeText } from './charsets.ts';
import { decodeEncodedWords } from './encoded-words.ts';

/** A value and its parameters; parameter names in lower case, values decoded. */
export interface ParameterizedValue {
  value: string;
  params: Record<string, string>;
}

interface Piece {
  index: number;
  extended: boolean;
  text: string;
}

const MAX_PARAMETERS = 200;

/** Reads a field value like `text/plain; charset="utf-8"`. */
export function parseParameterized(raw: Uint8Array | string | undefined): ParameterizedValue {
  if (raw === undefined) return { value: '', params: {} };
  const source = (typeof raw === 'string' ? raw : Buffer.from(raw).toString('latin1')).replace(/[\r\n]+[ \t]*/g, ' ');
  const segments = splitParameters(source);
  const plain = new Map<string, string>();
  const continued = new Map<string, Piece[]>();
  for (const segment of segments.slice(1, MAX_PARAMETERS)) {
    const equals = segment.indexOf('=');
    if (equals <= 0) continue;
    const name = segment.slice(0, equals).trim().toLowerCase();
    const text = unquote(segment.slice(equals + 1).trim());
    const match = /^([^*\s]{1,60})\*(?:(\d{1,4})(\*)?)?$/.exec(name);
    if (match === null) {
      if (!plain.has(name) && /^[^*\s]{1,60}$/.test(name)) plain.set(name, text);
      continue;
    }
    const pieces = continued.get(match[1] ?? '') ?? [];
    pieces.push({ index: Number(match[2] ?? 0), extended: match[2] === undefined || match[3] === '*', text });
    continued.set(match[1] ?? '', pieces);
  }
  const isBytes = typeof raw !== 'string';
  const decoded = new Map<string, string>();
  for (const [name, text] of plain) decoded.set(name, decodeEncodedWords(isBytes ? Buffer.from(text, 'latin1') : text));
  for (const [name, pieces] of continued) decoded.set(name, joinPieces(pieces));
  const value = (segments[0] ?? '')
    .replace(/\([^()]*\)/g, '')
    .trim()
    .toLowerCase();
  return { value, params: Object.fromEntries([...decoded].filter(([name]) => name !== '__proto__')) };
}

/** RFC 2231: pieces in order; the first extended one names the charset; extended ones are percent-encoded. */
function joinPieces(pieces: Piece[]): string {
  const ordered = [...pieces].sort((a, b) => a.index - b.index);
  let charset: string | undefined;
  const bytes = ordered.map(({ extended, text }, i) => {
    let rest = text;
    const declared = i === 0 && extended ? /^([^']{0,60})'[^']{0,60}'/.exec(text) : null;
    if (declared !== null) {
      charset = declared[1] || 'utf-8';
      rest = text.slice(declared[0].length);
    }
    return extended ? percentDecode(rest) : latinOrUtf8(rest);
  });
  const joined = Buffer.concat(bytes);
  const text = decodeText(joined, charset);
  return text.includes('=?') ? decodeEncodedWords(text) : decodeEncodedWords(Buffer.from(text, 'utf8'));
}

function percentDecode(text: string): Buffer {
  const source = latinOrUtf8(text);
  const out: number[] = [];
  for (let i = 0; i < source.length; i += 1) {
    const hex = source[i] === 0x25 ? source.subarray(i + 1, i + 3).toString('latin1') : '';
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      out.push(Number.parseInt(hex, 16));
      i += 2;
    } else out.push(source[i] ?? 0);
  }
  return Buffer.from(out);
}

function latinOrUtf8(text: string): Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tells byte strings from text
  return Buffer.from(text, /^[\x00-\xff]*$/.test(text) ? 'latin1' : 'utf8');
}

/** Splits at semicolons outside quotes. A quote that never closes ends with the value. */
function splitParameters(source: string): string[] {
  const segments: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (quoted && char === '\\') i += 1;
    else if (char === '"') quoted = !quoted && source.indexOf('"', i + 1) !== -1;
    else if (char === ';' && !quoted) {
      segments.push(source.slice(start, i));
      start = i + 1;
      if (segments.length > MAX_PARAMETERS) return segments;
    }
  }
  segments.push(source.slice(start));
  return segments;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text.replace(/\s*\([^()]*\)\s*$/, '').trim();
  let out = '';
  for (let i = 1; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char === '"') break;
    // QUIRK: Windows paths are sent with bare backslashes; only escapes of quotes and backslashes are undone.
    if (char === '\\' && (text[i + 1] === '"' || text[i + 1] === '\\')) {
      out += text[i + 1];
      i += 1;
    } else out += char;
  }
  return out;
}
