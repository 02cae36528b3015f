/**
 * Makes the concrete things and ties them together: database, mail engine, services, worker, HTTP. What is started is
 * stopped in the opposite order. `main.ts` calls it with the environment of the process, tests with one of their own.
 */
import { fileURLToPath } from 'node:url';
import { createDatabase, type Database, migrate } from '@postroom/db';
import { startEmbedded } from '@postroom/db/embedded';
import { sql } from 'drizzle-orm';
import { inspectRoutes } from 'hono/dev';
import { createAppAuth } from './compose-auth.ts';
import { createMailEngine, type MailEngine } from './compose-engine.ts';
import type { ReviseProvider } from './compose-oauth.ts';
import { createServices } from './compose-services.ts';
import { cleanUpUploads, loadDraftFile, storeUpload } from './engine/outbox/uploads.ts';
import { voidAllLeases } from './engine/sync/lease.ts';
import { createPresence } from './engine/sync/presence.ts';
import type { Env } from './env.ts';
import { createHttpApp } from './http/app.ts';
import { createConfigRoutes } from './http/config.ts';
import { createHealthRoutes, type Readiness } from './http/health.ts';
import { createImageProxy } from './http/image-proxy.ts';
import { createImageSigner } from './http/image-signature.ts';
import { type Listener, listen } from './http/listen.ts';
import { createMessageRoutes } from './http/messages.ts';
import { countAccountsByState, countDriftByKind, createMetrics } from './http/metrics.ts';
import { createOAuthConnectRoutes } from './http/oauth-connect.ts';
import { createStaticApp } from './http/static-app.ts';
import { createUploadRoutes } from './http/uploads.ts';
import type { Log } from './lib/log.ts';
import { createEventHub } from './lib/services/events.ts';
import { inviteFirst } from './lib/sign-up.ts';
import { createAuditLog } from './security/audit-log.ts';
import { createRateLimits } from './security/rate-limit.ts';
import { checkKeys } from './security/rotate.ts';

const HOUSEKEEPING_MS = 10 * 60_000;
/** Half the minute within which a revoked session must have lost its stream. */
const SESSION_CHECK_MS = 30_000;
const APP_ROOT = fileURLToPath(new URL('../../mail/dist', import.meta.url));

/** What a test says of time and place. */
export interface ServerOptions {
  /** The clock of sessions. */
  readonly now?: () => number;
  readonly sessionCheckMs?: number;
  /** The folder of the web app as it was built. */
  readonly appRoot?: string;
  /** Identity providers elsewhere than in the world. */
  readonly reviseProvider?: ReviseProvider;
}

export interface RunningServer {
  /** Where it listens; null for a process that is only a worker. */
  readonly url: string | null;
  /** Every route that it answers, middleware aside: for the test that asks each of them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** What lets the first user in where only invited ones are; null once there is one. */
  readonly firstInvite: string | null;
  stop(): Promise<void>;
}

