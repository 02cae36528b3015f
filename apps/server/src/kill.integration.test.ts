/**
 * The process is killed outright (SIGKILL) in the middle of its work: the next start goes on where it was, ends exact, and
 * sends nothing twice. Dangers: a cursor ahead of its rows, a message that went out and is forgotten, or is sent again.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import {
  bulkMailbox,
  connectImap,
  startDovecot,
  startMemoryImap,
  startMemorySmtp,
  waitUntil,
  writeMaildir,
} from '@postroom/mail-lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../../scripts/lib/app-process.ts';
import { type AppClient, createClient, signUp, testEnv } from './app.fixture.ts';

const MINUTES = 60_000;
/** `npm run soak` kills at every point, `npm test` at those that hide most. */
const SOAK = process.env.SOAK === '1';
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
  await database.pool.query(`update outbox set lease_until = now() - interval '1 second' where state = 'sending'`);
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

describe('killed during a send', () => {
  type Point = { at: string; arm: (lab: Lab, kill: () => void) => void; ends: 'sent' | 'uncertain'; isDaily?: true };
  type Lab = { smtp: Awaited<ReturnType<typeof startMemorySmtp>>; imap: Awaited<ReturnType<typeof startMemoryImap>> };
  const onVerb =
    (verb: string): Point['arm'] =>
    ({ smtp }, kill) =>
      smtp.set({ onCommand: (heard) => heard === verb && kill() });
  const onImap =
    (name: string): Point['arm'] =>
    ({ imap }, kill) =>
      void imap.onCommand((command) => {
        if (command.name === name) kill();
        return undefined;
      });

  const POINTS: Point[] = [
    { at: 'the greeting of the submission server', arm: onVerb('EHLO'), ends: 'sent' },
    { at: 'the login', arm: onVerb('AUTH'), ends: 'sent' },
    { at: 'MAIL FROM', arm: onVerb('MAIL'), ends: 'sent' },
    { at: 'RCPT TO', arm: onVerb('RCPT'), ends: 'sent' },
    { at: 'DATA, before the server lets it come', arm: onVerb('DATA'), ends: 'sent', isDaily: true },
    {
      at: 'the final dot, which the server took without an answer',
      arm: ({ smtp }, kill) =>
        smtp.set({
          onMessage: () => {
            kill();
            return undefined;
          },
        }),
      ends: 'uncertain',
      isDaily: true,
    },
    { at: 'the search for a copy in Sent', arm: onImap('UID SEARCH'), ends: 'sent', isDaily: true },
    { at: 'the storing of the copy in Sent', arm: onImap('APPEND'), ends: 'sent', isDaily: true },
  ];

  it.each(SOAK ? POINTS : POINTS.filter(({ isDaily }) => isDaily))(
    'at $at: it is $ends, and delivered once with one copy at most',
    { timeout: MINUTES },
    async (point) => {
      const smtp = await startMemorySmtp({ users: [ADA], tls: 'none' });
      const imap = await startMemoryImap({ users: [ADA] });
      try {
        imap.store.create('Sent');
        const ada = await start();
        await ada.api.connections.create.mutate({
          email: ADA.user,
          imap: plain(imap.port),
          smtp: plain(smtp.port),
          auth: { type: 'password', password: ADA.password },
        });
        await waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live');
        let isKilled = false;
        point.arm({ smtp, imap }, () => {
          if (isKilled) return;
          isKilled = true;
          void app?.kill();
        });
        const letter = {
          to: [{ email: 'bob@lab.test' }],
          subject: 'Once',
          message: '<p>Only once.</p>',
          idempotencyKey: 'once',
        };
        // The end may come before the answer; then one asks once more with the same key.
        const answer = await ada.api.mail.send.mutate(letter).catch(() => undefined);
        await waitUntil(() => isKilled);
        await app?.kill();
        smtp.heal();
        const again = await start(ada.cookie);
        const { id } = answer ?? (await again.api.mail.send.mutate(letter));
        await waitUntil(async () => (await again.api.outbox.get.query({ id })).state === point.ends, {
          timeoutMs: 20_000,
        });
        expect(smtp.messages.map(({ rcptTo }) => rcptTo)).toEqual([['bob@lab.test']]);
        if (point.ends === 'sent') {
          await waitUntil(() => imap.mailbox('Sent').messages.length === 1);
          const filed = await database.pool.query('select 1 from outbox where not sent_copy_filed');
          await waitUntil(async () => filed.rowCount === 0 || (await isFiled()));
          expect(imap.mailbox('Sent').messages.length).toBe(1);
        }
        // The same call again is the same send.
        const same = await again.api.mail.send.mutate({
          to: [{ email: 'bob@lab.test' }],
          subject: 'Once',
          message: '<p>Only once.</p>',
          idempotencyKey: 'once',
        });
        expect(same.id).toBe(id);
        expect(smtp.messages.length).toBe(1);
      } finally {
        await smtp.stop();
        await imap.stop();
      }
    },
  );

  const isFiled = async () => {
    const { rowCount } = await database.pool.query('select 1 from outbox where not sent_copy_filed');
    return rowCount === 0;
  };
});
