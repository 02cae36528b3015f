/**
 * A message to send or to store as bytes (RFC 5322, 2045–2047, 2231, 3676), from nodemailer's MIME nodes. The bytes
 * are final: the same input gives the same bytes, boundaries and all, so that what is in the outbox is what is sent
 * and what is filed. Files that are kept elsewhere stay there (frozen.ts). Nothing that is given can open a file or a URL
 * or begin a header field of its own.
 */
import { createHash } from 'node:crypto';
import { toPlainText } from '@postroom/mail-html';
import MimeNode from 'nodemailer/lib/mime-node';
import type { Address } from './addresses.ts';
import { safeFilename } from './filenames.ts';
import { encodeFlowed } from './flowed.ts';
import type { FrozenFile, FrozenMessage } from './frozen.ts';
import { headerOf, invalid, requireId } from './message-header.ts';
import { headerDate } from './redate.ts';

/** A file that is kept elsewhere, and what it is: the same name always means the same octets. */
export interface StoredFile {
  uploadId: string;
  size: number;
  sha256: Uint8Array;
}

/** A file to attach. */
export interface OutgoingAttachment {
  filename: string;
  mimeType: string;
  content: Uint8Array | StoredFile;
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

const NODE_OPTIONS = { disableFileAccess: true, disableUrlAccess: true };

/** Builds a message. Throws `MailError` INVALID_INPUT for what cannot stand in one. */
export async function buildMessage(input: BuildInput): Promise<FrozenMessage> {
  const header = headerOf(input);
  const text = input.text ?? (input.html === undefined ? '' : toPlainText(input.html));
  const boundary = boundaryOf(input, header, text);
  const placeholders: Placeholder[] = [];
  const root = createBody(input, text, (file, position) => contentOf(file, `${boundary} ${position}`, placeholders), {
    ...NODE_OPTIONS,
    baseBoundary: boundary,
    boundaryPrefix: 'postroom',
    newline: 'windows',
  });
  root.setHeader('Date', headerDate(input.date));
  root.setHeader('Message-ID', requireId(input.messageId));
  return cutOut(Buffer.concat([Buffer.from(header), await root.build()]), placeholders);
}

/** What stands for a file while the rest is built. */
interface Placeholder {
  readonly octets: Buffer;
  readonly file: StoredFile;
}

function contentOf({ content }: OutgoingAttachment, name: string, placeholders: Placeholder[]): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const octets = createHash('sha256').update(`file ${name}`).digest();
  placeholders.push({ octets, file: content });
  return octets;
}

/** The octets without the placeholders, and where those stood. */
function cutOut(built: Buffer, placeholders: readonly Placeholder[]): FrozenMessage {
  const kept: Buffer[] = [];
  const files: FrozenFile[] = [];
  let position = 0;
  let length = 0;
  for (const { octets, file } of placeholders) {
    const encoded = octets.toString('base64');
    const at = built.indexOf(encoded, position, 'latin1');
    kept.push(built.subarray(position, at));
    length += at - position;
    position = at + encoded.length;
    files.push({ uploadId: file.uploadId, size: file.size, at: length });
  }
  return { octets: Buffer.concat([...kept, built.subarray(position)]), files };
}

type OctetsOf = (file: OutgoingAttachment, position: number) => Buffer;
type NodeOptions = ConstructorParameters<typeof MimeNode>[1];

