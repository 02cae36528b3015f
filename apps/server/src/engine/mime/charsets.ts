/**
 * Bytes to text. Labels follow the WHATWG Encoding Standard (latin1 means windows-1252, gb2312 means
 * gb18030 …), because that is what senders mean by them. A label is believed unless the bytes disprove it:
 * text that is valid UTF-8 is UTF-8 when the label is missing, unknown or a single-byte one; HTML without a label
 * may name its own; statistical detection comes last.
 *
 * The result is always storable: no NUL, no lone surrogates. Broken sequences become U+FFFD, never an exception.
 * Leaves out: ISO-2022-CN, HZ, IBM EBCDIC.
 */
import Encoding from 'encoding-japanese';
import iconv from 'iconv-lite';
import { detectCharset } from './charset-detection.ts';
import { canonicalCharset } from './charset-labels.ts';

const MULTI_BYTE = new Set(['gb18030', 'big5-hkscs', 'cp949', 'cp932', 'euc-jp']);
const STATEFUL = new Set(['utf-7', 'iso-2022-jp', 'iso-2022-kr']);
const WIDE = new Set(['utf-16', 'utf-16le', 'utf-16be', 'utf-32', 'utf-32le', 'utf-32be']);

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the bytes are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Options of {@link decodeText}: `html` lets a meta charset speak. */
export interface DecodeTextOptions {
  html?: boolean;
}

/** Decodes bytes by a label that may be missing or wrong. Never throws; NUL and lone surrogates are gone. */
export function decodeText(bytes: Uint8Array, label?: string | null, options: DecodeTextOptions = {}): string {
  const charset = resolveCharset(bytes, label, options);
  return storable(decodeAs(bytes, charset));
}

/** Removes what a PostgreSQL text or JSON column refuses: NUL and lone surrogates. */
export function storable(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** The charset that {@link decodeText} would use. */
export function resolveCharset(bytes: Uint8Array, label?: string | null, options: DecodeTextOptions = {}): string {
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return marked;
  const labelled = canonicalCharset(label);
  if (labelled !== undefined && WIDE.has(labelled)) return wideCharset(bytes, labelled);
  const ascii = isAscii(bytes);
  if (ascii) {
    if (labelled !== undefined && STATEFUL.has(labelled)) return labelled;
    return hasJisEscape(bytes) ? 'iso-2022-jp' : 'ascii';
  }
  if (isUtf8(bytes) && !(labelled !== undefined && MULTI_BYTE.has(labelled) && !hasLongSequence(bytes))) return 'utf-8';
  if (labelled === undefined || labelled === 'ascii' || labelled === 'utf-8' || STATEFUL.has(labelled)) {
    if (labelled === 'utf-8' && isMostlyUtf8(bytes)) return 'utf-8';
    if (labelled === 'iso-2022-jp' && hasJisEscape(bytes)) return labelled;
    const named = options.html ? metaCharset(bytes) : undefined;
    if (named !== undefined && named !== 'utf-8' && named !== 'ascii') return named;
    return isMostlyUtf8(bytes) ? 'utf-8' : detectCharset(bytes);
  }
  if (MULTI_BYTE.has(labelled) && isPoorDecode(decodeAs(bytes, labelled))) {
    const detected = detectCharset(bytes);
    return isPoorDecode(decodeAs(bytes, detected)) ? labelled : detected;
  }
  return labelled;
}

function decodeAs(bytes: Uint8Array, charset: string): string {
  const buffer = asBuffer(bytes);
  switch (charset) {
    case 'ascii':
      return buffer.toString('latin1');
    case 'utf-8':
      return stripMark(buffer.toString('utf8'));
    case 'iso-2022-jp':
      return Encoding.convert(bytes, { to: 'UNICODE', from: 'JIS', type: 'string' });
    case 'iso-2022-kr':
      return decodeIso2022Kr(buffer);
    default:
      return iconv.encodingExists(charset) ? stripMark(iconv.decode(buffer, charset)) : buffer.toString('utf8');
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function stripMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i += 1) {
    if ((bytes[i] ?? 0) >= 0x80) return false;
  }
  return true;
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0) return 'utf-16be';
  return undefined;
}

/** A UTF-16 label on bytes that have no zero byte at all and are ASCII or UTF-8 is a lie some mailers tell. */
function wideCharset(bytes: Uint8Array, labelled: string): string {
  if (bytes.includes(0) || bytes.length % 2 === 1) return bytes.includes(0) ? labelled : 'utf-8';
  return isAscii(bytes) ? 'ascii' : labelled;
}

/** ESC $ or ESC ( introduces a JIS character set. */
function hasJisEscape(bytes: Uint8Array): boolean {
  for (let i = bytes.indexOf(0x1b); i !== -1; i = bytes.indexOf(0x1b, i + 1)) {
    if (bytes[i + 1] === 0x24 && (bytes[i + 2] === 0x42 || bytes[i + 2] === 0x40)) return true;
  }
  return false;
}

/** A UTF-8 sequence of three bytes or more: no accident, whatever the label says. */
function hasLongSequence(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte >= 0xe0);
}

function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = asBuffer(bytes).toString('utf8');
  let good = 0;
  let bad = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) bad += 1;
    else if (code >= 0x80) good += 1;
  }
  return good > 0 && bad * 4 <= good;
}

function isPoorDecode(text: string): boolean {
  let bad = 0;
  let beyond = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) beyond += 1;
    if (code === 0xfffd) bad += 1;
  }
  return bad > 0 && bad * 8 > beyond;
}

function metaCharset(bytes: Uint8Array): string | undefined {
  const head = asBuffer(bytes.subarray(0, 4096)).toString('latin1');
  const match = /<meta\b[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.-]{2,40})/i.exec(head);
  return canonicalCharset(match?.[1]);
}

/** RFC 1557: SO … SI shift to KS C 5601, written here with the eighth bit set. */
function decodeIso2022Kr(bytes: Buffer): string {
  const shifted: number[] = [];
  let out = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x1b && bytes[i + 1] === 0x24 && bytes[i + 2] === 0x29) i += 3;
    else if (byte === 0x0e) out = true;
    else if (byte === 0x0f) out = false;
    else shifted.push(out && byte > 0x20 ? byte | 0x80 : byte);
  }
  return iconv.decode(Buffer.from(shifted), 'cp949');
}
