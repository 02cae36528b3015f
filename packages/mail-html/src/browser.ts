/// <reference lib="dom" />
/**
 * The browser's half: DOMPurify is the last thing that touches a message's markup, and its output goes, as the string
 * it is, into a frame without scripts. Nothing here or elsewhere changes markup after it. String mode only; the
 * hooks take away, none adds anything back. How strings become markup at all is trusted.ts.
 */
import DOMPurify, { type Config } from 'dompurify';
import { asSafe, type FrameMarkup, markup, PARSER, type SafeMarkup, toFrameMarkup } from './trusted.ts';

export { hasMarkup } from './has-markup.ts';
export { type FrameMarkup, markup, parseInert, type SafeMarkup } from './trusted.ts';

/** The message frame's sandbox: never scripts, forms, modals or top navigation. */
export const FRAME_SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';

/** The frame's own policy, in addition to the one it inherits. Pictures come from us, or are inline. */
const FRAME_CSP =
  "default-src 'none'; script-src 'none'; img-src 'self' data: blob:; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'";

const CONFIG: Config = {
  USE_PROFILES: { html: true },
  ADD_ATTR: ['target'],
  FORBID_TAGS: [
    'svg',
    'math',
    'form',
    'input',
    'button',
    'select',
    'option',
    'textarea',
    'label',
    'fieldset',
    'legend',
    'datalist',
    'output',
    'progress',
    'meter',
    'base',
    'meta',
    'link',
    'iframe',
    'frame',
    'object',
    'embed',
    'template',
    'noscript',
    'audio',
    'video',
    'source',
    'track',
    'picture',
    'map',
    'area',
    'dialog',
    'slot',
    'canvas',
    'script',
    'marquee',
  ],
  FORBID_ATTR: [
    'srcset',
    'sizes',
    'ping',
    'formaction',
    'action',
    'id',
    'name',
    'poster',
    'autofocus',
    'tabindex',
    'contenteditable',
    'accesskey',
    'usemap',
    'ismap',
    'popover',
    'popovertarget',
    'popovertargetaction',
    'slot',
    'is',
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|blob):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/i,
  FORCE_BODY: true,
  SANITIZE_DOM: true,
  WHOLE_DOCUMENT: false,
  RETURN_TRUSTED_TYPE: false,
  KEEP_CONTENT: true,
  // Its types are those of a DOM that knows TrustedHTML.
  TRUSTED_TYPES_POLICY: PARSER as unknown as NonNullable<Config['TRUSTED_TYPES_POLICY']>,
};

/** Colours of the page around the message. */
export interface FrameTheme {
  colorScheme: 'light' | 'dark';
  background: string;
  color: string;
  link: string;
}

/** How a frame looks. */
export interface FrameOptions {
  theme?: Partial<FrameTheme>;
}

/** What a picture may load: ours, or inline raster data. */
const OWN_PICTURE = /^(?:\/(?![\\/])|blob:|data:image\/(?:png|jpe?g|gif|webp);base64,)/i;
const LINK = /^(?:https?:|mailto:|tel:)/i;
/** CSS that could load something that is not ours, or that hides what it does. */
const LOADING_CSS =
  /\\|@import|@font-face|(?:image|set|image-set|src|element)\(|url\((?!\s*["']?(?:\/(?![\\/])|data:image\/(?:png|jpe?g|gif|webp);base64,))/i;

/** What no style sheet of a message changes: it would hide the message, or make the frame grow with itself. */
const HTML_STYLE =
  'display:block!important;visibility:visible!important;opacity:1!important;position:static!important;float:none!important;width:auto!important;height:auto!important;min-height:0!important;max-height:none!important';
const BODY_STYLE = HTML_STYLE.replace('display:block', 'margin:0!important;display:flow-root');

let purifier: ReturnType<typeof DOMPurify> | undefined;

/** An instance of our own, whose hooks only take away. */
function messagePurifier(): ReturnType<typeof DOMPurify> {
  if (purifier !== undefined) return purifier;
  purifier = DOMPurify(window);
  purifier.addHook('uponSanitizeAttribute', (_node, data) => {
    const { attrName, attrValue } = data;
    if ((attrName === 'src' || attrName === 'background') && !OWN_PICTURE.test(attrValue)) data.keepAttr = false;
    if (attrName === 'href' && !LINK.test(attrValue)) data.keepAttr = false;
    if (attrName === 'style' && LOADING_CSS.test(attrValue)) data.keepAttr = false;
  });
  purifier.addHook('uponSanitizeElement', (node, { tagName }) => {
    if (tagName === 'style' && LOADING_CSS.test(node.textContent ?? '')) node.parentNode?.removeChild(node);
  });
  return purifier;
}

/** Cleans markup for the message frame. The last step: use the result as it is. */
export function sanitizeForFrame(html: string): string {
  return messagePurifier().sanitize(html, CONFIG);
}

/** Cleans what is pasted into the editor, which knows by `data-pm-slice` where a piece of its own was cut. */
export function sanitizePasted(html: string): string {
  return messagePurifier().sanitize(html, { ...CONFIG, ADD_ATTR: ['target', 'data-pm-slice'] });
}

/** Cleans markup for the message frame, to be shown. */
export function safeMarkup(html: string): SafeMarkup {
  return asSafe(sanitizeForFrame(html));
}

/** The frame's document: a constant head, then the clean markup. */
export function frameDocument(clean: SafeMarkup, { theme = {} }: FrameOptions = {}): FrameMarkup {
  return toFrameMarkup(markup`${head(theme)}${clean}</body></html>`);
}

/** From a message's markup to the frame's `srcdoc`, in one step. */
export function renderMessageFrame(html: string, options: FrameOptions = {}): FrameMarkup {
  return frameDocument(safeMarkup(html), options);
}

function head(theme: Partial<FrameTheme>): SafeMarkup {
  const colorScheme = theme.colorScheme === 'dark' ? 'dark' : 'light';
  const background = cssColor(theme.background, 'transparent');
  const color = cssColor(theme.color, colorScheme === 'dark' ? '#e8e8e8' : '#1a1a1a');
  const link = cssColor(theme.link, colorScheme === 'dark' ? '#8ab4f8' : '#0b57d0');
  return markup`<!doctype html><html style="${HTML_STYLE}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${FRAME_CSP}"><meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer"><style>:root{color-scheme:${colorScheme}}html,body{margin:0;padding:0;background:${background};color:${color};font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}a{color:${link}}img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}</style></head><body style="${BODY_STYLE}">`;
}

/** A colour that cannot leave its declaration. */
function cssColor(value: string | undefined, fallback: string): string {
  return value !== undefined &&
    /^(?:#[0-9a-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl|oklch)a?\([\d\s.,%/deg-]{1,60}\))$/i.test(value)
    ? value
    : fallback;
}
