import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { HttpEnv } from './env.ts';
import { createHealthRoutes, type Readiness } from './health.ts';
import { mount } from './http.fixture.ts';
import { createMetrics } from './metrics.ts';

interface State extends Partial<Readiness> {
  readonly ping?: () => Promise<unknown>;
  readonly timeoutMs?: number;
}

const noMetrics = () => createMetrics({ countAccounts: async () => [], countDrift: async () => [] });

async function ask(
  path: string,
  { ping = async () => 1, isMigrated = true, isShuttingDown = false, timeoutMs }: State,
) {
  const routes = createHealthRoutes({
    pingDatabase: ping,
    readiness: { isMigrated, isShuttingDown },
    metrics: noMetrics(),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const answer = await mount(routes, null).app.request(path);
  return [answer.status, await answer.json()];
}

const away = () => Promise.reject(new Error('connection refused'));
const stuck = () => Promise.withResolvers<never>().promise;

describe('health', () => {
  it.each<{ name: string; path: string; state: State; status: number; says: object }>([
    { name: 'is ok when the database answers', path: '/health', state: {}, status: 200, says: { status: 'ok' } },
    {
      name: 'is not when it is away',
      path: '/health',
      state: { ping: away },
      status: 503,
      says: { status: 'unavailable' },
    },
    {
      name: 'is not when it does not answer in time',
      path: '/health',
      state: { ping: stuck, timeoutMs: 1 },
      status: 503,
      says: { status: 'unavailable' },
    },
    {
      name: 'is ok while migrations run: the process is not to be killed',
      path: '/health',
      state: { isMigrated: false },
      status: 200,
      says: { status: 'ok' },
    },
    { name: 'means ready when all is there', path: '/health/ready', state: {}, status: 200, says: { status: 'ready' } },
    {
      name: 'is not ready before migrations are done',
      path: '/health/ready',
      state: { isMigrated: false },
      status: 503,
      says: { status: 'starting' },
    },
    {
      name: 'is not ready while shutting down',
      path: '/health/ready',
      state: { isShuttingDown: true },
      status: 503,
      says: { status: 'shutting down' },
    },
    {
      name: 'is not ready without the database',
      path: '/health/ready',
      state: { ping: away },
      status: 503,
      says: { status: 'unavailable' },
    },
  ])('$name', async ({ path, state, status, says }) => {
    expect(await ask(path, state)).toEqual([status, expect.objectContaining(says)]);
  });
});

describe('metrics', () => {
  async function numbers(metrics: ReturnType<typeof createMetrics>, paths: string[] = []): Promise<string> {
    const readiness = { isMigrated: true, isShuttingDown: false };
    const app = new Hono<HttpEnv>()
      .use(metrics.middleware)
      .route('/', createHealthRoutes({ pingDatabase: async () => 1, readiness, metrics }))
      .get('/api/messages/:id/raw', (c) => c.text('raw'))
      .get('/fails', () => {
        throw new Error('broken');
      })
      .onError((_error, c) => c.text('failed', 500))
      .get('*', (c) => c.text('the app'));
    for (const path of paths) await app.request(path);
    const answer = await app.request('/metrics');
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);
    return answer.text();
  }

  it('count requests by route and never by address', async () => {
    const text = await numbers(noMetrics(), [
      '/api/messages/m1-2/raw',
      '/api/messages/m1-3/raw',
      '/mail/t1-9',
      '/fails',
    ]);
    const counts = text.split('\n').filter((line) => line.startsWith('http_request_duration_seconds_count'));
    expect(counts.sort()).toEqual([
      'http_request_duration_seconds_count{method="GET",route="/*",status="200"} 1',
      'http_request_duration_seconds_count{method="GET",route="/api/messages/:id/raw",status="200"} 2',
      'http_request_duration_seconds_count{method="GET",route="/fails",status="500"} 1',
    ]);
    expect(text).not.toMatch(/m1-2|t1-9/);
  });

  it('tell the process, and the accounts by state as they are now', async () => {
    let live = 1;
    const metrics = createMetrics({
      countAccounts: async () => [{ state: 'live', count: live }],
      countDrift: async () => [{ kind: 'flags', count: 3 }],
    });
    expect(await numbers(metrics)).toContain('postroom_accounts{state="live"} 1');
    expect(await numbers(metrics)).toContain('postroom_audit_drift{kind="flags"} 3');
    live = 2;
    const text = await numbers(metrics);
    expect(text).toContain('postroom_accounts{state="live"} 2');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('are there without the database too', async () => {
    expect(await numbers(createMetrics({ countAccounts: away, countDrift: away }))).toContain(
      'process_cpu_seconds_total',
    );
  });
});
