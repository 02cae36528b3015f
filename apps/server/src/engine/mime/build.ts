/**
 * A message to send or to store as bytes (RFC 5322, 2045–2047, 2231, 3676), from nodemailer's MIME nodes. The bytes
 * are final: the same input gives the same bytes, boundaries and all, so that what is in the outbox is what is sent
 * and what is filed. Nothing that is given can open a file or a URL or begin a header field of its own.
 */
import { createHash } from 'node:crypto';
import { toPlainText } from '@postroom/mail-html';
import MimeNode from 'nodemailer/lib/mime-node';
import { MailError } from '../../lib/driver/errors.ts';
import { type Address, assertSendable } from './addresses.ts';
import { safeFilename } from './filenames.ts';
import { encodeFlowed } from './flowed.ts';
import { lineAt } from './headers.ts';
import { capReferences, parseMessageId } from './message-ids.ts';

/** A file to attach. */
export interface OutgoingAttachment {
  filename: string;
  mimeType: string;
  content: Uint8Array;
  /** Shown inside the HTML, by `contentId`. */
  inline?: boolean | undefined;
  contentId?: string | undefined;
}

/** What a message is made of. */
export interface BuildInput {
  from: Address;
  to?: readonly Address[] | undefined;
  cc?: readonly Address[] | undefined;
  bcc?: readonly Address[] | undefined;
  replyTo?: readonly Address[] | undefined;
  subject?: string | undefined;
  html?: string | undefined;
  /** The plain alternative; made from the HTML when missing. */
  text?: string | undefined;
  attachments?: readonly OutgoingAttachment[] | undefined;
  messageId: string;
  date: Date;
  inReplyTo?: string | readonly string[] | undefined;
  references?: readonly string[] | undefined;
  /** Further fields; names outside the allow-list are refused. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the Bcc field stands in the bytes: for the Sent copy and for drafts. */
  keepBcc?: boolean | undefined;
  /** For drafts: recipients that cannot be sent to (yet) are left out instead of refused. */
  skipUnsendable?: boolean | undefined;
}

const ALLOWED_HEADERS =
  /^(?:x-[a-z0-9-]{1,60}|importance|priority|sensitivity|auto-submitted|precedence|disposition-notification-to|list-(?:id|unsubscribe|unsubscribe-post|post|help|archive)|organization|comments|keywords|user-agent|in-reply-to|references)$/i;
const ID = /^<[!-;=?-~]{1,990}>$/;
const NODE_OPTIONS = { disableFileAccess: true, disableUrlAccess: true };

/** Builds the bytes of a message. Throws `MailError` INVALID_INPUT for what cannot stand in one. */
export async function buildMessage(input: BuildInput): Promise<Buffer> {
  const messageId = requireId(input.messageId);
  const text = input.text ?? (input.html === undefined ? '' : toPlainText(input.html));
  const root = createBody(input, text, {
    ...NODE_OPTIONS,
    baseBoundary: boundaryOf(input, messageId, text),
    boundaryPrefix: 'postroom',
    keepBcc: input.keepBcc === true,
    newline: 'windows',
  });
  setHeaders(root, input, messageId);
  return root.build();
}

/** The bytes as they are transmitted: without Bcc and without our own bookkeeping fields (`X-Postroom-…`). */
export function transmittedBytes(frozen: Uint8Array): Buffer {
  const source = Buffer.isBuffer(frozen) ? frozen : Buffer.from(frozen.buffer, frozen.byteOffset, frozen.byteLength);
  const kept: Buffer[] = [];
  let position = 0;
  let dropping = false;
  while (position < source.length) {
    const line = lineAt(source, position);
    if (line.end === line.start) break;
    const first = source[line.start];
    const isFolded = first === 0x20 || first === 0x09;
    if (!isFolded)
      dropping = /^(?:bcc|resent-bcc|x-postroom-[a-z-]+)\s*:/i.test(
        source.subarray(line.start, line.start + 80).toString('latin1'),
      );
    if (!dropping) kept.push(source.subarray(line.start, line.next));
    position = line.next;
  }
  return Buffer.concat([...kept, source.subarray(position)]);
}

function setHeaders(root: MimeNode, input: BuildInput, messageId: string): void {
  const recipients = (list: readonly Address[] | undefined) => addressList(list ?? [], input.skipUnsendable === true);
  assertSendable(input.from);
  root.setHeader('Date', `${input.date.toUTCString().replace('GMT', '+0000')}`);
  root.setHeader('From', addressList([input.from], false));
  for (const [name, list] of [
    ['Reply-To', input.replyTo],
    ['To', input.to],
    ['Cc', input.cc],
    ['Bcc', input.bcc],
  ] as const) {
    const addresses = recipients(list);
    if (addresses.length > 0) root.setHeader(name, addresses);
  }
  root.setHeader('Subject', requireOneLine('subject', input.subject ?? '').trim());
  root.setHeader('Message-ID', messageId);
  const further = Object.entries(input.headers ?? {});
  const fieldOf = (key: string) => further.find(([name]) => name.toLowerCase() === key)?.[1] ?? '';
  const parents = ids(
    input.inReplyTo === undefined ? fieldOf('in-reply-to').split(/(?<=>)\s*/) : [input.inReplyTo].flat(),
  );
  const ancestors = capReferences(ids(input.references ?? fieldOf('references').split(/(?<=>)\s*/)));
  if (parents.length > 0) root.setHeader('In-Reply-To', parents.join(' '));
  if (ancestors.length > 0) root.setHeader('References', ancestors.join(' '));
  for (const [name, value] of further) {
    if (!ALLOWED_HEADERS.test(name)) throw invalid(`The header field “${name.slice(0, 60)}” cannot be set.`);
    if (!/^(?:in-reply-to|references)$/i.test(name)) root.setHeader(name, requireOneLine(name, value));
  }
}

