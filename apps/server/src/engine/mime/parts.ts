/**
 * The MIME tree of a whole message (RFC 2046) with IMAP part numbers (RFC 3501 section 6.4.5) and byte ranges, so that
 * a part of the source and a part of BODYSTRUCTURE have one name. Nested messages are leaves. Bounded in parts and
 * depth; what is beyond stays inside the part that contains it and is said in `warnings`.
 */
import { type HeaderBlock, lineAt, parseHeaderBlock } from './headers.ts';
import { parseParameterized } from './parameters.ts';

/** A node of the tree. */
export interface MimePart {
  /** IMAP part number; empty for a multipart at the root. */
  part: string;
  /** Lower-case `type/subtype`. */
  type: string;
  params: Record<string, string>;
  encoding: string;
  disposition: string | undefined;
  /** As the sender wrote it, decoded; not safe for a file system. */
  filename: string | undefined;
  /** Without angle brackets. */
  contentId: string | undefined;
  headers: HeaderBlock;
  /** Range of the body (content after the header) in the message. */
  bodyStart: number;
  end: number;
  children: MimePart[];
}

/** Bounds of {@link splitParts}. */
export interface PartLimits {
  maxParts?: number;
  maxDepth?: number;
  maxHeaderBytes?: number;
}

/** The tree, and its leaves in order. */
export interface MimeTree {
  root: MimePart;
  leaves: MimePart[];
  warnings: string[];
}

interface Range {
  start: number;
  end: number;
}

/** Splits a message into its parts. Never throws. */
export function splitParts(bytes: Uint8Array, limits: PartLimits = {}): MimeTree {
  const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const maxParts = limits.maxParts ?? 1000;
  const maxDepth = limits.maxDepth ?? 50;
  const headerLimits = limits.maxHeaderBytes === undefined ? {} : { maxBytes: limits.maxHeaderBytes };
  const warnings = new Set<string>();
  const leaves: MimePart[] = [];
  let count = 0;

  const walk = ({ start, end }: Range, path: string, depth: number, defaultType: string): MimePart => {
    count += 1;
    const headers = parseHeaderBlock(source.subarray(start, end), headerLimits);
    for (const warning of headers.warnings) warnings.add(warning);
    const node = describe(headers, defaultType);
    node.part = path;
    node.bodyStart = start + headers.bodyStart;
    node.end = end;
    if (node.type.startsWith('multipart/')) {
      const ranges = depth >= maxDepth ? [] : childRanges(source, node, warnings);
      const childDefault = node.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
      if (depth >= maxDepth) warnings.add('too-deep');
      for (const [i, range] of ranges.entries()) {
        if (count >= maxParts) {
          warnings.add('too-many-parts');
          break;
        }
        node.children.push(walk(range, path === '' ? `${i + 1}` : `${path}.${i + 1}`, depth + 1, childDefault));
      }
      if (node.children.length > 0) return node;
      // QUIRK: a multipart whose boundary never occurs is shown as the text it is. Servers give it one text part.
      if (node.bodyStart < node.end) warnings.add('multipart-without-parts');
      const text = describe(parseHeaderBlock(Buffer.alloc(0)), 'text/plain');
      Object.assign(text, { part: path === '' ? '1' : `${path}.1`, bodyStart: node.bodyStart, end: node.end });
      node.children.push(text);
      leaves.push(text);
      return node;
    }
    if (node.part === '') node.part = '1';
    leaves.push(node);
    return node;
  };

  const root = walk({ start: 0, end: source.length }, '', 0, 'text/plain');
  return { root, leaves, warnings: [...warnings] };
}

/** What the header of an entity says about it. */
function describe(headers: HeaderBlock, defaultType: string): MimePart {
  const contentType = parseParameterized(headers.getRaw('content-type'));
  const disposition = parseParameterized(headers.getRaw('content-disposition'));
  const contentId = headers.get('content-id')?.trim().replace(/^<|>$/g, '').trim();
  const filename = disposition.params.filename || contentType.params.name;
  return {
    part: '',
    type: mediaType(contentType.value, defaultType),
    params: contentType.params,
    encoding: (parseParameterized(headers.getRaw('content-transfer-encoding')).value.split(/\s/)[0] ?? '') || '7bit',
    disposition: disposition.value === '' ? undefined : disposition.value,
    filename: filename === undefined || filename === '' ? undefined : filename,
    contentId: contentId === undefined || contentId === '' ? undefined : contentId,
    headers,
    bodyStart: 0,
    end: 0,
    children: [],
  };
}

/** A type that is missing or malformed is the default (RFC 2045 section 5.2). */
function mediaType(value: string, defaultType: string): string {
  const match = /^([a-z0-9!#$&^_.+-]{1,127})\s*\/\s*([a-z0-9!#$&^_.+-]{1,127})/.exec(value);
  if (match !== null) return `${match[1]}/${match[2]}`;
  return value === 'html' ? 'text/html' : defaultType;
}

/** The ranges between the delimiter lines of a multipart, without the line end that belongs to the delimiter. */
function childRanges(source: Buffer, node: MimePart, warnings: Set<string>): Range[] {
  const declared = node.params.boundary?.trim();
  if (declared !== undefined && declared !== '') {
    const ranges = rangesBetween(source, node, declared);
    if (ranges.length > 0) return ranges;
  }
  const guess = guessBoundary(source, node);
  if (guess === undefined) return [];
  warnings.add('wrong-boundary');
  return rangesBetween(source, node, guess);
}

function rangesBetween(source: Buffer, node: MimePart, boundary: string): Range[] {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const ranges: Range[] = [];
  let open: number | undefined;
  let position = node.bodyStart;
  while (position < node.end) {
    const at = source.indexOf(delimiter, position);
    if (at === -1 || at + delimiter.length > node.end) break;
    position = at + delimiter.length;
    if (at > node.bodyStart && source[at - 1] !== 0x0a && source[at - 1] !== 0x0d) continue;
    const line = lineAt(source.subarray(0, node.end), position);
    const tail = source
      .subarray(position, Math.min(line.end, position + 200))
      .toString('latin1')
      .trimEnd();
    if (tail !== '' && !tail.startsWith('--')) continue;
    if (tail.startsWith('--') && tail !== '--' && !/^--\s/.test(tail)) continue;
    if (open !== undefined) ranges.push({ start: open, end: Math.max(open, beforeLineEnd(source, at)) });
    open = tail.startsWith('--') ? undefined : line.next;
    position = line.next;
    if (tail.startsWith('--')) break;
  }
  if (open !== undefined && open <= node.end) ranges.push({ start: open, end: node.end });
  return ranges;
}

function beforeLineEnd(source: Buffer, at: number): number {
  if (source[at - 1] === 0x0a) return source[at - 2] === 0x0d ? at - 2 : at - 1;
  return source[at - 1] === 0x0d ? at - 1 : at;
}

/** The first line of a multipart that looks like a delimiter and is followed by a header field. */
function guessBoundary(source: Buffer, node: MimePart): string | undefined {
  const head = source.subarray(node.bodyStart, Math.min(node.end, node.bodyStart + 16_384)).toString('latin1');
  return /(?:^|[\r\n])--([^\r\n]{3,100}?)[ \t]*\r?\n[Cc]ontent-[A-Za-z-]{2,40}:/.exec(head)?.[1];
}
