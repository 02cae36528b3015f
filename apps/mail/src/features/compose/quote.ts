/**
 * What stands below an answer. The quoted markup is the message's safe fragment without addresses of this server,
 * cleaned once more by DOMPurify; it is shown only in a frame without scripts and never goes through the editor.
 */
import { parseInert, sanitizeForFrame } from '@postroom/mail-html/browser';
import type { ParsedMessage } from '../../lib/api.ts';
import { formatAddress, formatFullTime } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { type PictureFile, showPictures } from './pictures.ts';
import type { ReplyMode } from './recipients.ts';
import { isSimplified } from './simplified.ts';

export const SIGNATURE_CLASS = 'postroom-signature';
const QUOTE_CLASSES = ['postroom-quote', 'postroom-forward', 'gmail_quote', 'moz-cite-prefix'];

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
}

/** Markup that may leave this server: no address of ours, but of the pictures that go along. Its style sheets act on what they stand in (mail-html, outgoing). */
function portableHtml(message: ParsedMessage, files: readonly PictureFile[]): string {
  const goesAlong = (source: string | null) =>
    files.some(({ url, contentId }) => contentId !== undefined && url === source);
  const { body } = parseInert(message.processedHtml);
  for (const element of body.querySelectorAll('[src],[background]')) {
    for (const name of ['src', 'background']) {
      const source = element.getAttribute(name);
      if (source?.startsWith('/') && !(name === 'src' && goesAlong(source))) element.removeAttribute(name);
    }
  }
  for (const element of body.querySelectorAll('img:not([src])')) element.remove();
  for (const element of body.querySelectorAll('[style*="/api/"]')) element.removeAttribute('style');
  return sanitizeForFrame(body.innerHTML);
}

function forwardHeader(message: ParsedMessage): string {
  const rows: [string, string][] = [
    [text.forwarded.from, formatAddress(message.sender)],
    [text.forwarded.date, formatFullTime(message.date ?? message.receivedOn)],
    [text.forwarded.subject, message.subject],
    [text.forwarded.to, message.to.map(formatAddress).join(', ')],
    [text.forwarded.cc, message.cc.map(formatAddress).join(', ')],
  ];
  const lines = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}<br>`);
  return `<div>${text.forwardedTitle}<br>${lines.join('')}</div><br>`;
}

/** The quoted part of a new answer. */
export function quotedPart(message: ParsedMessage, mode: ReplyMode, files: readonly PictureFile[]): string {
  const html = portableHtml(message, files);
  if (mode === 'forward') return `<div class="postroom-forward">${forwardHeader(message)}<div>${html}</div></div>`;
  const when = formatFullTime(message.date ?? message.receivedOn);
  const attribution = escapeHtml(text.attribution(when, formatAddress(message.sender)));
  return `<div class="postroom-quote"><div>${attribution}</div><blockquote type="cite" style="margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex">${html}</blockquote></div>`;
}

interface DraftParts {
  body: string;
  quoted: string;
  /** Below what is quoted. */
  signature: string;
  isSimplified: boolean;
}

/** Parts a stored draft into what is edited, what is quoted, and the signature below that. `files`: its pictures among them. */
export function splitDraft(html: string, files: readonly PictureFile[]): DraftParts {
  const { body } = parseInert(sanitizeForFrame(showPictures(html, files)));
  const quote = body.querySelector(QUOTE_CLASSES.map((name) => `.${name}`).join(','));
  if (!quote) return { ...edited(body), quoted: '', signature: '' };
  const rest: Node[] = [];
  for (let node: Node | null = quote; node; node = node.nextSibling) rest.push(node);
  const holder = body.ownerDocument.createElement('div');
  holder.append(...rest);
  const signature = [...holder.children].findLast((one) => one.classList.contains(SIGNATURE_CLASS));
  signature?.remove();
  return {
    ...edited(body),
    quoted: sanitizeForFrame(holder.innerHTML),
    signature: signature ? sanitizeForFrame(signature.outerHTML) : '',
  };
}

const edited = ({ innerHTML }: HTMLElement) => ({
  body: sanitizeForFrame(innerHTML),
  isSimplified: isSimplified(innerHTML),
});
