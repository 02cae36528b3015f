/**
 * Limits over all processes: fixed windows counted in PostgreSQL, one hit of a key at a time. The key is hashed, so
 * that the table holds no addresses in clear.
 */
import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type pg from 'pg';
import { MailError } from '../lib/driver/errors.ts';
import type { RateLimitService } from '../lib/services.ts';

const LIMITS = {
  'sign-in': { hits: 10, windowMs: 5 * 60_000 },
  'sign-up': { hits: 5, windowMs: 60 * 60_000 },
  /** Each asks name servers and web servers that the address names. */
  discovery: { hits: 30, windowMs: 10 * 60_000 },
  'connection-test': { hits: 10, windowMs: 10 * 60_000 },
} as const;

/** THROTTLED, with the seconds to wait. */
export class ThrottledError extends MailError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super({
      code: 'THROTTLED',
      message: 'Too many attempts.',
      fix: `Wait ${retryAfterSeconds > 90 ? `${Math.ceil(retryAfterSeconds / 60)} minutes` : `${retryAfterSeconds} seconds`}, then try again.`,
    });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Who an address is to a limit: whoever has one address of IPv6 has a network of them, and can take another each time. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`);
  return `${network.toString()}/64`;
}

export interface RateLimits extends RateLimitService {
  /** Windows long past go. */
  cleanUp(): Promise<void>;
}

/**
 * Counts hits. A window begins with its key's first hit, not by the clock: the newest row is the open window, so the
 * limit holds for any stretch that starts with a window.
 */
export function createRateLimits(pool: pg.Pool): RateLimits {
  return {
    async hit(limit, key) {
      const { hits, windowMs } = LIMITS[limit];
      const hashed = `${limit}:${createHash('sha256').update(key.toLowerCase()).digest('base64url')}`;
      const counted = await count(pool, hashed, windowMs);
      if (counted.hits > hits) throw new ThrottledError(Math.max(1, Math.ceil(counted.left)));
    },
    async cleanUp() {
      await pool.query(`delete from rate_limit where window_start < now() - interval '2 hours'`);
    },
  };
}

interface Counted {
  hits: number;
  left: number;
}

/** The lock comes in a statement of its own: the next one's snapshot then sees what the holder before us committed. */
async function count(pool: pg.Pool, key: string, windowMs: number): Promise<Counted> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(7002, hashtext($1))', [key]);
    const { rows } = await client.query<Counted>(
      `insert into rate_limit (key, window_start, hits)
       select $1, coalesce(
         (select max(window_start) from rate_limit
          where key = $1 and window_start > clock_timestamp() - $2 * interval '1 millisecond'),
         clock_timestamp()), 1
       on conflict (key, window_start) do update set hits = rate_limit.hits + 1
       returning hits, extract(epoch from window_start + $2 * interval '1 millisecond' - clock_timestamp())::float8 as left`,
      [key, windowMs],
    );
    await client.query('commit');
    const counted = rows[0];
    if (!counted) throw new Error('the rate limit was not counted');
    return counted;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // a session that failed on the way goes, and its transaction with it
    client.release(failure);
  }
}
