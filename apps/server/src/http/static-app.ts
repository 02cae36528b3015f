/**
 * The web app as it was built: `assets/` by content hash and for ever, everything else asked anew each time, and
 * index.html for whatever address the app's own router knows. Only files that are in the folder are ever looked up, by
 * their exact name, so there is no path to climb out by. Mount it last; the API answers for all of /api itself.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Context, Hono } from 'hono';
import type { HttpEnv } from './env.ts';
import { errorResponse } from './error-response.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const OWN_PREFIXES = ['/api', '/health', '/metrics'];
const ASSETS = '/assets/';
const COMPRESSED_FROM = 1024;
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Postroom</title>
<h1>The web app is not built yet</h1><p>Run <code>npm start</code>, or <code>pnpm --filter @postroom/mail build</code>, then reload this page.</p></html>`;

type Encoding = 'br' | 'gzip' | 'identity';
type Compress = (content: Buffer) => Promise<Buffer>;

const ENCODINGS: Readonly<Record<Encoding, Compress>> = {
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (content) => promisify(gzip)(content),
  identity: async (content) => content,
};

/** A file in memory, in each encoding that was asked for so far. */
interface StaticFile {
  readonly type: string;
  readonly etag: Promise<string>;
  content(encoding: Encoding): Promise<Buffer>;
}

/** Serves the folder of a build (apps/mail/dist). */
export function createStaticApp({ root }: { readonly root: string }): Hono<HttpEnv> {
  let files = filesIn(root);

  function find(path: string): StaticFile | undefined {
    if (!files.has('/index.html')) files = filesIn(root);
    return files.get(path);
  }

  return new Hono<HttpEnv>().get('*', async (c) => {
    const { path } = c.req;
    if (OWN_PREFIXES.some((own) => path === own || path.startsWith(`${own}/`))) return nothingHere(c);
    const exact = find(path);
    if (exact) return send(c, exact, path.startsWith(ASSETS));
    if (path.startsWith(ASSETS) || !wantsPage(c)) return nothingHere(c);
    const index = find('/index.html');
    return index ? send(c, index, false) : c.html(NOT_BUILT, 503, { 'Cache-Control': 'no-store' });
  });
}

function nothingHere(c: Context): Response {
  return errorResponse(c, 404, 'There is nothing at this address.');
}

/** A page is asked for by name; by `*\/*` only where the address does not name a file. */
function wantsPage(c: Context): boolean {
  const accept = c.req.header('Accept') ?? '*/*';
  return accept.includes('text/html') || (accept.includes('*/*') && extname(c.req.path) === '');
}

async function send(c: Context, file: StaticFile, isHashed: boolean): Promise<Response> {
  const etag = await file.etag;
  const headers = {
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  if (c.req.header('If-None-Match')?.includes(etag)) return c.body(null, 304, headers);
  const original = await file.content('identity');
  const isText = /charset/.test(file.type) && original.length >= COMPRESSED_FROM;
  const encoding = isText ? bestEncoding(c.req.header('Accept-Encoding')) : 'identity';
  const content = await file.content(encoding);
  return c.body(new Uint8Array(content), 200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': String(content.length),
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
}

function bestEncoding(accepted = ''): Encoding {
  const isAccepted = (name: string) =>
    new RegExp(`(?:^|[,\\s])${name}\\s*(?:,|$|;(?!\\s*q=0(?:\\.0+)?\\s*(?:,|$)))`, 'i');
  if (isAccepted('br').test(accepted)) return 'br';
  return isAccepted('gzip').test(accepted) ? 'gzip' : 'identity';
}

/** What lies in the folder, by the address it has. Links are not followed. */
function filesIn(root: string): ReadonlyMap<string, StaticFile> {
  if (!existsSync(root)) return new Map();
  return new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${relative(root, path).split(sep).join('/')}`, staticFile(path)]),
  );
}

function staticFile(path: string): StaticFile {
  const made = new Map<Encoding, Promise<Buffer>>();
  const content = (encoding: Encoding): Promise<Buffer> => {
    const known = made.get(encoding);
    if (known) return known;
    const making = encoding === 'identity' ? readFile(path) : content('identity').then(ENCODINGS[encoding]);
    made.set(encoding, making);
    making.catch(() => made.delete(encoding));
    return making;
  };
  let etag: Promise<string> | undefined;
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    content,
    get etag() {
      etag ??= content('identity').then(
        (bytes) => `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
      );
      return etag;
    },
  };
}
