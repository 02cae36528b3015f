/**
 * The process in numbers, on a registry of its own. Every label has few values: a request is counted under the pattern
 * of its route and never under its address, which would tell ids and never end.
 */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Queryable, rows } from '../engine/index/sql.ts';
import type { HttpEnv } from './env.ts';

export interface AccountCount {
  readonly state: string;
  readonly count: number;
}

/** What the last comparisons of all accounts with their servers found. */
export interface AuditCount {
  readonly kind: string;
  readonly count: number;
}

export interface MetricsDeps {
  /** Asked when the numbers are asked for. */
  readonly countAccounts: () => Promise<readonly AccountCount[]>;
  /** Likewise. */
  readonly countDrift: () => Promise<readonly AuditCount[]>;
}

export interface Metrics {
  readonly registry: Registry;
  /** Times every request; belongs before all routes. */
  readonly middleware: MiddlewareHandler<HttpEnv>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Makes the registry and what fills it. */
export function createMetrics({ countAccounts, countDrift }: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time until the answer began.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'postroom_accounts',
    help: 'Connected mail accounts by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      // A database that is away must not take the other numbers with it.
      const counts = await countAccounts().catch(() => []);
      this.reset();
      for (const { state, count } of counts) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'postroom_audit_drift',
    help: 'Differences between index and mail server that the last audit of each account found and repaired.',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const counts = await countDrift().catch(() => []);
      this.reset();
      for (const { kind, count } of counts) this.set({ kind }, count);
    },
  });
  return {
    registry,
    middleware: async (c, next) => {
      const end = durations.startTimer();
      await next();
      const method = METHODS.has(c.req.method) ? c.req.method : 'other';
      end({ method, route: routePath(c), status: c.res.status });
    },
  };
}

/** How many accounts are in each state. */
export function countAccountsByState(sql: Queryable): Promise<AccountCount[]> {
  return rows<AccountCount & { [column: string]: unknown }>(
    sql,
    'select state, count(*)::int as count from connection group by state',
  );
}

/** Differences by kind, summed over the last audit of every account. */
export function countDriftByKind(sql: Queryable): Promise<AuditCount[]> {
  return rows<AuditCount & { [column: string]: unknown }>(
    sql,
    `select kind, coalesce(sum((audit ->> kind)::int), 0)::int as count
     from unnest(array['missing', 'superfluous', 'flags', 'lists']) as kind
     left join connection on audit is not null group by kind`,
  );
}
