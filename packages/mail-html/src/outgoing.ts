/**
 * What somebody wrote, as the HTML of a mail: styles in the elements alone, because Outlook and Gmail know no others, and
 * nothing that a mail should not carry: no scripts, classes, ids, data of an editor, addresses of files or of this server,
 * pictures that only count who reads. Quoted mail keeps its look. Colours of text are left to the reader, so that dark
 * windows stay readable. Pure; the same for messages, signatures and templates.
 */
import serialize from 'dom-serializer';
import { type ChildNode, type Document, Element, isTag, isText, type ParentNode } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import { cleanFragment } from './clean.ts';
import { endOfShallow } from './depth.ts';
import { inlineSheets, walk } from './inline-sheets.ts';

/** Longer HTML would be cut (clean.ts). */
const MAX_OUTGOING_HTML = 2 * 1024 * 1024;

const isTooDeep = (html: string) => endOfShallow(html) < html.length;

/** Whether all of it would go out. Elements in one another are not without end, either. */
export const isSendable = (html: string): boolean => html.length <= MAX_OUTGOING_HTML && !isTooDeep(html);

const FONT = 'font-family: Arial, Helvetica, sans-serif; font-size: 14px; line-height: 1.5';
const MONOSPACE =
  'font-family: Consolas, Menlo, monospace; font-size: 13px; background-color: rgba(127, 127, 127, 0.15)';

/** What an element has that says nothing else. Paragraphs and headings look the same everywhere. */
const STYLES: Readonly<Record<string, string>> = {
  ul: 'margin: 0 0 0 24px; padding: 0',
  ol: 'margin: 0 0 0 24px; padding: 0',
  blockquote: 'margin: 0 0 0 0.8ex; border-left: 2px solid #ccc; padding-left: 1ex',
  code: `${MONOSPACE}; padding: 1px 4px`,
  pre: `${MONOSPACE}; padding: 8px 12px; white-space: pre-wrap`,
  hr: 'border: 0; border-top: 1px solid #ccc; margin: 16px 0',
  img: 'max-width: 100%; height: auto',
};
const CELL = 'border: 1px solid #ccc; padding: 4px 8px; text-align: left; vertical-align: top';
/** Of our editor and pages; and of links, which each mail program opens as it likes. */
const NOT_SENT = ['class', 'role', 'target', 'rel', 'summary', 'open'];
const BLOCK = /^(?:p|div|li|h[1-6]|td|th|blockquote|ul|ol|pre|table)$/;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const FIRST_LETTER = /\p{L}/u;

/** Where a quoted message begins: its look is its own. */
const isQuoted = ({ name, attribs }: Element) =>
  (name === 'blockquote' && attribs.type === 'cite') ||
  /(?:^|\s)(?:postroom-(?:quote|forward)|gmail_quote)(?:\s|$)/.test(attribs.class ?? '');

/** The fragment to send, to sign with or to keep as a template. The same again for what was made by it. */
export function outgoingFragment(html: string): string {
  const { html: clean } = cleanFragment(withInlinedSheets(html), {
    images: (url) => url,
    cid: (id) => `cid:${id}`,
    styles: false,
  });
  const root = parseDocument(clean);
  tidy(root);
  styleWritten(root);
  walk(root, (element) => {
    for (const name of NOT_SENT) delete element.attribs[name];
  });
  return serialize(root, { encodeEntities: 'utf8' });
}

/** The whole HTML part of a message: the fragment in the font that it is read in. */
export function outgoingDocument(fragment: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"></head><body><div style="${FONT}">${fragment}</div></body></html>`;
}

/** The same, with its style sheets in the elements; all else as it is. */
export function withInlinedSheets(html: string): string {
  if (!/<style/i.test(html) || isTooDeep(html)) return html;
  const root = parseDocument(html);
  inlineSheets(root);
  return serialize(root, { encodeEntities: 'utf8' });
}

/**
 * Takes away pictures that nobody can see, which only tell that somebody reads, and those whose address fell; and what word
 * processors put around all they copy, which says nothing: `<b style="font-weight: normal">`, spans without a word.
 */
function tidy(parent: ParentNode): void {
  parent.children = parent.children.flatMap((child): ChildNode[] => {
    if (!isTag(child)) return [child];
    if (child.name === 'img' && (child.attribs.src === undefined || isPixel(child))) return [];
    tidy(child);
    if (!isIdle(child)) return [child];
    for (const inner of child.children) inner.parent = parent;
    return child.children;
  });
}

