/**
 * The HTTP server as a whole: what every request goes through, in order, and which routes there are. Headers and the
 * request's id stand around everything; nothing that changes state passes without coming from the app itself; who calls
 * is known before a route runs. Until the database is ready, and while the server ends, the API says so.
 */
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Auth } from '../lib/auth.ts';
import type { Log } from '../lib/log.ts';
import type { Services } from '../lib/services.ts';
import { ThrottledError } from '../security/rate-limit.ts';
import { appRouter } from '../trpc/index.ts';
import { bodyLimit } from './body-limit.ts';
import { clientAddress } from './client-address.ts';
import { type HttpEnv, requireCaller } from './env.ts';
import { createErrorHandler, errorResponse } from './error-response.ts';
import type { Metrics } from './metrics.ts';
import { originCheck } from './origin-check.ts';
import { requestId } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';

export interface HttpAppDeps {
  readonly auth: Auth;
  readonly services: Services;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'middleware'>;
  readonly appUrl: string;
  readonly port: number;
  readonly trustedProxies: number;
  /** False until migrations are done, and once the server ends. */
  readonly isReady: () => boolean;
  readonly sessionCheckMs: number;
  /** Health and metrics: answered whatever the state. */
  readonly system: Hono<HttpEnv>;
  /** Signing in at mail providers: under /api/auth, and for somebody who is signed in here. */
  readonly connect: Hono<HttpEnv>;
  /** Further routes of the API: files, uploads, pictures, configuration. */
  readonly api: readonly Hono<HttpEnv>[];
  /** The app in the browser; answers whatever nothing else does. */
  readonly pages: Hono<HttpEnv>;
}

/** TRACE, for one, cannot even be passed on. */
const AUTH_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);
/** No form of signing in is larger. */
const MAX_AUTH_BYTES = 64 * 1024;
/** A message with its small files in the call; larger ones are uploaded. */
const MAX_CALL_BYTES = 64 * 1024 * 1024;

const NO_CALLER: ReadonlySet<string> = new Set(['/api/config']);

export function createHttpApp(deps: HttpAppDeps): Hono<HttpEnv> {
  const { auth, services, sessionCheckMs } = deps;
  const app = new Hono<HttpEnv>();
  app.onError(createErrorHandler(deps.log));
  app.use(requestId());
  app.use(deps.metrics.middleware);
  app.use(securityHeaders(deps));
  app.use(clientAddress(deps));
  app.route('/', deps.system);

  app.use('/api/*', async (c, next) => {
    if (deps.isReady()) return next();
    c.header('Retry-After', '2');
    return errorResponse(c, 503, 'Postroom is just starting, or about to end.');
  });
  app.use('/api/*', originCheck(deps));
  app.use('/api/auth/*', bodyLimit(MAX_AUTH_BYTES));
  app.use('/api/trpc/*', bodyLimit(MAX_CALL_BYTES));
  const knowCaller: MiddlewareHandler<HttpEnv> = async (c, next) => {
    c.set('caller', NO_CALLER.has(c.req.path) ? null : await auth.callerOf(c.req.raw.headers));
    return next();
  };
  app.use('/api/auth/connect/*', knowCaller);
  app.route('/', deps.connect);
  app.all('/api/auth/*', (c) => {
    if (!AUTH_METHODS.has(c.req.method)) return errorResponse(c, 405, 'Nothing is done here by this method.');
    return auth.handle(c.req.raw, c.get('clientAddress'));
  });
  app.use('/api/*', knowCaller);
  // A stream is answered with 200 before tRPC asks whose it is.
  app.use('/api/trpc/events.subscribe', async (c, next) => {
    requireCaller(c);
    return next();
  });
  app.all('/api/trpc/*', (c) =>
    fetchRequestHandler({
      endpoint: '/api/trpc',
      req: c.req.raw,
      router: appRouter,
      createContext: () => ({ caller: c.get('caller'), services, isSessionAlive: auth.isSessionAlive, sessionCheckMs }),
      responseMeta: ({ errors }) => {
        const throttled = errors.find(({ cause }) => cause instanceof ThrottledError)?.cause;
        return throttled instanceof ThrottledError
          ? { headers: { 'Retry-After': `${throttled.retryAfterSeconds}` } }
          : {};
      },
      onError: ({ error, path }) => {
        if (error.code !== 'INTERNAL_SERVER_ERROR') return;
        deps.log.error({ path, requestId: c.get('requestId'), err: error.cause ?? error }, 'a procedure failed');
      },
    }),
  );
  for (const routes of deps.api) app.route('/', routes);
  app.all('/api/*', (c) => errorResponse(c, 404, 'There is nothing by this address.'));
  app.route('/', deps.pages);
  return app;
}
