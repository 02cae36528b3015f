/**
 * Just enough MIME for the memory server: a tree of parts with their places in the raw text, header fields, and the
 * sections FETCH asks for (RFC 3501 section 6.4.5). Text is latin1, one character a byte.
 */

/** A part and where it lies. */
export interface MimePart {
  /** Header with the empty line that ends it. */
  header: string;
  body: string;
  type: string;
  subtype: string;
  parameters: [string, string][];
  children: MimePart[];
  /** The message inside a message/rfc822 part. */
  message: MimePart | undefined;
}

/** Values of a field, unfolded, in order. */
export function fieldValues(header: string, name: string): string[] {
  const unfolded = header.replace(/\r?\n(?=[ \t])/g, '');
  const start = `${name.toLowerCase()}:`;
  return unfolded
    .split(/\r?\n/)
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

/** First value of a field. */
export function field(header: string, name: string): string | undefined {
  return fieldValues(header, name)[0];
}

/** `value; a=b` taken apart; the value in lower case. */
export function parseParameters(text: string): { value: string; parameters: [string, string][] } {
  const [value = ''] = text.split(';', 1);
  const parameters: [string, string][] = [];
  for (const match of text.slice(value.length).matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    parameters.push([(match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '']);
  }
  return { value: value.trim().toLowerCase(), parameters };
}

function splitParts(body: string, boundary: string): string[] {
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`);
  const parts: string[] = [];
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break;
    parts.push(piece.replace(/^[ \t]*\r?\n/, ''));
  }
  return parts;
}

/** Parses a message or a part; never fails. */
export function parsePart(raw: string, defaultType = 'text/plain'): MimePart {
  const blank = raw.startsWith('\r\n') ? 0 : raw.search(/\r?\n\r?\n/);
  const gap = /^\r?\n(?:\r?\n)?/.exec(raw.slice(Math.max(0, blank)))?.[0].length ?? 0;
  const headerEnd = blank < 0 ? raw.length : blank + (blank === 0 ? 2 : gap);
  const header = raw.slice(0, headerEnd);
  const body = raw.slice(headerEnd);
  const { value, parameters } = parseParameters(field(header, 'content-type') ?? defaultType);
  const [type = 'text', subtype = 'plain'] = value.includes('/') ? value.split('/') : ['text', 'plain'];
  const boundary = parameters.find(([name]) => name === 'boundary')?.[1];
  const inner = subtype === 'digest' ? 'message/rfc822' : 'text/plain';
  const children =
    type === 'multipart' && boundary ? splitParts(body, boundary).map((part) => parsePart(part, inner)) : [];
  const message = type === 'message' && subtype === 'rfc822' ? parsePart(body) : undefined;
  return { header, body, type, subtype, parameters, children, message };
}

/** The part numbered like `1.2`; a message that is no multipart has itself as part 1. */
export function findPart(root: MimePart, path: number[]): MimePart | undefined {
  let part: MimePart | undefined = root;
  for (const number of path) {
    const holder: MimePart = part?.message ?? (part as MimePart);
    part = holder.type === 'multipart' ? holder.children[number - 1] : number === 1 ? holder : undefined;
    if (!part) return undefined;
  }
  return part;
}

/** Named fields of a header (or all others), as they stand, with the empty line after them. */
export function filterHeader(header: string, names: string[], others: boolean): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const fields = header
    .replace(/(\r?\n)+$/, '\r\n')
    .split(/\r?\n(?![ \t])/)
    .filter(Boolean);
  const kept = fields.filter((line) => wanted.has(line.slice(0, line.indexOf(':')).trim().toLowerCase()) !== others);
  return `${kept.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** A section such as `HEADER`, `1.2.MIME`, `HEADER.FIELDS (TO)`; undefined when there is no such part. */
export function sectionOf(raw: string, section: string): string | undefined {
  if (section === '') return raw;
  const match = /^([\d.]*?)\.?(HEADER\.FIELDS(?:\.NOT)? \(.*\)|HEADER|TEXT|MIME)?$/i.exec(section);
  if (!match) return undefined;
  const path = (match[1] ?? '').split('.').filter(Boolean).map(Number);
  const found = findPart(parsePart(raw), path);
  if (!found) return undefined;
  const kind = (match[2] ?? '').toUpperCase();
  if (kind === '') return found.body;
  if (kind === 'MIME') return found.header;
  const target = path.length > 0 ? found.message : found;
  if (!target) return undefined;
  if (kind === 'HEADER') return target.header;
  if (kind === 'TEXT') return target.body;
  const names = (/\((.*)\)/.exec(match[2] ?? '')?.[1] ?? '').split(/\s+/).map((name) => name.replaceAll('"', ''));
  return filterHeader(target.header, names, kind.startsWith('HEADER.FIELDS.NOT'));
}