function isIdle({ name, attribs }: Element): boolean {
  if (name === 'b') return /font-weight:\s*(?:normal|400)/.test(attribs.style ?? '');
  return (name === 'span' || name === 'font') && Object.keys(attribs).every((key) => key === 'class');
}

function isPixel({ attribs }: Element): boolean {
  const style = attribs.style ?? '';
  const sizes = [
    attribs.width,
    attribs.height,
    ...['width', 'height'].map((name) => new RegExp(`(?:^|;)\\s*${name}:\\s*([\\d.]+)px`).exec(style)?.[1]),
  ];
  const isHidden = /(?:^|;)\s*(?:display:\s*none|visibility:\s*hidden|opacity:\s*0(?:\.0+)?(?:;|$))/.test(style);
  return isHidden || sizes.some((size) => /^[012](?:\.\d+)?(?:px)?$/.test(size ?? ''));
}

function styleWritten(root: Document): void {
  const visit = (nodes: readonly ChildNode[], isInTable: boolean) => {
    for (const node of nodes) {
      if (!isTag(node) || isQuoted(node)) continue;
      const isBareTable = node.name === 'table' && Object.keys(node.attribs).length === 0;
      const isTable = node.name === 'table' ? isBareTable : isInTable;
      styleOne(node, isTable);
      visit(node.children, isTable);
    }
  };
  visit(root.children, false);
}

function styleOne(element: Element, isInTable: boolean): void {
  const { name, attribs } = element;
  if (name === 'li' || name === 'td' || name === 'th') unwrapOnly(element);
  if (BLOCK.test(name) && attribs.dir === undefined && startsRightToLeft(element)) attribs.dir = 'rtl';
  if (name === 'p' && element.children.length === 0) appendBreak(element);
  if (name === 'img') sizePicture(element);
  const isCodeInPre =
    name === 'code' && element.parent !== null && isTag(element.parent) && element.parent.name === 'pre';
  if (isCodeInPre) return;
  const isCell = isInTable && (name === 'td' || name === 'th');
  const isGrid = isInTable && name === 'table';
  addStyle(element, isCell ? CELL : isGrid ? 'border-collapse: collapse' : (STYLES[name] ?? ''));
  if (attribs.dir === 'rtl' && (name === 'ul' || name === 'ol')) attribs.style = 'margin: 0 24px 0 0; padding: 0';
}

/** A list item or a cell with one paragraph in it is the paragraph. */
function unwrapOnly(element: Element): void {
  const [only, ...others] = element.children;
  if (only === undefined || !isTag(only) || only.name !== 'p' || only.children.length === 0) return;
  if (!others.every((child) => isTag(child) && /^[uo]l$/.test(child.name))) return;
  for (const inner of only.children) inner.parent = element;
  element.children = [...only.children, ...others];
}

/** Outlook reads the attributes alone, others would keep the height when the width must shrink. */
function sizePicture({ attribs }: Element): void {
  for (const name of ['width', 'height']) {
    const size = new RegExp(`(?:^|;)\\s*${name}:\\s*(\\d+)(?:\\.\\d+)?px`).exec(attribs.style ?? '')?.[1];
    if (size !== undefined && attribs[name] === undefined) attribs[name] = size;
  }
  attribs.alt ??= '';
}

function addStyle({ attribs }: Element, style: string): void {
  const own = attribs.style ?? '';
  const added = style.split('; ').filter((one) => one !== '' && !own.includes(`${one.slice(0, one.indexOf(':'))}:`));
  const whole = [...added, ...(own === '' ? [] : [own])].join('; ');
  if (whole !== '') attribs.style = whole;
}

function startsRightToLeft(element: Element): boolean {
  const letter = FIRST_LETTER.exec(firstText(element))?.[0];
  return letter !== undefined && RIGHT_TO_LEFT.test(letter);
}

/** The first text with a letter in it, of a block. */
function firstText(element: Element): string {
  for (const child of element.children) {
    const text = isText(child) ? child.data : isTag(child) ? firstText(child) : '';
    if (FIRST_LETTER.test(text)) return text;
  }
  return '';
}

function appendBreak(paragraph: Element): void {
  const line = new Element('br', {});
  line.parent = paragraph;
  paragraph.children.push(line);
}
