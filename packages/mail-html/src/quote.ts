/**
 * What goes below a reply or a forward. The quoted HTML is cleaned again here, whatever cleaned it before, and its
 * style sheets stay behind, since they would act on the whole reply.
 */
import { type CleanOptions, cleanFragment } from './clean.ts';
import { escapeHtml } from './text.ts';

/** How to quote. */
export interface QuoteOptions {
  /** The line above, as text: who wrote when. */
  attribution?: string;
  /** Pictures in the quoted HTML; blocked unless said otherwise. */
  images?: CleanOptions['images'];
  cid?: (contentId: string) => string | undefined;
}

/** The fields shown above a forwarded message, as text. */
export interface ForwardedHeader {
  from: string;
  date: string;
  subject: string;
  to: string;
  cc?: string;
}

/** A message's HTML as the quote of a reply. */
export function quoteHtml(html: string, options: QuoteOptions = {}): string {
  const attribution = options.attribution === undefined ? '' : `<div>${escapeHtml(options.attribution)}</div>`;
  return `<div class="postroom-quote">${attribution}<blockquote type="cite" style="margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex">${cleanQuoted(html, options)}</blockquote></div>`;
}

/** A message's text as the quote of a plain reply: one ">" more on each line. */
export function quoteText(text: string, options: Pick<QuoteOptions, 'attribution'> = {}): string {
  const lines = text.replace(/\r\n?/g, '\n').trimEnd().split('\n');
  const quoted = lines.map((line) => (line.startsWith('>') ? `>${line}` : line === '' ? '>' : `> ${line}`)).join('\n');
  return options.attribution === undefined ? quoted : `${options.attribution}\n${quoted}`;
}

/** A message's HTML below the fields of its header, for forwarding. */
export function forwardHtml(
  html: string,
  header: ForwardedHeader,
  options: Omit<QuoteOptions, 'attribution'> = {},
): string {
  const rows: [string, string | undefined][] = [
    ['From', header.from],
    ['Date', header.date],
    ['Subject', header.subject],
    ['To', header.to],
    ['Cc', header.cc],
  ];
  const fields = rows
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value ?? '')}<br>`)
    .join('');
  return `<div class="postroom-forward"><div>---------- Forwarded message ----------<br>${fields}</div><br>${cleanQuoted(html, options)}</div>`;
}

function cleanQuoted(html: string, options: QuoteOptions): string {
  const { images = 'block', cid } = options;
  return cleanFragment(html, { images, styles: false, ...(cid === undefined ? {} : { cid }) }).html;
}
