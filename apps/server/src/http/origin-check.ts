/**
 * No other site changes anything here: a request that is not GET, HEAD or OPTIONS must say that it comes from the app
 * itself. Browsers say it by `Sec-Fetch-Site` (on https and loopback) and by `Origin`; a request with neither is
 * refused, and so is one where either of them says otherwise. Holds for every route and content type, tRPC's included.
 * It protects sessions from other sites, and knows nothing of sessions itself.
 */
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './env.ts';
import { errorResponse } from './error-response.ts';

export interface OriginCheckOptions {
  readonly appUrl: string;
  /** The port the app listens on, where that is not the one of APP_URL. */
  readonly port?: number | undefined;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** The origins that are the app: that of APP_URL and, where that is this machine, the other spellings of it. */
export function ownOrigins({ appUrl, port }: OriginCheckOptions): ReadonlySet<string> {
  const { origin, hostname, protocol, port: appPort } = new URL(appUrl);
  const origins = new Set([origin]);
  if (!LOOPBACK_HOSTS.includes(hostname)) return origins;
  const ports = [appPort, ...(port ? [String(port)] : [])];
  for (const host of LOOPBACK_HOSTS) {
    for (const one of ports) origins.add(new URL(`${protocol}//${host}:${one}`).origin);
  }
  return origins;
}

/** Whether the headers say that the request comes from the app itself. */
export function isFromOurselves(
  { site, origin }: { readonly site: string | undefined; readonly origin: string | undefined },
  own: ReadonlySet<string>,
): boolean {
  if (site === undefined && origin === undefined) return false;
  return (site === undefined || OWN_SITES.has(site)) && (origin === undefined || own.has(origin));
}

/** Answers 403 to what comes from elsewhere. */
export function originCheck(options: OriginCheckOptions): MiddlewareHandler<HttpEnv> {
  const own = ownOrigins(options);
  return async (c, next) => {
    const said = { site: c.req.header('Sec-Fetch-Site'), origin: c.req.header('Origin') };
    if (SAFE_METHODS.has(c.req.method) || isFromOurselves(said, own)) return next();
    return errorResponse(c, 403, 'This request does not come from the app itself.');
  };
}
