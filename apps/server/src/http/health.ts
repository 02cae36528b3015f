/**
 * For whoever watches the process: alive (`/health`), ready for users (`/health/ready`), and in numbers (`/metrics`).
 * None of them needs a session or tells about anybody.
 */
import { Hono } from 'hono';
import type { HttpEnv } from './env.ts';
import type { Metrics } from './metrics.ts';

/** Where the process is in its life; the composition root changes it. */
export interface Readiness {
  isMigrated: boolean;
  isShuttingDown: boolean;
}

export interface HealthRoutesDeps {
  /** Rejects when the database does not answer. */
  readonly pingDatabase: () => Promise<unknown>;
  readonly readiness: Readonly<Readiness>;
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 3000;
const UNCACHED = { 'Cache-Control': 'no-store' };

export function createHealthRoutes({
  pingDatabase,
  readiness,
  metrics: { registry },
  timeoutMs = TIMEOUT_MS,
}: HealthRoutesDeps): Hono<HttpEnv> {
  async function databaseState(): Promise<'ok' | 'unavailable'> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('The database did not answer in time.')), timeoutMs);
    try {
      await Promise.race([pingDatabase(), late]);
      return 'ok';
    } catch {
      return 'unavailable';
    } finally {
      clearTimeout(timer);
    }
  }

  return new Hono<HttpEnv>()
    .get('/health', async (c) => {
      const database = await databaseState();
      const isOk = database === 'ok';
      return c.json({ status: isOk ? 'ok' : 'unavailable', database }, isOk ? 200 : 503, UNCACHED);
    })
    .get('/health/ready', async (c) => {
      if (readiness.isShuttingDown) return c.json({ status: 'shutting down' }, 503, UNCACHED);
      if (!readiness.isMigrated) return c.json({ status: 'starting' }, 503, UNCACHED);
      const database = await databaseState();
      return database === 'ok'
        ? c.json({ status: 'ready' }, 200, UNCACHED)
        : c.json({ status: 'unavailable', database }, 503, UNCACHED);
    })
    .get('/metrics', async (c) =>
      c.body(await registry.metrics(), 200, { ...UNCACHED, 'Content-Type': registry.contentType }),
    );
}
