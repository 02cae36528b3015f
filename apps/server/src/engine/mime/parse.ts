/**
 * A whole message to data. Everything is read by our own modules, so that a part has one number whether it came from
 * BODYSTRUCTURE or from here, and so that no field is ever made up. Broken or hostile input yields what can be had and
 * a warning; nothing throws.
 *
 * Leaves out: decrypting, verifying signatures, unpacking TNEF, looking into nested messages (they are files).
 */
import { type Address, parseAddresses } from './addresses.ts';
import { type AuthenticationResults, parseAuthentication } from './authentication.ts';
import { composeBody } from './body.ts';
import { type Structure, structureFromParts } from './bodystructure.ts';
import { parseDate } from './dates.ts';
import { safeFilename } from './filenames.ts';
import { type HeaderBlock, parseHeaderBlock } from './headers.ts';
import { extractMessageIds, parseMessageId, references } from './message-ids.ts';
import { type MimePart, type MimeTree, splitParts } from './parts.ts';
import { type AttachmentPart, type PartsPlan, planParts } from './parts-plan.ts';
import { decodeTransfer } from './transfer-encodings.ts';

/** Bounds of {@link parseMessage}. */
export interface ParseLimits {
  /** Larger messages are read as their header alone. */
  maxBytes?: number;
  maxParts?: number;
  maxDepth?: number;
  maxHeaderBytes?: number;
  /** Bytes of one text part that are decoded. */
  maxTextBytes?: number;
}

/** Options of {@link parseMessage}. */
export interface ParseOptions {
  limits?: ParseLimits;
}

/** A file of a message, decoded. */
export interface ParsedAttachment extends AttachmentPart {
  content: Buffer;
}

/** A parsed message. */
export interface ParsedMime {
  headers: HeaderBlock;
  messageId: string | undefined;
  inReplyTo: string[];
  references: string[];
  from: Address[];
  sender: Address | undefined;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo: Address[];
  subject: string;
  /** The Date header; null when it is missing or cannot be read. */
  date: Date | null;
  /** The time in the topmost Received field. */
  received: Date | null;
  text: string;
  html: string;
  attachments: ParsedAttachment[];
  listUnsubscribe: string | undefined;
  listUnsubscribePost: string | undefined;
  listId: string | undefined;
  authentication: AuthenticationResults | undefined;
  structure: Structure;
  warnings: string[];
}

const MAX_BYTES = 150 * 1024 * 1024;
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const SINGLE_FIELDS = ['from', 'sender', 'subject', 'date', 'message-id', 'to', 'reply-to'];

/** The fields of {@link ParsedMime} that come from the header. */
export type ParsedHeader = Omit<ParsedMime, 'text' | 'html' | 'attachments' | 'structure' | 'warnings'>;

/** Parses a message. Synchronous and pure. */
export function parseMessage(bytes: Uint8Array, { limits = {} }: ParseOptions = {}): ParsedMime {
  const source = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isTooLarge = source.length > (limits.maxBytes ?? MAX_BYTES);
  const tree = splitParts(isTooLarge ? headerOnly(source, limits) : source, limits);
  const structure = structureFromParts(tree.root);
  const plan = planParts(structure);
  const { text, html, attachments } = isTooLarge
    ? { text: '', html: '', attachments: [] }
    : contents(source, tree, plan, limits);
  const warnings = new Set(tree.warnings);
  if (isTooLarge) warnings.add('message-too-large');
  for (const name of SINGLE_FIELDS) {
    if (tree.root.headers.getAll(name).length > 1) warnings.add(`duplicate-${name}`);
  }
  const header = parseHeader(tree.root.headers);
  if (header.date === null && tree.root.headers.get('date') !== undefined) warnings.add('invalid-date');
  return { ...header, text, html, attachments, structure, warnings: [...warnings] };
}

/** The typed fields of a header block, for example one that was fetched alone. */
export function parseHeader(headers: HeaderBlock): ParsedHeader {
  const list = (name: string): Address[] =>
    headers.fields
      .filter(({ key }) => key === name)
      .flatMap(({ raw }) => parseAddresses(raw))
      .slice(0, 10_000);
  const received = headers.get('received');
  return {
    headers,
    messageId: parseMessageId(headers.get('message-id')),
    inReplyTo: extractMessageIds(headers.getAll('in-reply-to').join(' ')),
    references: references(headers.getAll('references').join(' ')),
    from: parseAddresses(headers.getRaw('from')),
    sender: parseAddresses(headers.getRaw('sender'))[0],
    to: list('to'),
    cc: list('cc'),
    bcc: list('bcc'),
    replyTo: parseAddresses(headers.getRaw('reply-to')),
    subject: headers.getText('subject') ?? '',
    date: parseDate(headers.get('date')),
    received: received === undefined ? null : parseDate(received.slice(received.lastIndexOf(';') + 1)),
    listUnsubscribe: headers.get('list-unsubscribe'),
    listUnsubscribePost: headers.get('list-unsubscribe-post'),
    listId: headers.getText('list-id'),
    authentication: parseAuthentication(headers),
  };
}

/** The decoded file with an attachment's id (its part number); undefined when the message has no such part. */
export function decodeAttachment(bytes: Uint8Array, attachmentId: string): ParsedAttachment | undefined {
  return parseMessage(bytes).attachments.find(({ part }) => part === attachmentId);
}

/** The transferred bytes of a part by its number, as IMAP gives them for BODY[part]. */
export function partBytes(bytes: Uint8Array, part: string): Uint8Array | undefined {
  const leaf = splitParts(bytes).leaves.find((candidate) => candidate.part === part);
  return leaf === undefined ? undefined : bytes.subarray(leaf.bodyStart, leaf.end);
}

function contents(
  source: Buffer,
  tree: MimeTree,
  plan: PartsPlan,
  limits: ParseLimits,
): Pick<ParsedMime, 'text' | 'html' | 'attachments'> {
  const leaves = new Map<string, MimePart>(tree.leaves.map((leaf) => [leaf.part, leaf]));
  const maxText = limits.maxTextBytes ?? MAX_TEXT_BYTES;
  const bytesOf = (part: string, max = Number.MAX_SAFE_INTEGER): Buffer | undefined => {
    const leaf = leaves.get(part);
    return leaf === undefined ? undefined : source.subarray(leaf.bodyStart, Math.min(leaf.end, leaf.bodyStart + max));
  };
  const { text, html, files } = composeBody(plan, ({ part }) => bytesOf(part, maxText));
  const attachments = plan.attachments.map((attachment) => {
    const content = decodeTransfer(bytesOf(attachment.part) ?? Buffer.alloc(0), attachment.encoding).content;
    return { ...attachment, size: content.length, content };
  });
  const count = new Map<string, number>();
  for (const { part, file } of files) {
    const n = (count.get(part) ?? 0) + 1;
    count.set(part, n);
    attachments.push({
      part: `${part}:uu${n}`,
      filename: safeFilename(file.filename, 'application/octet-stream'),
      mimeType: 'application/octet-stream',
      size: file.content.length,
      inline: false,
      content: file.content,
    });
  }
  return { text, html, attachments };
}

function headerOnly(source: Buffer, limits: ParseLimits): Buffer {
  const head = source.subarray(0, (limits.maxHeaderBytes ?? 256 * 1024) * 2);
  return head.subarray(0, parseHeaderBlock(head).bodyStart);
}