type NodeOptions = ConstructorParameters<typeof MimeNode>[1];

/** mixed( alternative( text, related( html, pictures ) ), files ), with every level only where it is needed. */
function createBody(input: BuildInput, text: string, options: NodeOptions): MimeNode {
  const all = input.attachments ?? [];
  const pictures =
    input.html === undefined ? [] : all.filter(({ inline, contentId }) => inline === true && contentId !== undefined);
  const files = all.filter((attachment) => !pictures.includes(attachment));
  if (files.length === 0) return createText(input.html, text, pictures, (type) => new MimeNode(type, options));
  const mixed = new MimeNode('multipart/mixed', options);
  createText(input.html, text, pictures, (type) => mixed.createChild(type, NODE_OPTIONS));
  for (const file of files) addFile(mixed, file, 'attachment');
  return mixed;
}

function createText(
  html: string | undefined,
  text: string,
  pictures: readonly OutgoingAttachment[],
  create: (type: string) => MimeNode,
): MimeNode {
  if (html === undefined)
    return create('text/plain; charset=utf-8; format=flowed').setContent(crlf(encodeFlowed(text)));
  const alternative = create('multipart/alternative');
  alternative
    .createChild('text/plain; charset=utf-8; format=flowed', NODE_OPTIONS)
    .setContent(crlf(encodeFlowed(text)));
  const parent =
    pictures.length === 0 ? alternative : alternative.createChild('multipart/related; type="text/html"', NODE_OPTIONS);
  parent.createChild('text/html; charset=utf-8', NODE_OPTIONS).setContent(crlf(html));
  for (const picture of pictures) addFile(parent, picture, 'inline');
  return alternative;
}

function addFile(parent: MimeNode, file: OutgoingAttachment, disposition: 'inline' | 'attachment'): void {
  const filename = safeFilename(file.filename, file.mimeType);
  const content = Buffer.from(file.content);
  const isMessage = file.mimeType.toLowerCase() === 'message/rfc822' && isTransmissible(content);
  const type = isMessage ? 'message/rfc822' : attachmentType(file.mimeType);
  const node = parent.createChild(type, { ...NODE_OPTIONS, filename });
  node.setHeader('Content-Disposition', disposition);
  // A message/rfc822 part must not be encoded (RFC 2046 section 5.2.1).
  node.setHeader(
    'Content-Transfer-Encoding',
    isMessage ? (content.every((byte) => byte < 0x80) ? '7bit' : '8bit') : 'base64',
  );
  if (file.contentId !== undefined) {
    const id = file.contentId.replace(/^<|>$/g, '');
    if (!/^[\w.!#$%&'*+/=?^`{|}~@-]{1,200}$/.test(id)) throw invalid('The Content-ID of an attachment is not usable.');
    node.setHeader('Content-ID', `<${id}>`);
  }
  node.setContent(content);
}

function attachmentType(mimeType: string): string {
  const type = mimeType.trim().toLowerCase();
  const isSimple = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(type);
  return isSimple && !/^(?:multipart|message)\//.test(type) ? type : 'application/octet-stream';
}

/** Lines of at most 998 octets and no NUL. */
function isTransmissible(content: Buffer): boolean {
  if (content.includes(0)) return false;
  let start = 0;
  while (start < content.length) {
    const lf = content.indexOf(0x0a, start);
    const end = lf === -1 ? content.length : lf;
    if (end - start > 998) return false;
    start = end + 1;
  }
  return true;
}

function addressList(addresses: readonly Address[], skipUnsendable: boolean): { name: string; address: string }[] {
  return addresses
    .filter((address) => isUsable(address, skipUnsendable))
    .map(({ name = '', email }) => ({ name, address: email }));
}

function isUsable(address: Address, skipUnsendable: boolean): boolean {
  try {
    assertSendable(address);
    return true;
  } catch (error) {
    if (skipUnsendable && error instanceof MailError) return false;
    throw error;
  }
}

/** Boundaries follow from the whole input, so that no content can have been written to contain them. */
function boundaryOf(input: BuildInput, messageId: string, text: string): string {
  const hash = createHash('sha256').update(`${messageId}\0${input.date.getTime()}\0${text}\0${input.html ?? ''}`);
  for (const { filename, content } of input.attachments ?? []) hash.update(`\0${filename}\0`).update(content);
  return hash.digest('hex').slice(0, 24);
}

function requireId(messageId: string): string {
  const id = parseMessageId(messageId);
  if (id === undefined || !ID.test(id)) throw invalid('The Message-ID is not usable.');
  return id;
}

/** Ids that come from other people's mail: what is not clean ASCII in brackets is left out. */
function ids(values: readonly string[]): string[] {
  return values
    .map((value) => value.trim())
    .map((value) => (value === '' || value.startsWith('<') ? value : `<${value}>`))
    .filter((value) => ID.test(value));
}

function requireOneLine(name: string, value: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(value.replaceAll('\t', ' ')))
    throw invalid(`The ${name} contains a line break or another control character.`);
  return value.toWellFormed();
}

function invalid(message: string): MailError {
  return new MailError({ code: 'INVALID_INPUT', message, fix: 'Correct it and try again.' });
}

function crlf(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/\r\n?|\n/g, '\r\n');
}
