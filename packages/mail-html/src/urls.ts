/**
 * Which addresses a message may name. Links: http, https, mailto, tel. Pictures: what the caller maps cid: and remote
 * addresses to, and data: of raster types. Everything else is no address.
 */

/** How remote pictures are treated: blocked, or rewritten (to the image proxy). */
export type ImagePolicy = 'block' | ((url: string) => string);

/** Decides about picture addresses and remembers whether a remote one was met. */
export interface ImageResolver {
  /** The address to use instead, or undefined when there is none. */
  resolve(url: string): string | undefined;
  hasRemote(): boolean;
}

const MAX_URL = 8192;
const RASTER = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*$/i;

/** Makes a resolver for one message. */
export function createImageResolver(
  images: ImagePolicy,
  cid: (contentId: string) => string | undefined,
): ImageResolver {
  let remote = false;
  return {
    hasRemote: () => remote,
    resolve: (raw) => {
      const url = squeeze(raw);
      if (/^data:/i.test(url)) return RASTER.test(url) ? url : undefined;
      if (url.length > MAX_URL) return undefined;
      if (/^cid:/i.test(url)) return cid(decodeContentId(url.slice(4)));
      const absolute = remoteUrl(url);
      if (absolute === undefined) return undefined;
      remote = true;
      return images === 'block' ? undefined : images(absolute);
    },
  };
}

/** A link's target when its scheme is allowed, else undefined. */
export function linkTarget(raw: string): string | undefined {
  const url = squeeze(raw);
  if (url.length > MAX_URL) return undefined;
  if (/^(?:mailto|tel):/i.test(url)) return url;
  return remoteUrl(url);
}

/** Browsers ignore white space and control characters in addresses; so must the check. */
function squeeze(raw: string): string {
  return raw
    .replace(/[\p{Cc}\s\u00ad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, (run) =>
      /^ +$/.test(run) ? '%20' : '',
    )
    .replace(/^(?:%20)+|(?:%20)+$/g, '');
}

/** The address that a resolver is asked for, of one in the message; undefined where it leads to no web server. */
export function remoteUrl(url: string): string | undefined {
  const absolute = /^[\\/]{2}/.test(url) ? `https:${url}` : url;
  if (!/^https?:/i.test(absolute)) return undefined;
  try {
    const parsed = new URL(absolute);
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return undefined;
    parsed.username = '';
    parsed.password = '';
    return parsed.href;
  } catch {
    return undefined;
  }
}

function decodeContentId(raw: string): string {
  try {
    return decodeURIComponent(raw).replace(/^<|>$/g, '');
  } catch {
    return raw.replace(/^<|>$/g, '');
  }
}
