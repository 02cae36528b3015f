/** Many accounts that nothing happens in: what each takes of memory, and all of them of a core. */
import { setTimeout as delay } from 'node:timers/promises';
import { startMemoryImap, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { PRESENT_FOR_MS } from '../apps/server/src/engine/sync/presence.ts';
import { cpuSeconds, residentMb } from './process-watch.ts';
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';

const AT_ONCE = 4;
const SETTLE_MS = 30_000;
/** Then the one who connected them is not at the screen any more. */
const ALONE_AFTER_MS = PRESENT_FOR_MS + SETTLE_MS;
/** As long as it is between two looks at one of them. */
const WATCH_MS = 300_000;

/** Connects `accounts` to servers in memory, which run here and not in the app, and watches the app do nothing. */
export async function idleRows(stage: Stage, accounts: number): Promise<Row[]> {
  if (accounts === 0) return [];
  const users = Array.from({ length: accounts }, (_, index) => ({
    user: `user${index}@lab.test`,
    password: 'not-a-secret',
  }));
  const imap = await startMemoryImap({ users });
  const smtp = await startMemorySmtp({ users, tls: 'none' });
  try {
    // A process that has had nothing else to do, as small as it is at its beginning.
    await stage.restart(async () => undefined);
    const before = residentMb(stage.app.pid);
    await delay(SETTLE_MS);
    const todo = users.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const { user: email, password } of todo) {
          // More tests of settings than one user is allowed.
          await stage.database.pool.query('delete from rate_limit');
          await stage.user.mutate('connections.create', {
            email,
            imap: { host: imap.host, port: imap.port, security: 'none' },
            smtp: { host: smtp.host, port: smtp.port, security: 'none' },
            auth: { type: 'password', password },
          });
        }
      }),
    );
    await waitUntil(() => areLive(stage, accounts), {
      timeoutMs: 300_000,
      intervalMs: 500,
      what: 'all accounts to be live',
    });
    await delay(ALONE_AFTER_MS);
    const [cpu, at] = [cpuSeconds(stage.app.pid), performance.now()];
    await delay(WATCH_MS);
    const share = (cpuSeconds(stage.app.pid) - cpu) / ((performance.now() - at) / 1000);
    return [
      row(
        {
          id: 'idle-memory',
          what: `memory of each of ${accounts} idle accounts (RSS)`,
          unit: 'kB',
          targets: [{ of: 'median', atMost: 400 }],
        },
        [((residentMb(stage.app.pid) - before) * 1024) / accounts],
      ),
      row(
        {
          id: 'idle-cpu',
          what: 'all of them, of one core',
          unit: '%',
          targets: [{ of: 'median', atMost: 5 }],
        },
        [share * 100],
      ),
    ];
  } finally {
    await Promise.all([imap.stop(), smtp.stop()]);
  }
}

async function areLive({ database }: Stage, accounts: number): Promise<boolean> {
  const { rows } = await database.pool.query<{ live: number }>(
    `select count(*)::int as live from connection where email like 'user%@lab.test' and state = 'live'`,
  );
  return rows[0]?.live === accounts;
}
