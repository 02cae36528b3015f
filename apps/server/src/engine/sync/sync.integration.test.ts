/** An account against a real Dovecot: the index must equal the server, whatever other clients did meanwhile. */
import type { ConnectionId, ListKey } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { message, connectImap as otherClient, startDovecot } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectImap } from '../imap/connect.ts';
import type { ImapSession } from '../imap/types.ts';
import { listThreads } from '../index/list-threads.ts';
import { row, rows } from '../index/sql.ts';
import { syncAccount } from './account-sync.ts';
import { localCount } from './apply.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const USER = { user: 'ada@lab.test', email: 'ada@lab.test', password: 'fake-password' };

async function newConnection(): Promise<ConnectionId> {
  const { pool } = database;
  await pool.query(`insert into "user" (id, name, email) values ('u1', 'Ada', 'ada@lab.test') on conflict do nothing`);
  const made = await row<{ id: ConnectionId }>(
    pool,
    `insert into connection (user_id, email, imap, smtp, imap_secret) values ('u1', $1, '{}', '{}', 'none') returning id`,
    [USER.email],
  );
  if (!made) throw new Error('no connection');
  return made.id;
}

const mail = (subject: string, more: { inReplyTo?: string } = {}) =>
  message({
    from: 'Bob <bob@lab.test>',
    to: USER.email,
    subject,
    text: `About ${subject}.`,
    messageId: `<${subject.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}@lab.test>`,
    date: new Date('2026-05-01T10:00:00Z'),
    ...more,
  });

async function withAccount(
  options: { capabilities?: readonly string[] },
  body: (account: {
    connectionId: ConnectionId;
    look: () => Promise<boolean>;
    other: Awaited<ReturnType<typeof otherClient>>;
    inbox: () => Promise<string[]>;
    session: ImapSession;
  }) => Promise<void>,
): Promise<void> {
  const dovecot = await startDovecot({
    users: [USER],
    ...(options.capabilities ? { capabilities: [...options.capabilities] } : {}),
  });
  const connectionId = await newConnection();
  const session = await connectImap(
    {
      connectionId,
      email: USER.email,
      endpoint: { host: '127.0.0.1', port: dovecot.imapsPort, security: 'tls', username: USER.email },
      auth: { type: 'password', password: USER.password },
    },
    { address: '127.0.0.1', servername: 'localhost', ca: [dovecot.ca] },
  );
  const other = await otherClient(dovecot, USER.email);
  const { pool } = database;
  let missingBefore: ReadonlySet<string> = new Set();
  try {
    await body({
      connectionId,
      session,
      other,
      look: async () => {
        const look = await syncAccount(session, {
          pool,
          connectionId,
          learned: {},
          now: () => new Date(),
          signal: new AbortController().signal,
          requested: new Set(),
          missingBefore,
          previousLookAt: null,
          onFirstScreen: () => undefined,
          shouldYield: () => false,
        });
        missingBefore = look.missing;
        return look.complete;
      },
      inbox: async () => {
        const inbox = await row<{ id: number }>(
          pool,
          `select id from mailbox where connection_id = $1 and role = 'inbox'`,
          [connectionId],
        );
        const list: ListKey = `m${inbox?.id ?? 0}`;
        const page = await listThreads(pool, { connectionId, list, after: null, max: 500 });
        return page.map(({ subject, unread_count }) => (unread_count > 0 ? `${subject} *` : subject)).sort();
      },
    });
  } finally {
    session.destroy();
    await other.logout();
    await dovecot.stop();
  }
}

const WAYS = [
  { name: 'with all of its capabilities', capabilities: undefined },
  { name: 'without QRESYNC', capabilities: ['IMAP4rev1', 'UIDPLUS', 'CONDSTORE', 'ENABLE', 'MOVE', 'IDLE'] },
  { name: 'with IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
];

describe.each(WAYS)('an account on Dovecot $name', ({ capabilities }) => {
  const options = capabilities ? { capabilities } : {};

  it('is here whole after the first look, and unchanged after the second', () =>
    withAccount(options, async ({ other, look, inbox, connectionId }) => {
      for (const subject of ['One', 'Two', 'Three']) await other.append('INBOX', mail(subject));
      await other.append('INBOX', mail('Re: One', { inReplyTo: '<one@lab.test>' }), ['\\Seen']);
      expect(await look()).toBe(true);
      expect(await inbox()).toEqual(['One *', 'Three *', 'Two *']);
      const before = await rows(database.pool, 'select * from placement where connection_id = $1', [connectionId]);
      await look();
      expect(await rows(database.pool, 'select * from placement where connection_id = $1', [connectionId])).toEqual(
        before,
      );
    }));

  it('follows what another client does: new, read, removed, moved', () =>
    withAccount(options, async ({ other, look, inbox, connectionId }) => {
      for (const subject of ['Stays', 'Read', 'Removed', 'Moved']) await other.append('INBOX', mail(subject));
      await look();
      const moved = await row<{ id: number }>(
        database.pool,
        `select id from message where connection_id = $1 and subject = 'Moved'`,
        [connectionId],
      );
      await other.mailboxOpen('INBOX');
      await other.messageFlagsAdd('2', ['\\Seen'], { uid: true });
      await other.messageMove('4', 'Archive', { uid: true });
      await other.messageDelete('3', { uid: true });
      await other.append('INBOX', mail('New'));
      await look();
      expect(await inbox()).toEqual(['New *', 'Read', 'Stays *']);
      expect(
        await rows(
          database.pool,
          `select m.id, b.path, m.orphaned_at from message m join placement p on p.connection_id = m.connection_id and p.message_id = m.id
           join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
           where m.connection_id = $1 and m.subject = 'Moved'`,
          [connectionId],
        ),
      ).toEqual([{ id: moved?.id, path: 'Archive', orphaned_at: null }]);
    }));

  it('one removed and one new do not cancel out', () =>
    withAccount(options, async ({ other, look, inbox }) => {
      for (const subject of ['A', 'B']) await other.append('INBOX', mail(subject));
      await look();
      await other.mailboxOpen('INBOX');
      await other.messageDelete('1', { uid: true });
      await other.append('INBOX', mail('C'));
      await look();
      expect(await inbox()).toEqual(['B *', 'C *']);
    }));
});

describe('a first look that is cut off', () => {
  it('goes on where it was and ends exact', () =>
    withAccount({}, async ({ other, look, connectionId, session }) => {
      for (let n = 0; n < 80; n += 1) await other.append('INBOX', mail(`Number ${n}`));
      const fetchMessages = session.fetchMessages.bind(session);
      let pieces = 0;
      session.fetchMessages = async (...args) => {
        pieces += 1;
        if (pieces === 2) throw new Error('cut');
        return fetchMessages(...args);
      };
      await expect(look()).rejects.toThrow('cut');
      const mailbox = await row<{ id: never }>(
        database.pool,
        `select id from mailbox where connection_id = $1 and role = 'inbox'`,
        [connectionId],
      );
      expect(await localCount(database.pool, connectionId, mailbox?.id as never)).toBe(60);
      expect(await look()).toBe(true);
      expect(await localCount(database.pool, connectionId, mailbox?.id as never)).toBe(80);
    }));
});
