/**
 * What follows from a message's structure: which parts are the text, which are files, and whether parts can be fetched
 * singly. What is body and what is file follows RFC 8621 section 4.1.4.
 */
import type { Structure } from './bodystructure.ts';
import { type FileWarning, fileWarning, safeFilename } from './filenames.ts';

/** A part that is shown as text, with what {@link decodePart} needs. */
export interface BodyPart {
  part: string;
  type: string;
  size: number;
  encoding?: string;
  charset?: string;
  flowed?: boolean;
  delsp?: boolean;
}

/** A part that is a file. */
export interface AttachmentPart {
  /** The IMAP part number. */
  part: string;
  filename: string;
  mimeType: string;
  /** Decoded size; estimated from the transferred one. */
  size: number;
  encoding?: string;
  contentId?: string;
  /** Shown inside the HTML by its Content-ID. */
  inline: boolean;
  /** Why its name is not to be trusted. */
  warning?: FileWarning;
}

/** Why single parts cannot be relied on. */
export type FullSourceReason = 'no-structure' | 'implausible' | 'small' | 'smime' | 'pgp' | 'tnef';

/** What to fetch and show of a message. */
export interface PartsPlan {
  /** The first text/plain and text/html part that is shown. */
  text?: BodyPart;
  html?: BodyPart;
  /** All parts of the plain and of the HTML rendering, in order. */
  textBody: BodyPart[];
  htmlBody: BodyPart[];
  /** Pictures that the HTML shows by Content-ID. */
  inline: AttachmentPart[];
  /** All files, the inline ones included. */
  attachments: AttachmentPart[];
  needsFullSource: boolean;
  reason?: FullSourceReason;
}

const SMALL_BYTES = 64 * 1024;

interface FoundAttachment {
  node: Structure;
  isRelated: boolean;
}

interface Found {
  text: Structure[];
  html: Structure[];
  attachments: FoundAttachment[];
}