/** Settles when it serves. Throws what keeps it from that, with nothing left running. */
export async function startServer(env: Env, log: Log, options: ServerOptions = {}): Promise<RunningServer> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error({ err: error }, 'a part did not end in order'));
    }
  };
  try {
    const running = await run(env, log, options, (step) => void undo.push(step));
    return { ...running, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function run(
  env: Env,
  log: Log,
  {
    now = Date.now,
    sessionCheckMs = SESSION_CHECK_MS,
    appRoot = APP_ROOT,
    reviseProvider = (provider) => provider,
  }: ServerOptions,
  onStop: (step: () => Promise<unknown>) => void,
): Promise<Omit<RunningServer, 'stop'>> {
  const readiness: Readiness = { isMigrated: false, isShuttingDown: false };
  const databaseUrl = env.DATABASE_URL ?? (await startOwnDatabase(env, log, onStop));
  const database = createDatabase(databaseUrl, {
    onConnectionError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  onStop(() => database.close());
  const { pool } = database;
  const write = (event: string, detail: Readonly<Record<string, unknown>>) => log.warn(detail, event);
  const events = createEventHub({ databaseUrl, pool, log: write });
  onStop(() => events.close());
  const engine = createMailEngine({ env, log, pool, reviseProvider });
  const image = createImageSigner(env.BETTER_AUTH_SECRET);
  const audit = createAuditLog(pool);
  const limits = createRateLimits(pool);
  const presence = createPresence({ pool, now: Date.now, log: (event, detail) => log.warn(detail, event) });
  const { services, oauthConnect } = createServices({
    appUrl: env.APP_URL,
    signUp: env.SIGN_UP,
    pool,
    engine,
    events,
    limits,
    presence,
    audit,
    signImage: image.sign,
  });

  let listener: Listener | null = null;
  let routes: RunningServer['routes'] = [];
  if (env.ROLE !== 'worker') {
    const origin = { appUrl: env.APP_URL, port: env.PORT };
    const { auth, ways } = createAppAuth({
      env,
      database,
      engine,
      connections: services.connections,
      limits,
      audit,
      now,
      log: write,
    });
    const metrics = createMetrics({
      countAccounts: () => countAccountsByState(pool),
      countDrift: () => countDriftByKind(pool),
    });
    const app = createHttpApp({
      ...origin,
      auth,
      services,
      log,
      metrics,
      trustedProxies: env.TRUSTED_PROXIES,
      sessionCheckMs,
      isReady: () => readiness.isMigrated && !readiness.isShuttingDown,
      system: createHealthRoutes({ pingDatabase: () => database.db.execute(sql`select 1`), readiness, metrics }),
      connect: createOAuthConnectRoutes({ connect: oauthConnect, limits }),
      api: [
        createConfigRoutes({
          signUp: env.SIGN_UP,
          canSignUp: auth.canSignUp,
          ...ways,
          emailProviders: oauthConnect.providers,
          defaultServers: engine.ownServer,
        }),
        createMessageRoutes({
          drivers: services.drivers,
          draftFile: (userId, draft, uploadId) => loadDraftFile(pool, userId, draft, uploadId),
          log,
        }),
        createUploadRoutes({ storeUpload: (userId, file) => storeUpload(pool, userId, file) }),
        createImageProxy({ signer: image, fetchRemote: engine.https.get }),
      ],
      pages: createStaticApp({ root: appRoot }),
    });
    routes = inspectRoutes(app).filter(({ isMiddleware }) => !isMiddleware);
    listener = await listen({
      fetch: app.fetch,
      host: env.HOST,
      port: env.PORT,
      isEndless: (path) => path.startsWith('/api/trpc/events.subscribe'),
    });
    onStop(async () => listener?.close());
  }
  onStop(() => engine.close());
  const firstInvite = await prepare(env, database, engine);
  if (env.ROLE !== 'web') {
    engine.startWorkers(events);
    onStop(() => engine.stopWorkers());
  }
  const housekeeping = setInterval(() => void tidy().catch(() => undefined), HOUSEKEEPING_MS);
  async function tidy(): Promise<void> {
    await cleanUpUploads(pool);
    await limits.cleanUp();
  }
  onStop(async () => clearInterval(housekeeping));
  readiness.isMigrated = true;
  onStop(async () => {
    readiness.isShuttingDown = true;
    await listener?.close();
    await events.close();
  });
  return { url: listener === null ? null : `http://${env.HOST}:${listener.port}`, routes, firstInvite };
}

async function startOwnDatabase(env: Env, log: Log, onStop: (step: () => Promise<unknown>) => void): Promise<string> {
  const embedded = await startEmbedded({ dataDir: env.DATA_DIR, log: (message) => log.info(message) });
  onStop(() => embedded.stop());
  return embedded.url;
}

/** Migrations; claims of a process that was killed; the proof that the keys are the right ones; the first invitation. */
async function prepare(env: Env, database: Database, engine: MailEngine): Promise<string | null> {
  await migrate(database);
  if (!env.DATABASE_URL) await voidAllLeases(database.pool);
  await checkKeys(database.pool, engine.vault);
  return env.SIGN_UP === 'invite' && env.ROLE !== 'worker' ? inviteFirst(database.pool) : null;
}
