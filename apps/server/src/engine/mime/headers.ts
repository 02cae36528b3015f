/**
 * A header block (RFC 5322 section 2.2) as an ordered list of fields. Tolerates what mail has: bare LF or CR line
 * ends, mbox "From " lines, spaces before the colon, lines that are no field. Bounded: 256 KiB and 1,000 fields; what
 * is beyond is left out and said in `warnings`.
 */
import { decodeText } from './charsets.ts';
import { decodeEncodedWords } from './encoded-words.ts';

const DEFAULT_MAX_BYTES = 256 * 1024;
const DEFAULT_MAX_FIELDS = 1000;
const FIELD = /^([!-9;-~]{1,200})[ \t]*:/;

/** One header field as it stands in the message. */
export interface HeaderField {
  /** The name as written. */
  name: string;
  /** The name in lower case. */
  key: string;
  /** The bytes after the colon, folds included. */
  raw: Uint8Array;
}

/** The parsed header block. Where a field occurs twice, the first counts. */
export interface HeaderBlock {
  fields: HeaderField[];
  /** Offset of the first byte after the blank line, relative to the bytes given. */
  bodyStart: number;
  warnings: string[];
  /** The first field of that name, unfolded, 8-bit text decoded, encoded-words left as they are. */
  get(name: string): string | undefined;
  getAll(name: string): string[];
  getRaw(name: string): Uint8Array | undefined;
  /** The first field of that name with its encoded-words decoded. */
  getText(name: string): string | undefined;
}

/** Bounds of {@link parseHeaderBlock}. */
export interface HeaderLimits {
  maxBytes?: number;
  maxFields?: number;
}

interface Line {
  start: number;
  end: number;
  next: number;
}

/** Reads the header block at the start of the bytes, up to the blank line. */
export function parseHeaderBlock(bytes: Uint8Array, limits: HeaderLimits = {}): HeaderBlock {
  const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  const maxFields = limits.maxFields ?? DEFAULT_MAX_FIELDS;
  const fields: HeaderField[] = [];
  const warnings = new Set<string>();
  let open: { name: string; from: number; to: number } | undefined;
  let position = skipMboxLine(source);
  let bodyStart = source.length;

  const close = () => {
    if (open !== undefined && open.from <= maxBytes && fields.length < maxFields) {
      const to = Math.min(open.to, maxBytes);
      fields.push({
        name: open.name,
        key: open.name.toLowerCase(),
        raw: source.subarray(open.from, Math.max(open.from, to)),
      });
      if (open.to > maxBytes) warnings.add('header-block-too-large');
    } else if (open !== undefined) warnings.add('header-block-too-large');
    open = undefined;
  };

  while (position < source.length) {
    const line = lineAt(source, position);
    if (line.end === line.start) {
      bodyStart = line.next;
      break;
    }
    const first = source[line.start];
    const name = first === 0x20 || first === 0x09 ? undefined : fieldName(source, line);
    if (name !== undefined) {
      close();
      open = { name, from: line.start + source.subarray(line.start, line.end).indexOf(0x3a) + 1, to: line.end };
    } else if (first === 0x20 || first === 0x09) {
      if (isBlank(source, line) && !continuesHeader(source, line.next)) {
        bodyStart = line.next;
        break;
      }
      if (open !== undefined) open.to = line.end;
    } else {
      warnings.add('malformed-header-line');
      if (!continuesHeader(source, line.next)) {
        bodyStart = line.start;
        break;
      }
      close();
    }
    position = line.next;
  }
  close();
  return block(fields, bodyStart, [...warnings]);
}

function block(fields: HeaderField[], bodyStart: number, warnings: string[]): HeaderBlock {
  const getRaw = (name: string) => fields.find((field) => field.key === name.toLowerCase())?.raw;
  return {
    fields,
    bodyStart,
    warnings,
    getRaw,
    get: (name) => {
      const raw = getRaw(name);
      return raw === undefined ? undefined : unfold(raw);
    },
    getAll: (name) => fields.filter((field) => field.key === name.toLowerCase()).map((field) => unfold(field.raw)),
    getText: (name) => {
      const raw = getRaw(name);
      return raw === undefined ? undefined : decodeEncodedWords(raw);
    },
  };
}

/** A field's value on one line, 8-bit bytes decoded, encoded-words untouched. */
export function unfold(raw: Uint8Array): string {
  return decodeText(raw)
    .replace(/[\r\n]+[ \t]*/g, ' ')
    .trim();
}

/** The line that begins at a position. Line ends are CRLF, LF, or a CR that stands alone. */
export function lineAt(source: Buffer, start: number): Line {
  const lf = source.indexOf(0x0a, start);
  const limit = lf === -1 ? source.length : lf;
  const cr = source.subarray(start, limit).indexOf(0x0d);
  if (cr !== -1 && start + cr < limit - 1 && lf === -1) return { start, end: start + cr, next: start + cr + 1 };
  if (cr !== -1 && start + cr === limit - 1) return { start, end: limit - 1, next: lf === -1 ? limit : lf + 1 };
  return { start, end: limit, next: lf === -1 ? limit : lf + 1 };
}

function skipMboxLine(source: Buffer): number {
  let position = 0;
  // A byte order mark and mbox separators precede the header in saved messages.
  if (source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf) position = 3;
  const start = source.subarray(position, position + 6).toString('latin1');
  return start.startsWith('From ') || start === '>From ' ? lineAt(source, position).next : position;
}

function fieldName(source: Buffer, line: Line): string | undefined {
  return FIELD.exec(source.subarray(line.start, Math.min(line.end, line.start + 260)).toString('latin1'))?.[1];
}

function isBlank(source: Buffer, line: Line): boolean {
  return source.subarray(line.start, line.end).every((byte) => byte === 0x20 || byte === 0x09);
}

/** Whether header fields go on at a position: a field or a folded line that is not blank. */
function continuesHeader(source: Buffer, position: number): boolean {
  if (position >= source.length) return false;
  const line = lineAt(source, position);
  const first = source[line.start];
  if (first === 0x20 || first === 0x09) return !isBlank(source, line);
  return fieldName(source, line) !== undefined;
}