/** mixed( alternative( text, related( html, pictures ) ), files ), with every level only where it is needed. */
function createBody(input: BuildInput, text: string, octetsOf: OctetsOf, options: NodeOptions): MimeNode {
  const all = input.attachments ?? [];
  const pictures =
    input.html === undefined ? [] : all.filter(({ inline, contentId }) => inline === true && contentId !== undefined);
  const files = all.filter((attachment) => !pictures.includes(attachment));
  const addPictures = (parent: MimeNode) => {
    for (const [index, picture] of pictures.entries()) addFile(parent, picture, octetsOf(picture, index), 'inline');
  };
  if (files.length === 0) {
    return createText(
      input.html,
      text,
      pictures.length > 0 ? addPictures : null,
      (type) => new MimeNode(type, options),
    );
  }
  const mixed = new MimeNode('multipart/mixed', options);
  createText(input.html, text, pictures.length > 0 ? addPictures : null, (type) =>
    mixed.createChild(type, NODE_OPTIONS),
  );
  for (const [index, file] of files.entries()) {
    addFile(mixed, file, octetsOf(file, pictures.length + index), 'attachment');
  }
  return mixed;
}

function createText(
  html: string | undefined,
  text: string,
  addPictures: ((parent: MimeNode) => void) | null,
  create: (type: string) => MimeNode,
): MimeNode {
  if (html === undefined)
    return create('text/plain; charset=utf-8; format=flowed; delsp=no').setContent(crlf(encodeFlowed(clean(text))));
  const alternative = create('multipart/alternative');
  alternative
    .createChild('text/plain; charset=utf-8; format=flowed; delsp=no', NODE_OPTIONS)
    .setContent(crlf(encodeFlowed(clean(text))));
  const parent = addPictures
    ? alternative.createChild('multipart/related; type="text/html"', NODE_OPTIONS)
    : alternative;
  parent.createChild('text/html; charset=utf-8', NODE_OPTIONS).setContent(crlf(clean(html)));
  addPictures?.(parent);
  return alternative;
}

function addFile(
  parent: MimeNode,
  file: OutgoingAttachment,
  octets: Buffer,
  disposition: 'inline' | 'attachment',
): void {
  const filename = safeFilename(file.filename, file.mimeType);
  const isWhole = file.content instanceof Uint8Array;
  const isMessage = isWhole && file.mimeType.toLowerCase() === 'message/rfc822' && isTransmissible(octets);
  const type = isMessage ? 'message/rfc822' : attachmentType(file.mimeType);
  const node = parent.createChild(type, { ...NODE_OPTIONS, filename });
  node.setHeader('Content-Disposition', disposition);
  // A message/rfc822 part must not be encoded (RFC 2046 section 5.2.1).
  node.setHeader(
    'Content-Transfer-Encoding',
    isMessage ? (octets.every((byte) => byte < 0x80) ? '7bit' : '8bit') : 'base64',
  );
  if (file.contentId !== undefined) {
    const id = file.contentId.replace(/^<|>$/g, '');
    if (!/^[\w.!#$%&'*+/=?^`{|}~@-]{1,200}$/.test(id)) throw invalid('The Content-ID of an attachment is not usable.');
    node.setHeader('Content-ID', `<${id}>`);
  }
  node.setContent(octets);
}

function attachmentType(mimeType: string): string {
  const type = mimeType.trim().toLowerCase();
  const isSimple = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(type);
  return isSimple && !/^(?:multipart|message)\//.test(type) ? type : 'application/octet-stream';
}

/** Lines of at most 998 octets, all of them ended in one way, and no NUL. */
function isTransmissible(content: Buffer): boolean {
  if (content.includes(0)) return false;
  const lines = content.toString('latin1').split(content.includes('\r\n') ? '\r\n' : '\n');
  return lines.every((line) => line.length <= 998 && !/[\r\n]/.test(line));
}

/** Boundaries follow from the whole input, so that no content can have been written to contain them. */
function boundaryOf(input: BuildInput, header: string, text: string): string {
  const hash = createHash('sha256').update(
    `${header}\0${input.messageId}\0${input.date.getTime()}\0${text}\0${input.html ?? ''}`,
  );
  for (const { filename, content } of input.attachments ?? []) {
    hash.update(`\0${filename}\0`).update(content instanceof Uint8Array ? content : content.sha256);
  }
  return hash.digest('hex').slice(0, 24);
}

/** Well-formed, without NUL and without a byte order mark. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/^\ufeff+/, '');
}

function crlf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}