/** Decides which parts to fetch and to show. `size` is the whole message's, where known. */
export function planParts(
  structure: Structure | null | undefined,
  options: { size?: number | undefined } = {},
): PartsPlan {
  const found: Found = { text: [], html: [], attachments: [] };
  if (structure !== null && structure !== undefined) collect(structure, found);
  const hasHtml = found.html.some(({ type }) => type === 'text/html');
  const attachments = found.attachments.map(({ node, isRelated }) => attachmentPart(node, isRelated, hasHtml));
  const textBody = found.text.map(bodyPart);
  const htmlBody = found.html.map(bodyPart);
  const text = textBody.find(({ type }) => type === 'text/plain');
  const html = htmlBody.find(({ type }) => type === 'text/html');
  const reason = fullSourceReason(structure, options.size);
  return {
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    textBody,
    htmlBody,
    inline: attachments.filter(({ inline }) => inline),
    attachments,
    needsFullSource: reason !== undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The files of a message. */
export function attachmentsOf(structure: Structure | null | undefined): AttachmentPart[] {
  return planParts(structure).attachments;
}

/** Whether there is a file that is more than a picture inside the text or a signature. */
export function hasAttachments(structure: Structure | null | undefined): boolean {
  return attachmentsOf(structure).some(
    ({ inline, mimeType }) => !inline && !/^application\/(?:x-)?(?:pkcs7|pgp)-signature$/.test(mimeType),
  );
}

function collect(root: Structure, found: Found): void {
  if (root.children === undefined) {
    if (isTextPart(root) && root.disposition !== 'attachment') addText(root, found, 'both');
    else found.attachments.push({ node: root, isRelated: false });
    return;
  }
  walkMultipart(root, found, 'both');
}

type Rendering = 'both' | 'text' | 'html';

/** One multipart: its text parts go to the rendering(s) it contributes to, everything else is a file. */
function walkMultipart(multipart: Structure, found: Found, rendering: Rendering): void {
  const kind = multipart.type.slice('multipart/'.length);
  const children = multipart.children ?? [];
  if (kind === 'alternative') {
    walkAlternative(children, found, rendering);
    return;
  }
  for (const [i, child] of children.entries()) {
    if (child.children !== undefined) walkMultipart(child, found, rendering);
    else if (isShown(child, i, kind)) addText(child, found, rendering);
    else found.attachments.push({ node: child, isRelated: kind === 'related' });
  }
}

function isShown(child: Structure, index: number, kind: string): boolean {
  if (!isTextPart(child) || child.disposition === 'attachment') return false;
  return index === 0 || (kind !== 'related' && child.filename === undefined);
}

/** The last part of each type is the richest (RFC 2046 section 5.1.4); one rendering stands in for a missing other. */
function walkAlternative(children: Structure[], found: Found, rendering: Rendering): void {
  const own: Found = { text: [], html: [], attachments: found.attachments };
  for (const child of children) {
    const one: Found = { text: [], html: [], attachments: found.attachments };
    if (child.children !== undefined) walkMultipart(child, one, 'both');
    else if (isTextPart(child) && child.disposition !== 'attachment') addText(child, one, 'both');
    else found.attachments.push({ node: child, isRelated: false });
    if (one.html.some(({ type }) => type === 'text/html') && replaces(one.html, own.html)) own.html = one.html;
    if (one.text.some(({ type }) => type === 'text/plain') && replaces(one.text, own.text)) own.text = one.text;
  }
  if (own.html.length === 0) own.html = own.text;
  if (own.text.length === 0) own.text = own.html;
  if (rendering !== 'html') found.text.push(...own.text);
  if (rendering !== 'text') found.html.push(...own.html);
}

/** QUIRK: servers that read a boundary as a prefix see one more, empty part at the end; it must not win. */
function replaces(next: Structure[], current: Structure[]): boolean {
  return current.length === 0 || next.some(({ size = 0 }) => size > 4);
}

function addText(node: Structure, found: Found, rendering: Rendering): void {
  if (rendering !== 'html') found.text.push(node);
  if (rendering !== 'text') found.html.push(node);
}

function isTextPart({ type }: Structure): boolean {
  return type === 'text/plain' || type === 'text/html';
}

function bodyPart({ part, type, size = 0, encoding, charset, flowed, delsp }: Structure): BodyPart {
  return {
    part,
    type,
    size,
    ...(encoding === undefined ? {} : { encoding }),
    ...(charset === undefined ? {} : { charset }),
    ...(flowed === undefined ? {} : { flowed }),
    ...(delsp === undefined ? {} : { delsp }),
  };
}

function attachmentPart(node: Structure, isRelated: boolean, hasHtml: boolean): AttachmentPart {
  const { part, type, size = 0, encoding, contentId, disposition } = node;
  const warning = fileWarning(node.filename);
  const isPicture = type.startsWith('image/') || (isRelated && type === 'application/octet-stream');
  return {
    part,
    filename: safeFilename(node.filename, type),
    mimeType: type,
    size: encoding === 'base64' ? base64Size(size) : size,
    ...(encoding === undefined ? {} : { encoding }),
    ...(contentId === undefined ? {} : { contentId }),
    inline: hasHtml && contentId !== undefined && isPicture && (isRelated || disposition !== 'attachment'),
    ...(warning === undefined ? {} : { warning }),
  };
}

/** Lines of 76 characters and CRLF are what nearly everybody sends. */
function base64Size(encoded: number): number {
  return Math.floor(encoded / 78) * 57 + Math.floor(((encoded % 78) / 4) * 3);
}

function fullSourceReason(
  structure: Structure | null | undefined,
  size: number | undefined,
): FullSourceReason | undefined {
  if (structure === null || structure === undefined) return 'no-structure';
  const all = flatten(structure);
  if (all.some(isImplausible)) return 'implausible';
  if (all.some(({ type }) => /^application\/(?:x-)?pkcs7-mime$/.test(type))) return 'smime';
  if (all.some(({ type }) => type === 'multipart/encrypted' || type === 'application/pgp-encrypted')) return 'pgp';
  if (
    all.some(
      ({ type, filename }) =>
        /^application\/(?:vnd\.)?ms-tnef$/.test(type) || filename?.toLowerCase() === 'winmail.dat',
    )
  )
    return 'tnef';
  return size !== undefined && size < SMALL_BYTES ? 'small' : undefined;
}

function isImplausible({ type, children, size, part }: Structure): boolean {
  if (!/^[^/\s]+\/[^/\s]+$/.test(type)) return true;
  if (type.startsWith('multipart/')) return children === undefined || children.length === 0;
  return part === '' || size === undefined || (size === 0 && type === 'text/calendar');
}

function flatten(structure: Structure): Structure[] {
  return [structure, ...(structure.children ?? []).flatMap(flatten)];
}
