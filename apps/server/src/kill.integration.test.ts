/**
 * The process is killed outright (SIGKILL) in the middle of a first look: the next start goes on where it was, and ends
 * exact. Danger: a cursor ahead of its rows. Kills during a send are kill-send.integration.test.ts's.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { bulkMailbox, connectImap, startDovecot, startMemorySmtp, waitUntil, writeMaildir } from '@postroom/mail-lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, createClient, signUp, testEnv } from './app.fixture.ts';

const MINUTES = 60_000;
const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };

let database: TestDatabase;
let app: AppProcess | undefined;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await app?.kill();
  app = undefined;
  await database.drop();
});

/** Starts the app (again) on the same database; a claim of the killed one is let run out at once. */
async function start(cookie?: string): Promise<AppClient> {
  await database.pool.query('update connection set lease_owner = null, lease_until = null');
  app = await startApp({ env: testEnv(database) });
  return cookie === undefined ? signUp(app.url) : createClient(app.url, cookie);
}

const plain = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });

describe('killed during the first look at 10,000 messages', () => {
  const COUNT = 10_000;

  it('goes on where it was at each of three kills, and ends exact', { timeout: 3 * MINUTES }, async () => {
    const dovecot = await startDovecot({ users: [ADA] });
    const smtp = await startMemorySmtp({ users: [ADA], tls: 'none' });
    try {
      await writeMaildir(dovecot, ADA.user, bulkMailbox(COUNT));
      let ada = await start();
      await ada.api.connections.create.mutate({
        email: ADA.user,
        imap: plain(dovecot.imapPort),
        smtp: plain(smtp.port),
        auth: { type: 'password', password: ADA.password },
      });
      for (const part of [0.05, 0.4, 0.8]) {
        await waitUntil(async () => (await rowCount()) >= COUNT * part, { timeoutMs: MINUTES });
        await app?.kill();
        const before = await ids();
        ada = await start(ada.cookie);
        // Nothing that was here is read again: a row that is written anew has another id.
        await waitUntil(async () => (await rowCount()) > before.size, { timeoutMs: MINUTES });
        const after = await ids();
        expect([...before].filter((id) => !after.has(id))).toEqual([]);
      }
      await waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live', {
        timeoutMs: 2 * MINUTES,
      });
      expect(await indexed()).toEqual(await onServer(dovecot));
    } finally {
      await smtp.stop();
      await dovecot.stop();
    }
  });

  const rowCount = async () => {
    const { rows } = await database.pool.query<{ count: number }>('select count(*)::int as count from placement');
    return rows[0]?.count ?? 0;
  };
  const ids = async () => {
    const { rows } = await database.pool.query<{ id: number }>('select id from placement');
    return new Set(rows.map(({ id }) => id));
  };
  /** UID, whether read, Message-ID. */
  const indexed = async () => {
    const { rows } = await database.pool.query<{ line: string }>(
      `select p.uid || ' ' || (p.flags & 1) || ' ' || m.message_id as line
       from placement p join message m on m.connection_id = p.connection_id and m.id = p.message_id order by p.uid`,
    );
    return rows.map(({ line }) => line);
  };
  const onServer = async (dovecot: Parameters<typeof connectImap>[0]) => {
    const other = await connectImap(dovecot, ADA.user);
    await other.mailboxOpen('INBOX');
    const lines: string[] = [];
    for await (const { uid, flags, envelope } of other.fetch('1:*', { uid: true, flags: true, envelope: true })) {
      lines.push(`${uid} ${flags?.has('\\Seen') ? 1 : 0} ${envelope?.messageId}`);
    }
    await other.logout();
    return lines;
  };
});
