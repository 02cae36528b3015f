/**
 * CSS of a message, parsed by postcss and rebuilt from an allow-list: properties that style text and boxes, functions
 * that compute and load nothing, `url()` only where the image resolver maps it. No at-rule but `@media`. A declaration
 * with an escape is dropped: nobody who means well writes one.
 */
import { type AtRule, type ChildNode, parse } from 'postcss';
import type { ImageResolver } from './urls.ts';

const PROPERTY =
  /^(?:color|background(?:-(?:color|image|position|repeat|size|clip|origin))?|font(?:-(?:family|size|style|weight|variant|stretch))?|text-(?:align|align-last|decoration(?:-(?:color|line|style|thickness))?|indent|overflow|shadow|transform|underline-offset)|line-height|letter-spacing|word-(?:spacing|break|wrap)|overflow-wrap|hyphens|tab-size|white-space|vertical-align|direction|unicode-bidi|(?:border|outline)(?:-(?:top|right|bottom|left|collapse|spacing|radius|color|style|width|offset|(?:top|right|bottom|left)-(?:color|style|width|(?:left|right)-radius)))?|(?:padding|margin)(?:-(?:top|right|bottom|left))?|(?:min-|max-)?(?:width|height)|display|float|clear|overflow(?:-[xy])?|visibility|opacity|box-sizing|box-shadow|table-layout|caption-side|empty-cells|list-style(?:-(?:type|position))?|flex(?:-(?:basis|direction|flow|grow|shrink|wrap))?|align-(?:items|content|self)|justify-(?:content|items|self)|order|(?:row-|column-)?gap|column-(?:count|width)|page-break-(?:before|after|inside)|object-fit|aspect-ratio)$/;
const FUNCTIONS = new Set([
  'rgb',
  'rgba',
  'hsl',
  'hsla',
  'hwb',
  'lab',
  'lch',
  'oklab',
  'oklch',
  'calc',
  'min',
  'max',
  'clamp',
  'url',
  'linear-gradient',
  'radial-gradient',
  'conic-gradient',
  'repeating-linear-gradient',
  'repeating-radial-gradient',
]);
const URL_TOKEN = /url\(\s{0,20}(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]*))\s{0,20}\)/gi;
const SELECTOR = /^[\w\s.,#>+~*:()="'[\]^$|-]+$/;
const MEDIA = /^[\w\s(),:.-]*$/;
/** Lengths that follow the window's height. A frame is as high as its content: it would grow for ever, or flicker. */
const BY_WINDOW_HEIGHT = /[\d.][sdl]?v(?:h|b|min|max)\b/i;
const MEDIA_BY_HEIGHT = /height|aspect-ratio|orientation/i;
const MAX_CSS = 256 * 1024;
const MAX_RULES = 5000;

/** A cleaned style attribute; '' when nothing is left. */
export function cleanDeclarations(style: string, images: ImageResolver): string {
  return declarationsOf(style)
    .map(([property, value]) => cleanDeclaration(property, value, images))
    .filter((declaration) => declaration !== undefined)
    .join('; ');
}

/** A cleaned style sheet; '' when nothing is left or it cannot be parsed. */
export function cleanStylesheet(css: string, images: ImageResolver): string {
  if (css.length > MAX_CSS) return '';
  try {
    const root = parse(css.replaceAll('<!--', '').replaceAll('-->', ''));
    const budget = { rules: MAX_RULES };
    return rulesOf(root.nodes, images, budget, 0);
  } catch {
    // Not CSS: there is nothing to keep.
    return '';
  }
}

function rulesOf(nodes: readonly ChildNode[], images: ImageResolver, budget: { rules: number }, depth: number): string {
  let out = '';
  for (const node of nodes) {
    budget.rules -= 1;
    if (budget.rules < 0) break;
    if (node.type === 'rule') {
      const declarations = node.nodes.flatMap((child) => {
        if (child.type !== 'decl') return [];
        const clean = cleanDeclaration(child.prop, child.important ? `${child.value} !important` : child.value, images);
        return clean === undefined ? [] : [clean];
      });
      const isSafe =
        SELECTOR.test(node.selector) && node.selector.length < 1000 && !/:(?:visited|has)/i.test(node.selector);
      if (declarations.length > 0 && isSafe) out += `${node.selector} { ${declarations.join('; ')} }\n`;
    } else if (node.type === 'atrule' && isMedia(node) && depth < 2) {
      const inner = rulesOf(node.nodes ?? [], images, budget, depth + 1);
      if (inner !== '') out += `@media ${node.params} {\n${inner}}\n`;
    }
  }
  return out;
}

function isMedia({ name, params }: AtRule): boolean {
  return name.toLowerCase() === 'media' && MEDIA.test(params) && !MEDIA_BY_HEIGHT.test(params);
}

function declarationsOf(style: string): [string, string][] {
  if (style.length > MAX_CSS) return [];
  try {
    const [rule] = parse(`a{${style}}`).nodes;
    if (rule?.type !== 'rule') return [];
    return rule.nodes.flatMap((node): [string, string][] =>
      node.type === 'decl' ? [[node.prop, node.important ? `${node.value} !important` : node.value]] : [],
    );
  } catch {
    // QUIRK: unbalanced quotes and braces are common in style attributes; what splits cleanly is kept.
    return style.split(';').flatMap((piece): [string, string][] => {
      const colon = piece.indexOf(':');
      const value = piece.slice(colon + 1).trim();
      return colon > 0 && /^[\w\s.,#%()!+-]+$/.test(value) ? [[piece.slice(0, colon).trim(), value]] : [];
    });
  }
}

function cleanDeclaration(rawProperty: string, rawValue: string, images: ImageResolver): string | undefined {
  const property = rawProperty.trim().toLowerCase();
  const value = rawValue.replace(/\s+/g, ' ').trim();
  const urls = [...value.matchAll(URL_TOKEN)];
  // Seen even where the declaration falls: that remote content was asked for is worth knowing.
  const resolved = urls.map((match) => images.resolve(match[1] ?? match[2] ?? match[3] ?? ''));
  if (!PROPERTY.test(property) || value === '' || value.length > 20_000) return undefined;
  if (/[\\<>{}@;\p{Cc}]|\/\*/u.test(value.replace(URL_TOKEN, ''))) return undefined;
  const withoutUrls = value.replace(URL_TOKEN, 'none');
  if (/:|url\(/i.test(withoutUrls) || BY_WINDOW_HEIGHT.test(withoutUrls)) return undefined;
  for (const match of withoutUrls.matchAll(/([\w-]*)\(/g)) {
    if (!FUNCTIONS.has((match[1] ?? '').toLowerCase())) return undefined;
  }
  if (urls.length > 0 && !/^background(?:-image)?$/.test(property)) return undefined;
  let next = 0;
  const rewritten = value.replace(URL_TOKEN, () => {
    const url = resolved[next];
    next += 1;
    return url === undefined ? 'none' : `url("${escapeUrl(url)}")`;
  });
  if (urls.length > 0 && property === 'background-image' && resolved.every((url) => url === undefined))
    return undefined;
  return `${property}: ${rewritten}`;
}

function escapeUrl(url: string): string {
  return url.replace(/["'()\\<>\s]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}
