/**
 * Builds raw messages (RFC 5322, MIME) for tests. The same options give the same bytes: dates, ids and boundaries that
 * are not given are made from what is. It writes good messages; bad ones are best written out by hand.
 */
import { createHash } from 'node:crypto';
import { type Charset, encodeText } from './charset.ts';
import { type AddressInput, encodeUnstructured, foldField, formatAddress, formatDate, parameter } from './header.ts';
import { applyEncoding, suitableEncoding, type TransferEncoding } from './transfer-encoding.ts';

/** A file in a message. */
export interface AttachmentInput {
  filename?: string;
  /** Default `application/octet-stream`. */
  type?: string;
  content: Buffer | string;
  /** Without angle brackets. With `inline`, the file stands beside the HTML in multipart/related. */
  contentId?: string;
  inline?: boolean;
}

/** What `message` builds from. Everything has a default. */
export interface MessageInput {
  from?: AddressInput;
  to?: AddressInput | AddressInput[];
  cc?: AddressInput | AddressInput[];
  bcc?: AddressInput | AddressInput[];
  replyTo?: AddressInput | AddressInput[];
  subject?: string;
  /** Line ends may be LF; they become CRLF. Default `Hello` when there is no HTML either. */
  text?: string;
  html?: string;
  attachments?: AttachmentInput[];
  /** Default 2026-01-05T09:00:00Z; null leaves the field out. */
  date?: Date | string | null;
  /** With or without angle brackets. Default made from the rest; null leaves the field out. */
  messageId?: string | null;
  inReplyTo?: string;
  references?: string[];
  /** Further fields, written as they are, before the others. */
  headers?: Record<string, string | string[]>;
  /** Of the text, the HTML and the header's encoded-words. Default utf-8. */
  charset?: Charset;
  /** Of text and HTML. Default: what suits them. */
  encoding?: TransferEncoding;
}

interface Part {
  headers: string[];
  body: Buffer;
}

const CRLF = Buffer.from('\r\n');

/** `<id>`, whatever brackets the given one has. */
export function bracketed(id: string): string {
  return `<${id.replace(/^<|>$/g, '')}>`;
}

function digestOf(input: MessageInput): string {
  const seen = JSON.stringify(input, (_key, value: unknown) =>
    Buffer.isBuffer(value) ? createHash('sha256').update(value).digest('hex') : value,
  );
  return createHash('sha256').update(seen).digest('hex').slice(0, 24);
}

function textPart(type: string, text: string, input: MessageInput): Part {
  const charset = input.charset ?? 'utf-8';
  const bytes = encodeText(`${text.replace(/\r?\n/g, '\r\n').replace(/(\r\n)?$/, '')}\r\n`, charset);
  const encoding = input.encoding ?? suitableEncoding(bytes);
  return {
    headers: [`Content-Type: ${type}; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`],
    body: applyEncoding(bytes, encoding),
  };
}

function attachmentPart(attachment: AttachmentInput): Part {
  const { filename, type = 'application/octet-stream', contentId, inline } = attachment;
  const name = filename === undefined ? '' : parameter('filename', filename);
  const embedded = type === 'message/rfc822';
  const content = Buffer.isBuffer(attachment.content) ? attachment.content : Buffer.from(attachment.content, 'utf8');
  return {
    headers: [
      foldField('Content-Type', type),
      foldField('Content-Disposition', `${inline ? 'inline' : 'attachment'}${name}`),
      ...(contentId ? [`Content-ID: ${bracketed(contentId)}`] : []),
      `Content-Transfer-Encoding: ${embedded ? '8bit' : 'base64'}`,
    ],
    body: embedded ? content : applyEncoding(content, 'base64'),
  };
}

function multipart(subtype: string, parts: Part[], boundary: string): Part {
  const chunks = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`, 'latin1'),
    part.body,
    CRLF,
  ]);
  return {
    headers: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`, 'latin1')]),
  };
}

function contentOf(input: MessageInput, digest: string): Part {
  const { html, attachments = [] } = input;
  const text = input.text ?? (html === undefined ? 'Hello' : undefined);
  const inline = attachments.filter((attachment) => attachment.inline);
  const files = attachments.filter((attachment) => !attachment.inline);
  let part: Part | undefined;
  if (html !== undefined) {
    part = textPart('text/html', html, input);
    if (inline.length > 0) part = multipart('related', [part, ...inline.map(attachmentPart)], `related-${digest}`);
  }
  if (text !== undefined) {
    const plain = textPart('text/plain', text, input);
    part = part ? multipart('alternative', [plain, part], `alternative-${digest}`) : plain;
  }
  const beside = html === undefined ? attachments : files;
  if (beside.length === 0 && part) return part;
  return multipart('mixed', [...(part ? [part] : []), ...beside.map(attachmentPart)], `mixed-${digest}`);
}

function addressField(name: string, value: AddressInput | AddressInput[] | undefined, charset: Charset): string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  return [foldField(name, list.map((address) => formatAddress(address, charset)).join(', '))];
}

function givenFields(headers: Record<string, string | string[]>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
}

/** The raw message. */
export function message(input: MessageInput = {}): Buffer {
  const digest = digestOf(input);
  const charset = input.charset ?? 'utf-8';
  const date = input.date === undefined ? new Date('2026-01-05T09:00:00Z') : input.date;
  const messageId = input.messageId === undefined ? `${digest}@lab.test` : input.messageId;
  const content = contentOf(input, digest);
  const fields = [
    ...givenFields(input.headers ?? {}),
    ...addressField('From', input.from ?? 'Sender <sender@elsewhere.test>', charset),
    ...addressField('To', input.to ?? 'ada@lab.test', charset),
    ...addressField('Cc', input.cc, charset),
    ...addressField('Bcc', input.bcc, charset),
    ...addressField('Reply-To', input.replyTo, charset),
    foldField('Subject', encodeUnstructured(input.subject ?? 'A message', charset)),
    ...(date === null ? [] : [`Date: ${typeof date === 'string' ? date : formatDate(date)}`]),
    ...(messageId === null ? [] : [`Message-ID: ${bracketed(messageId)}`]),
    ...(input.inReplyTo ? [`In-Reply-To: ${bracketed(input.inReplyTo)}`] : []),
    ...(input.references?.length ? [foldField('References', input.references.map(bracketed).join(' '))] : []),
    'MIME-Version: 1.0',
    ...content.headers,
  ];
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`, 'utf8'), content.body]);
}
