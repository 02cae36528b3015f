/**
 * The first look at a mailbox costs the database as much for the last message as for the first: rows read and
 * transactions, counted by PostgreSQL itself. (Danger: a plan made while the tables were empty, or a query that goes
 * through all that is there for each batch.)
 */
import { createDatabase } from '@postroom/db';
import { createTestDatabase } from '@postroom/db/testing';
import { bulkMailbox, startMemoryImap, waitUntil } from '@postroom/mail-lab';
import { expect, it } from 'vitest';
import { connectImap } from '../imap/connect.ts';
import { lookDeps, newConnection } from './account.fixture.ts';
import { syncAccount } from './account-sync.ts';

const SOAK = process.env.SOAK === '1';
const SMALL = 1_000;
const LARGE = SOAK ? 20_000 : 4_000;
const USER = { user: 'ada@lab.test', password: 'fake-password' };

/** Per message. */
interface Cost {
  readonly rowsRead: number;
  readonly transactions: number;
}

async function costOf(count: number): Promise<Cost> {
  const database = await createTestDatabase();
  const imap = await startMemoryImap({ users: [USER] });
  try {
    for (const { raw, flags, internalDate } of bulkMailbox(count))
      imap.mailbox('INBOX').append(raw, { flags, internalDate });
    const connectionId = await newConnection(database);
    const before = await counted(database.pool);
    // A pool of its own: a backend gives its numbers away when it ends.
    const own = createDatabase(database.url, { max: 4 });
    const session = await connectImap(
      {
        connectionId,
        email: USER.user,
        endpoint: { host: '127.0.0.1', port: imap.port, security: 'none', username: USER.user },
        auth: { type: 'password', password: USER.password },
      },
      { address: '127.0.0.1', tls: {} },
    );
    await syncAccount(session, lookDeps(own.pool, connectionId));
    session.destroy();
    await own.close();
    await waitUntil(() => isAlone(database.pool), { what: 'the backends of the sync to have ended' });
    const after = await counted(database.pool);
    expect(after.rows).toBeGreaterThan(count);
    return {
      rowsRead: (after.rows - before.rows) / count,
      transactions: (after.transactions - before.transactions) / count,
    };
  } finally {
    await imap.stop();
    await database.drop();
  }
}

async function isAlone(pool: Parameters<typeof lookDeps>[0]): Promise<boolean> {
  const { rows } = await pool.query<{ others: number }>(
    `select count(*)::int as others from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return rows[0]?.others === 0;
}

async function counted(pool: Parameters<typeof lookDeps>[0]): Promise<{ rows: number; transactions: number }> {
  const { rows } = await pool.query<{ rows: number; transactions: number }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as rows,
       (select xact_commit from pg_stat_database where datname = current_database())::float8 as transactions
     from pg_stat_user_tables`,
  );
  return rows[0] ?? { rows: 0, transactions: 0 };
}

it(`reading ${LARGE} messages costs per message what ${SMALL} cost`, { timeout: 10 * 60_000 }, async () => {
  const small = await costOf(SMALL);
  const large = await costOf(LARGE);
  expect(large.rowsRead).toBeLessThan(small.rowsRead * 1.5);
  expect(large.transactions).toBeLessThan(small.transactions * 1.5);
});
