/**
 * What somebody wrote, as the text beside its HTML, to be read as it is: links as `words <address>` where they differ, lists,
 * quotes with their marks (RFC 3676 §4.5), rows of a table on a line each, the mark above a signature. The wrapping of lines
 * is not done here.
 */
import { convert, type FormatCallback, type HtmlToTextOptions, type SelectorDefinition } from 'html-to-text';

const MAX_HTML = 2 * 1024 * 1024;

/** `words <address>`, or one of them where the other says the same. */
const link: FormatCallback = (element, visit, builder) => {
  const href = String(element.attribs?.href ?? '');
  const target = href.replace(/^mailto:/i, '');
  let words = '';
  builder.pushWordTransform((word) => {
    words += word;
    return word;
  });
  visit(element.children, builder);
  builder.popWordTransform();
  if (target === '' || bare(words) === bare(target)) return;
  if (words !== '') builder.addInline(' ');
  builder.addInline(words === '' ? target : `<${target}>`, { noWordTransform: true });
};

/** An address without what goes without saying. */
const bare = (address: string) =>
  address
    .replace(/\s+/g, '')
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .replace(/\/$/, '')
    .toLowerCase();

const picture: FormatCallback = (element, _visit, builder) => {
  const alt = String(element.attribs?.alt ?? '').trim();
  if (alt !== '') builder.addInline(`[${alt}]`);
};

const row: FormatCallback = (element, visit, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  const cells = element.children.filter(({ name }) => name === 'td' || name === 'th');
  for (const [index, cell] of cells.entries()) {
    if (index > 0) builder.addLiteral(' | ');
    visit(cell.children, builder);
  }
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const close = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const apart = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const SELECTORS: SelectorDefinition[] = [
  { selector: 'a', format: 'link' },
  { selector: 'img', format: 'picture' },
  { selector: 'p', options: apart },
  { selector: 'p[style*="margin: 0;"]', format: 'paragraph', options: close },
  { selector: 'p[style$="margin: 0"]', format: 'paragraph', options: close },
  // As browsers spell it.
  { selector: 'p[style*="margin: 0px;"]', format: 'paragraph', options: close },
  { selector: 'p[style$="margin: 0px"]', format: 'paragraph', options: close },
  { selector: 'ul', options: { itemPrefix: '- ', ...apart } },
  { selector: 'ol', options: apart },
  { selector: 'blockquote', options: { trimEmptyLines: false, ...close } },
  { selector: 'pre', options: apart },
  { selector: 'hr', options: { length: 10, ...apart } },
  { selector: 'table', format: 'block', options: apart },
  { selector: 'tr', format: 'block', options: close },
  { selector: 'td', format: 'block', options: close },
  { selector: 'th', format: 'block', options: close },
  // Ruled by us, because it was written as a table of words: its rows are lines.
  { selector: 'table[style*="border-collapse"] > tr', format: 'row' },
  { selector: 'table[style*="border-collapse"] > tbody > tr', format: 'row' },
  { selector: 'table[style*="border-collapse"] > thead > tr', format: 'row' },
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false, ...apart } })),
];
const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxInputLength: MAX_HTML, maxDepth: 200, ellipsis: '' },
  formatters: { link, picture, row },
  selectors: SELECTORS,
};

/** The text of a fragment that {@link outgoingFragment} made. */
export function outgoingText(fragment: string): string {
  return convert(withoutLastBreaks(fragment.slice(0, MAX_HTML)), OPTIONS)
    .split('\n')
    .map(withMarks)
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+|\s+$/g, '');
}

/** A break that ends a block is none to be seen; one that is all of it makes an empty line. */
function withoutLastBreaks(fragment: string): string {
  return fragment
    .replace(/(<(?:p|div)(?: [^<>]*)?>)<br>(?=<\/(?:p|div)>)/g, '$1&nbsp;')
    .replace(/<br>(?=<\/(?:p|div|li|td|th|blockquote|h[1-6])>)/g, '');
}

/** Marks of quotes stand together; `--` alone on its line is what stands above a signature. */
function withMarks(line: string): string {
  const marks = /^(?:> )*(?:>$)?/.exec(line)?.[0] ?? '';
  const rest = line.slice(marks.length).replace(/\s+$/, '');
  const quote = marks.replaceAll(' ', '');
  const words = rest === '--' ? '-- ' : rest;
  return quote === '' || words === '' ? `${quote}${words}` : `${quote} ${words}`;
}
