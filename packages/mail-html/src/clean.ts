/**
 * Untrusted HTML to a safe fragment, on the server: the first of two independent layers (the second is DOMPurify in
 * the browser, `browser.ts`). An allow-list of elements and attributes over a parsed tree; CSS rebuilt by `css.ts`;
 * addresses by `urls.ts`. Whatever is not on a list is gone: scripts, forms, frames, SVG, MathML, media, ids.
 */
import sanitizeHtml from 'sanitize-html';
import { cleanDeclarations, cleanStylesheet } from './css.ts';
import { withoutDepths } from './depth.ts';
import { createImageResolver, type ImagePolicy, type ImageResolver, linkTarget } from './urls.ts';

/** How to clean. */
export interface CleanOptions {
  /** Remote pictures: blocked, or mapped to an address of ours. */
  images: ImagePolicy;
  /** Maps a Content-ID to an address of ours. */
  cid?: (contentId: string) => string | undefined;
  /** Whether style sheets are kept (default) or only style attributes. */
  styles?: boolean;
}

/** The safe fragment, and whether it asked for something remote. */
export interface CleanResult {
  html: string;
  hasRemoteImages: boolean;
  /** Whether the input was too long and was cut. */
  truncated: boolean;
}

const MAX_CHARS = 2 * 1024 * 1024;
const TAGS = [
  'a',
  'abbr',
  'acronym',
  'address',
  'article',
  'aside',
  'b',
  'bdi',
  'bdo',
  'big',
  'blockquote',
  'br',
  'caption',
  'center',
  'cite',
  'code',
  'col',
  'colgroup',
  'dd',
  'del',
  'details',
  'dfn',
  'dir',
  'div',
  'dl',
  'dt',
  'em',
  'figcaption',
  'figure',
  'font',
  'footer',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'hr',
  'i',
  'img',
  'ins',
  'kbd',
  'li',
  'main',
  'mark',
  'menu',
  'nav',
  'ol',
  'p',
  'pre',
  'q',
  's',
  'samp',
  'section',
  'small',
  'span',
  'strike',
  'strong',
  'sub',
  'summary',
  'sup',
  'table',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'time',
  'tr',
  'tt',
  'u',
  'ul',
  'var',
  'wbr',
];
/** Elements whose content is no text of the message. */
const SILENT = [
  'script',
  'style',
  'textarea',
  'option',
  'select',
  'noscript',
  'title',
  'svg',
  'math',
  'object',
  'embed',
  'iframe',
  'frameset',
  'noframes',
  'noembed',
  'template',
  'audio',
  'video',
  'canvas',
  'xmp',
  'plaintext',
  'applet',
  'xml',
];
const ATTRIBUTES = [
  'abbr',
  'align',
  'alt',
  'bgcolor',
  'border',
  'cellpadding',
  'cellspacing',
  'class',
  'clear',
  'color',
  'cols',
  'colspan',
  'datetime',
  'dir',
  'face',
  'height',
  'hspace',
  'lang',
  'noshade',
  'nowrap',
  'open',
  'role',
  'rowspan',
  'rules',
  'scope',
  'size',
  'span',
  'start',
  'style',
  'summary',
  'title',
  'type',
  'valign',
  'value',
  'vspace',
  'width',
];

/** Cleans untrusted HTML. Never throws. */
export function cleanFragment(html: string, options: CleanOptions): CleanResult {
  const head = html.slice(0, MAX_CHARS).replaceAll('\0', '');
  const source = withoutDepths(head);
  const truncated = html.length > MAX_CHARS || source.length < head.length;
  const images = createImageResolver(options.images, options.cid ?? (() => undefined));
  const sheets: string[] = [];
  const body = sanitizeHtml(source, {
    allowedTags: [...TAGS, 'style'],
    allowVulnerableTags: true,
    nonTextTags: SILENT.filter((tag) => tag !== 'style'),
    allowedAttributes: {
      '*': ATTRIBUTES,
      a: ['href', 'target', 'rel'],
      img: ['src'],
      table: ['background'],
      td: ['background'],
      th: ['background'],
      div: ['background'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https', 'data', 'blob', 'cid'] },
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    nestingLimit: 200,
    transformTags: { '*': (tagName, attribs) => transform(tagName, attribs, images) },
    exclusiveFilter: (frame) => {
      if (frame.tag !== 'style') return false;
      sheets.push(frame.text);
      return true;
    },
  });
  const css = options.styles === false ? '' : sheets.map((sheet) => cleanStylesheet(sheet, images)).join('');
  const style = css === '' || css.includes('<') ? '' : `<style>\n${css}</style>`;
  return { html: `${style}${body}`, hasRemoteImages: images.hasRemote(), truncated };
}

type Attributes = Record<string, string>;

function transform(
  tagName: string,
  attribs: Attributes,
  images: ImageResolver,
): { tagName: string; attribs: Attributes } {
  const out: Attributes = {};
  for (const [name, value] of Object.entries(attribs)) {
    if (name === 'style') {
      const style = cleanDeclarations(value, images);
      if (style !== '') out.style = style;
    } else if (name === 'href' && tagName === 'a') {
      const target = linkTarget(value);
      if (target !== undefined) out.href = target;
    } else if (name === 'src' || name === 'background') {
      const url = images.resolve(value);
      if (url !== undefined) out[name] = url;
    } else if (name === 'srcset' || name === 'poster') {
      for (const candidate of value.split(/[\s,]+/).slice(0, 20)) images.resolve(candidate);
    } else if (name !== 'target' && name !== 'rel' && name !== 'href') out[name] = value;
  }
  if (tagName === 'a' && out.href !== undefined) {
    out.target = '_blank';
    out.rel = 'noopener noreferrer nofollow';
  }
  return { tagName: tagName === 'body' ? 'div' : tagName, attribs: out };
}
