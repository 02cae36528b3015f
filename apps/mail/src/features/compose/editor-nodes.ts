/**
 * What the editor can hold of a message besides its words: pictures that are here, and tables with the look of their cells.
 * Styles are taken over by name, so that nothing of a stranger's message covers the app or loads anything.
 */
import { type Attributes, mergeAttributes, Node } from '@tiptap/react';

/** Files of messages on this server, files just chosen, and pictures within the markup itself. */
const OWN_PICTURE = /^(?:\/api\/messages\/|blob:|data:image\/(?:png|jpe?g|gif|webp);base64,)/i;

/** A picture within the text (pictures.ts). */
export const Picture = Node.create({
  name: 'picture',
  group: 'inline',
  inline: true,
  draggable: true,
  addAttributes: () => plain('src', 'alt', 'width', 'height'),
  parseHTML: () => [
    { tag: 'img[src]', getAttrs: (image) => OWN_PICTURE.test(image.getAttribute('src') ?? '') && null },
  ],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
});

const LOOKS = [
  'width',
  'height',
  'color',
  'background-color',
  'text-align',
  'vertical-align',
  'white-space',
  ...['padding', 'border'].flatMap((name) => [
    name,
    ...['top', 'right', 'bottom', 'left'].map((on) => `${name}-${on}`),
  ]),
  'border-collapse',
  'border-spacing',
];
const SIZES = /^(?:width|height|padding)/;
/** No address, no function, nothing that is larger than a page. */
const LOOK = /^[#\w\s.%-]{1,80}$|^rgba?\([\d\s.,%/]{1,40}\)$/;

function looksOf(element: HTMLElement): string | null {
  const looks = LOOKS.flatMap((name) => {
    const value = element.style.getPropertyValue(name);
    if (!LOOK.test(value) || (SIZES.test(name) && /\d{5}/.test(value))) return [];
    return [`${name}: ${value}`];
  });
  return looks.length === 0 ? null : looks.join('; ');
}

const plain = (...names: string[]): Attributes => Object.fromEntries(names.map((name) => [name, { default: null }]));
const table = (...names: string[]): Attributes => ({
  ...plain(...names),
  style: { default: null, parseHTML: looksOf },
});

export const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  addAttributes: () => table('border', 'cellpadding', 'cellspacing', 'width', 'align', 'bgcolor'),
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]],
});

export const TableRow = Node.create({
  name: 'tableRow',
  content: '(tableCell | tableHeader)+',
  addAttributes: () => table('align', 'valign', 'bgcolor'),
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: ({ HTMLAttributes }) => ['tr', HTMLAttributes, 0],
});

const cell = (name: 'tableCell' | 'tableHeader', tag: 'td' | 'th') =>
  Node.create({
    name,
    content: 'block+',
    isolating: true,
    addAttributes: () => table('colspan', 'rowspan', 'width', 'align', 'valign', 'bgcolor'),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes), 0],
  });
export const TableCell = cell('tableCell', 'td');
export const TableHeader = cell('tableHeader', 'th');
