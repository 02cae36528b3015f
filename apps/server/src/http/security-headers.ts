/**
 * The headers that every answer carries. A route that sets one of them itself keeps its own (attachments and pictures
 * are served in a sandbox of their own). Message frames (`srcdoc`) inherit this policy and tighten it by a meta element.
 */
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './env.ts';

/**
 * What makes markup or a script's address of text in the page: two of packages/mail-html (trusted.ts), one for PDF.js
 * (own-script.ts), and ProseMirror's, which reads what is pasted in a document without a window. No default policy.
 */
const TRUSTED_TYPES = ['postroom-parser', 'postroom-frame', 'postroom-worker', 'ProseMirrorClipboard'];

/** `style-src 'unsafe-inline'`: mail is styled by attributes, and so are React's computed positions. */
const APP_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "require-trusted-types-for 'script'",
  `trusted-types ${TRUSTED_TYPES.join(' ')}`,
].join('; ');

const EVERYWHERE: Readonly<Record<string, string>> = {
  'Content-Security-Policy': APP_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'X-Frame-Options': 'DENY',
  // Nobody's links are looked up before they are clicked: their hosts' name servers would hear of it.
  'X-DNS-Prefetch-Control': 'off',
};

/** What somebody else's file is served with, so that it can do nothing in our origin even when it is opened by itself. */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Adds what the route has not set. Where a route of the API says nothing about caches, they keep nothing. */
export function securityHeaders({ appUrl }: { readonly appUrl: string }): MiddlewareHandler<HttpEnv> {
  const headers = Object.entries({
    ...EVERYWHERE,
    ...(new URL(appUrl).protocol === 'https:' ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  });
  return async (c, next) => {
    await next();
    for (const [name, value] of headers) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    if (c.req.path.startsWith('/api/') && !c.res.headers.has('Cache-Control')) {
      c.res.headers.set('Cache-Control', 'no-store');
    }
  };
}
