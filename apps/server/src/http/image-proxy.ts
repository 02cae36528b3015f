/**
 * `GET /api/image`: a remote picture of a message, fetched by us so that its sender does not learn who reads it, when,
 * where and with what. Only addresses that we signed for this user; https only, http raised to it; by the client that
 * is behind the egress guard, without cookies and Referer; raster types by their octets.
 *
 * Whatever cannot be shown is answered with a transparent pixel and 200, so that no message shows a broken picture and
 * no address ever leads a browser to the sender's server instead.
 */
import { Hono } from 'hono';
import { type HttpEnv, requireCaller } from './env.ts';
import { errorResponse } from './error-response.ts';
import type { ImageSigner } from './image-signature.ts';
import { createLru } from './lru.ts';
import { pixelsOf } from './picture-size.ts';
import { type PictureType, pictureTypeOf } from './picture-type.ts';
import { FILE_HEADERS } from './security-headers.ts';
import { createSlots } from './slots.ts';

/** The one way out: behind the egress guard. Rejects when the body is larger than `maxBytes`. */
export type FetchRemote = (
  url: string,
  options: { readonly maxBytes: number; readonly accept: string; readonly signal: AbortSignal },
) => Promise<{ readonly status: number; readonly headers: unknown; readonly body: Buffer }>;

export interface ImageProxyDeps {
  readonly signer: Pick<ImageSigner, 'verify'>;
  readonly fetchRemote: FetchRemote;
  readonly cacheBytes?: number;
}

interface Picture {
  readonly type: PictureType;
  readonly content: Buffer;
}

const MAX_BYTES = 10 * 1024 * 1024;
/** Decoded, four octets each: what a browser can bear several times over. */
const MAX_PIXELS = 40_000_000;
const CACHE_BYTES = 64 * 1024 * 1024;
const AT_A_TIME = 6;
const TIMEOUT_MS = 15_000;
const ACCEPT = 'image/png, image/jpeg, image/gif, image/webp';
const PICTURE_MAX_AGE = 24 * 60 * 60;
/** A server that is away for a moment is asked again soon. */
const PLACEHOLDER_MAX_AGE = 5 * 60;
const PLACEHOLDER: Picture = {
  type: 'image/gif',
  content: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
};

export function createImageProxy({ signer, fetchRemote, cacheBytes = CACHE_BYTES }: ImageProxyDeps): Hono<HttpEnv> {
  const slots = createSlots(AT_A_TIME);
  const cache = createLru<Picture>({ maxWeight: cacheBytes, weigh: ({ content }) => content.length });

  async function fetchPicture(userId: string, url: string, gone: AbortSignal): Promise<Picture | null> {
    const key = `${userId}\n${url}`;
    const known = cache.get(key);
    if (known) return known;
    const picture = await slots.run(userId, () => download(fetchRemote, url, gone), gone).catch(() => null);
    if (picture) cache.set(key, picture);
    return picture;
  }

  return new Hono<HttpEnv>().get('/api/image', async (c) => {
    const { id: userId } = requireCaller(c);
    const url = signer.verify(userId, c.req.query());
    if (url === null) return errorResponse(c, 403, 'This picture’s address is not valid (any more).');
    const picture = await fetchPicture(userId, url, c.req.raw.signal);
    const { type, content } = picture ?? PLACEHOLDER;
    return c.body(new Uint8Array(content), 200, {
      ...FILE_HEADERS,
      'Content-Type': type,
      'Content-Length': String(content.length),
      'Cache-Control': `private, max-age=${picture ? PICTURE_MAX_AGE : PLACEHOLDER_MAX_AGE}`,
    });
  });
}

/** The picture, or null when what is there is none. Throws when it cannot be fetched. */
async function download(fetchRemote: FetchRemote, url: string, gone: AbortSignal): Promise<Picture | null> {
  const target = secureUrl(url);
  if (target === null) return null;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(TIMEOUT_MS)]);
  const { status, body } = await fetchRemote(target, { maxBytes: MAX_BYTES, accept: ACCEPT, signal });
  if (status !== 200 || body.length > MAX_BYTES) return null;
  const type = pictureTypeOf(body);
  if (type === null || (pixelsOf(type, body) ?? 0) > MAX_PIXELS) return null;
  return { type, content: body };
}

/** The address with https; null for what is no web address. */
function secureUrl(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'http:') parsed.protocol = 'https:';
  return parsed?.protocol === 'https:' ? parsed.href : null;
}
