/** Markup for fuzzers: pieces that parsers and cleaners have stumbled over, in any order, half open, half closed. */
import fc from 'fast-check';

const NAMES = [
  ...['p', 'div', 'b', 'i', 'a', 'table', 'tr', 'td', 'caption', 'pre', 'listing', 'h1', 'ul', 'li', 'font', 'nobr'],
  ...[
    'style',
    'title',
    'textarea',
    'noscript',
    'noembed',
    'noframes',
    'xmp',
    'plaintext',
    'iframe',
    'script',
    'template',
  ],
  ...[
    'svg',
    'math',
    'mtext',
    'mglyph',
    'malignmark',
    'mi',
    'annotation-xml',
    'foreignObject',
    'desc',
    'image',
    'use',
    'animate',
  ],
  ...[
    'form',
    'button',
    'select',
    'option',
    'input',
    'img',
    'video',
    'object',
    'embed',
    'base',
    'meta',
    'link',
    'body',
    'html',
  ],
  ...['details', 'summary', 'dialog', 'marquee', 'x-y', 'o:p', 'ruby', 'rt', 'blockquote', 'center', 'col', 'dd', 'dt'],
] as const;

const VALUES = [
  'javascript:parent.ran=1',
  'java\tscript:parent.ran=1',
  'https://evil.test/a',
  '//evil.test/b',
  '/api/image?u=1',
  'data:text/html,<script>parent.ran=1</script>',
  'data:image/svg+xml,<svg onload=parent.ran=1>',
  'parent.ran=1',
  'background:url(https://evil.test/c)',
  'position:fixed;top:0',
  'color:red;width:expression(parent.ran=1)',
  '</style><img src=x onerror=parent.ran=1>',
  '--><img src=x onerror=parent.ran=1>',
  ']]><img src=x onerror=parent.ran=1>',
  '</title></textarea></noscript></iframe></xmp><img src=x onerror=parent.ran=1>',
  'text/html',
  '"\'`<>&',
  '&quot;&lt;&#x3c;&#0;&NewLine;',
  'x',
  '',
];
const ATTRIBUTES = [
  ...[
    'href',
    'src',
    'srcset',
    'style',
    'class',
    'id',
    'name',
    'title',
    'alt',
    'background',
    'bgcolor',
    'action',
    'data',
  ],
  ...[
    'onerror',
    'onload',
    'onclick',
    'onfocus',
    'ontoggle',
    'xlink:href',
    'formaction',
    'srcdoc',
    'encoding',
    'poster',
  ],
  ...[
    'target',
    'rel',
    'width',
    'height',
    'open',
    'is',
    'slot',
    'xmlns',
    'attributeName',
    'values',
    'content',
    'http-equiv',
  ],
] as const;
const BITS = [
  ...[
    'text',
    ' ',
    '\n',
    '\t',
    '\f',
    '\0',
    '<',
    '>',
    '&',
    '"',
    "'",
    '`',
    '=',
    '/',
    '!',
    '--',
    '<!--',
    '-->',
    '--!>',
    '<!',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '</',
    '/>',
    '&lt;',
    '&gt',
    '&amp;lt;',
    '&#60',
    '&#x3c;',
    '&nbsp',
    '\u2028',
    '\ufeff',
  ],
  ...[
    'p{color:red}',
    '*{background:url(https://evil.test/d)}',
    '@import "https://evil.test/e";',
    '\\75rl(',
    'var(--x)',
  ],
];

const attribute = fc
  .tuple(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...VALUES), fc.constantFrom('"', "'", ''))
  .map(([name, value, quote]) => ` ${name}=${quote}${value}${quote}`);
const start = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(attribute, { maxLength: 3 }), fc.constantFrom('>', '>', '>', '/>', ''))
  .map(([name, attributes, end]) => `<${name}${attributes.join('')}${end}`);
const end = fc.constantFrom(...NAMES).map((name) => `</${name}>`);
const bit = fc.constantFrom(...BITS);

/** Any markup. */
export const markup: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: start }, { weight: 2, arbitrary: end }, { weight: 3, arbitrary: bit }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((pieces) => pieces.join(''));
