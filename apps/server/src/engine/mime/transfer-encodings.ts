/**
 * Content-Transfer-Encodings (RFC 2045 section 6) and the Q encoding of RFC 2047, as tolerant decoders: what is
 * malformed is kept or skipped, never an exception. Also uuencode, which some mailers still put into text.
 */

const BASE64_LINE = /^[A-Za-z0-9+/]*={0,3}\s*$/;

/** Decoded bytes, and what followed the encoded data without being part of it (a mailing list's footer). */
export interface TransferDecoded {
  content: Buffer;
  trailing?: Buffer;
}

/** Removes a Content-Transfer-Encoding. Unknown encodings are taken as identity. */
export function decodeTransfer(bytes: Uint8Array, encoding: string | undefined): TransferDecoded {
  const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (
    (encoding ?? '')
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '')
  ) {
    case 'base64':
      return decodeBase64(source);
    case 'quoted-printable':
      return { content: decodeQuotedPrintable(source) };
    case 'x-uuencode':
    case 'x-uue':
    case 'uuencode':
    case 'uue': {
      const file = extractUuencoded(source.toString('latin1')).files[0];
      return { content: file === undefined ? source : file.content };
    }
    default:
      return { content: source };
  }
}

/** Base64 with what surrounds it tolerated: stray characters, several padded runs, a plain text footer. */
export function decodeBase64(source: Buffer): TransferDecoded {
  const text = source.toString('latin1');
  const padding = text.indexOf('=');
  const isPlain =
    !/[^A-Za-z0-9+/=\s]/.test(text) &&
    (padding === -1 || (/^[=\s]*$/.test(text.slice(padding, padding + 8192)) && text.length - padding < 8192));
  if (isPlain) return { content: Buffer.from(text, 'base64') };
  const pieces: Buffer[] = [];
  let run: string[] = [];
  let position = 0;
  const flush = () => {
    if (run.length > 0) pieces.push(Buffer.from(run.join(''), 'base64'));
    run = [];
  };
  while (position < text.length) {
    const newline = text.indexOf('\n', position);
    const end = newline === -1 ? text.length : newline + 1;
    const line = text.slice(position, end);
    if (!BASE64_LINE.test(line) && isFooter(line)) {
      flush();
      return { content: Buffer.concat(pieces), trailing: source.subarray(position) };
    }
    const data = line.replace(/[^A-Za-z0-9+/=]/g, '');
    run.push(data);
    if (data.endsWith('=')) flush();
    position = end;
  }
  flush();
  return { content: Buffer.concat(pieces) };
}

/** A line that is words rather than damaged base64. */
function isFooter(line: string): boolean {
  const strange = line.replace(/[A-Za-z0-9+/=\s]/g, '').length;
  return /\s\S/.test(line.trim()) || strange * 4 > line.trim().length;
}

/** Quoted-printable (RFC 2045 section 6.7); malformed escapes stand as they are. */
export function decodeQuotedPrintable(source: Buffer): Buffer {
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  let pendingSpace = 0;
  for (let i = 0; i < source.length; i += 1) {
    const byte = source[i] ?? 0;
    if (byte === 0x20 || byte === 0x09) pendingSpace += 1;
    else {
      if (byte === 0x0a || byte === 0x0d) length -= pendingSpace;
      pendingSpace = 0;
    }
    if (byte !== 0x3d) {
      out[length] = byte;
      length += 1;
      continue;
    }
    const value = hexPair(source[i + 1], source[i + 2]);
    if (value !== -1) {
      out[length] = value;
      length += 1;
      i += 2;
      continue;
    }
    const skip = softBreak(source, i + 1);
    if (skip > 0) i += skip;
    else {
      out[length] = byte;
      length += 1;
    }
  }
  return out.subarray(0, length);
}

/** How many bytes after "=" belong to a soft line break; 0 when it is none. */
function softBreak(source: Buffer, from: number): number {
  let i = from;
  while (source[i] === 0x20 || source[i] === 0x09) i += 1;
  if (i >= source.length) return i - from;
  if (source[i] === 0x0a) return i - from + 1;
  if (source[i] === 0x0d) return i - from + (source[i + 1] === 0x0a ? 2 : 1);
  return 0;
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const h = hexDigit(high);
  const l = hexDigit(low);
  return h === -1 || l === -1 ? -1 : h * 16 + l;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

/** The Q encoding of an encoded-word: "_" is a space (RFC 2047 section 4.2). */
export function decodeQEncoding(payload: string): Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tells byte strings from text
  const bytes = Buffer.from(payload, /^[\x00-\xff]*$/.test(payload) ? 'latin1' : 'utf8');
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    const value = byte === 0x3d ? hexPair(bytes[i + 1], bytes[i + 2]) : -1;
    if (value !== -1) {
      out.push(value);
      i += 2;
    } else out.push(byte === 0x5f ? 0x20 : byte);
  }
  return Buffer.from(out);
}

/** A file found in uuencoded form inside a text. */
export interface UuencodedFile {
  filename: string;
  content: Buffer;
}

/** Takes `begin … end` blocks out of a text (one character a byte, or decoded text); what is unfinished stays. */
export function extractUuencoded(text: string): { text: string; files: UuencodedFile[] } {
  if (!/^begin(?:-base64)? [0-7]{3,4} \S/m.test(text)) return { text, files: [] };
  const lines = text.split(/\r?\n/);
  const kept: string[] = [];
  const files: UuencodedFile[] = [];
  const ends = lines.flatMap((line, i) => (/^end\s*$/.test(line) ? [i] : []));
  let nextEnd = 0;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    const match = /^begin [0-7]{3,4} (\S.*)$/.exec(line);
    while (nextEnd < ends.length && (ends[nextEnd] ?? 0) < i) nextEnd += 1;
    const end = ends[nextEnd];
    const content = match === null || end === undefined ? undefined : uudecode(lines.slice(i + 1, end));
    if (match === null || end === undefined || content === undefined) {
      kept.push(line);
      continue;
    }
    files.push({ filename: (match[1] ?? '').trim(), content });
    i = end;
  }
  return { text: kept.join('\n'), files };
}

/** Undefined when a line is not uuencoded, so that prose that says "begin 644 x" stays prose. */
function uudecode(lines: string[]): Buffer | undefined {
  const out: number[] = [];
  for (const line of lines) {
    const length = line === '' ? 0 : (line.charCodeAt(0) - 32) & 63;
    if (length === 0) continue;
    const needed = Math.ceil(length / 3) * 4;
    if (line.length - 1 < needed - 2 || line.length > needed + 8) return undefined;
    const codes = Array.from({ length: needed }, (_, i) => ((line.charCodeAt(i + 1) || 32) - 32) & 63);
    const bytes: number[] = [];
    for (let i = 0; i < needed; i += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = codes.slice(i, i + 4);
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    out.push(...bytes.slice(0, length));
  }
  return Buffer.from(out);
}
