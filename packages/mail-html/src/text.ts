/**
 * Plain text and HTML into each other. Text becomes HTML by escaping first; only then are links made of what looks
 * like one. Both directions are linear in their input.
 */
import { convert } from 'html-to-text';
import { withoutDepths } from './depth.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const MAX_TOKEN = 2000;
const MAX_HTML = 2 * 1024 * 1024;
const LINK =
  /(?<![\w.+-])(?:(?:https?:\/\/|www\.)[^\s<>"]{1,1990}|[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})/gi;

/** Escapes what has a meaning in HTML text and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** Plain text as a safe HTML fragment: line breaks and spaces kept, addresses made into links. */
export function textToHtml(text: string): string {
  const html = text.replace(/\r\n?/g, '\n').replace(/[^\s]+/g, (token) => {
    if (token.length > MAX_TOKEN || !/:\/\/|www\.|@/i.test(token)) return escapeHtml(token);
    return linkify(token);
  });
  return `<div style="white-space: pre-wrap; overflow-wrap: anywhere">${html}</div>`;
}

/** Readable plain text of HTML: links with their addresses, lists, quotes; no pictures. */
export function toPlainText(html: string): string {
  const source = withoutDepths(html.slice(0, MAX_HTML));
  return convert(source, {
    wordwrap: false,
    limits: { maxInputLength: MAX_HTML, maxDepth: 200, ellipsis: '' },
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['<', '>'] } },
      { selector: 'img', format: 'skip' },
      { selector: 'style', format: 'skip' },
      { selector: 'script', format: 'skip' },
      { selector: 'title', format: 'skip' },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: 'td', format: 'inlineSurround', options: { suffix: ' ' } },
      { selector: 'th', format: 'inlineSurround', options: { suffix: ' ' } },
      { selector: 'ul', options: { itemPrefix: '- ' } },
    ],
  }).trim();
}

function linkify(token: string): string {
  let out = '';
  let from = 0;
  for (const match of token.matchAll(LINK)) {
    const link = trimPunctuation(match[0]);
    const target = /^https?:/i.test(link)
      ? link
      : link.includes('@') && !/^www\./i.test(link)
        ? `mailto:${link}`
        : `https://${link}`;
    if (/^https?:\/\/$/i.test(link)) continue;
    out += escapeHtml(token.slice(from, match.index));
    out += `<a href="${escapeHtml(target)}" target="_blank" rel="noopener noreferrer nofollow">${escapeHtml(link)}</a>`;
    from = match.index + link.length;
  }
  return out + escapeHtml(token.slice(from));
}

/** Punctuation after a link belongs to the sentence; a closing bracket only when none was opened in the link. */
function trimPunctuation(link: string): string {
  let end = link.length;
  while (end > 0) {
    const char = link[end - 1] ?? '';
    const isUnopened =
      (char === ')' && !link.slice(0, end).includes('(')) || (char === ']' && !link.slice(0, end).includes('['));
    if (!/[.,;:!?'"*_}]/.test(char) && !isUnopened) break;
    end -= 1;
  }
  return link.slice(0, end);
}
