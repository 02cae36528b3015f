/**
 * Messages that another client moves: gone here, new there. They keep id, conversation, label and cached body, and are in
 * one list or the other at every moment. What was really deleted goes once every mailbox was looked at, not before.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../index/sql.ts';
import { mail } from './account.fixture.ts';
import { BARE, CONDSTORE, type LyingAccount, QRESYNC, withLiar } from './lying-server.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** As another client does it on a server without MOVE, in either order of the two halves. */
function move({ imap }: LyingAccount, uid: number, from: string, to: string): void {
  const found = imap.mailbox(from).find(uid);
  if (!found) throw new Error(`There is no ${uid} in ${from}`);
  imap.mailbox(to).append(found.raw, { flags: found.flags });
  imap.mailbox(from).expunge(uid);
}

/** Everything that a person would miss: ids, conversation, label kept here, body. */
const kept = ({ connectionId }: LyingAccount, subject: string) =>
  rows(
    database.pool,
    `select m.id, m.thread_id, m.orphaned_at,
       (select count(*)::int from message_label l where l.connection_id = $1 and l.message_id = m.id) as labels,
       (select count(*)::int from body b where b.connection_id = $1 and b.message_id = m.id) as bodies
     from message m where m.connection_id = $1 and m.subject = $2`,
    [connectionId, subject],
  );

async function labelAndRead({ connectionId }: LyingAccount): Promise<void> {
  const { pool } = database;
  await pool.query(`insert into label (connection_id, name, storage) values ($1, 'Bills', 'local')`, [connectionId]);
  await pool.query(
    `insert into message_label (connection_id, message_id, label_id)
     select $1, m.id, l.id from message m, label l where m.connection_id = $1 and l.connection_id = $1`,
    [connectionId],
  );
  await pool.query(
    `insert into body (connection_id, message_id, html, text, bytes) select $1, id, '<p>', 'p', 1 from message where connection_id = $1`,
    [connectionId],
  );
}

describe.each([
  { name: 'IMAP4rev1', capabilities: BARE },
  { name: 'CONDSTORE', capabilities: CONDSTORE },
  { name: 'QRESYNC', capabilities: QRESYNC },
])('on a server with $name', ({ capabilities }) => {
  it.each([
    { from: 'INBOX', to: 'Trash' },
    { from: 'Trash', to: 'INBOX' },
  ])('moved from $from to $to it is the same message, and in a list at every moment', async ({ from, to }) => {
    await withLiar(database, { capabilities }, async (account) => {
      account.fill(4, from);
      await account.look();
      await labelAndRead(account);
      const before = await kept(account, 'Message 2');
      expect(before).toMatchObject([{ labels: 1, bodies: 1, orphaned_at: null }]);
      const seen: number[] = [];
      account.lie(/./, async () => {
        const lists = [...(await account.list(from)), ...(await account.list(to))];
        seen.push(lists.filter((subject) => subject.startsWith('Message 2')).length);
        return undefined;
      });
      move(account, 2, from, to);
      await account.look();
      account.imap.onCommand(undefined);
      expect(await account.index()).toEqual(account.onServer());
      expect(await kept(account, 'Message 2')).toEqual(before);
      expect(seen.length).toBeGreaterThan(3);
      expect(seen).not.toContain(0);
      expect([await account.list(from), await account.list(to)].map((list) => list.length)).toEqual([3, 1]);
    });
  });

  it('moved back and forth by another client it never becomes another message', () =>
    withLiar(database, { capabilities }, async (account) => {
      account.fill(2);
      await account.look();
      const before = await kept(account, 'Message 1');
      for (let round = 0; round < 3; round += 1) {
        const uidIn = (path: string) =>
          account.imap.mailbox(path).messages.find(({ raw }) => raw.includes('Message 1'))?.uid ?? 0;
        move(account, uidIn('INBOX'), 'INBOX', 'Archive');
        await account.look();
        move(account, uidIn('Archive'), 'Archive', 'INBOX');
        await account.look();
      }
      expect(await kept(account, 'Message 1')).toEqual(before);
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('deleted by another client it is gone from the list after the look, and from the index after one more', () =>
    withLiar(database, { capabilities }, async (account) => {
      account.fill(3);
      await account.look();
      account.imap.mailbox('INBOX').expunge(2);
      await account.look();
      expect(await account.list('INBOX')).toEqual(['Message 1 *', 'Message 3 *']);
      expect((await kept(account, 'Message 2')).length).toBe(1);
      await account.look();
      await account.look();
      expect(await kept(account, 'Message 2')).toEqual([]);
    }));

  it('moved while the connection is lost between the two mailboxes it stays in the list until they are looked at again', () =>
    withLiar(database, { capabilities }, async (account) => {
      account.fill(10);
      await account.look();
      const before = await kept(account, 'Message 2');
      move(account, 2, 'INBOX', 'Archive');
      account.lie(
        /EXAMINE/,
        ({ args }) => (JSON.stringify(args).includes('INBOX') ? undefined : { close: 'before' }),
        2,
      );
      await expect(account.look()).rejects.toMatchObject({ retryable: true });
      const lists = [...(await account.list('INBOX')), ...(await account.list('Archive'))];
      expect(lists).toContain('Message 2 *');
      await account.lookAgain();
      expect(await account.index()).toEqual(account.onServer());
      expect(await kept(account, 'Message 2')).toEqual(before);
    }));
});

it('one that vanished is not purged while a mailbox where it may lie is not let into', () =>
  withLiar(database, { capabilities: QRESYNC }, async (account) => {
    account.fill(3);
    await account.look();
    const before = await kept(account, 'Message 2');
    move(account, 2, 'INBOX', 'Archive');
    account.lie(/EXAMINE/, ({ args, tag }) =>
      JSON.stringify(args).includes('Archive') ? { answer: [`${tag} NO [NOPERM] Not you`] } : undefined,
    );
    for (let looks = 0; looks < 4; looks += 1) await account.look({ isRefusalBorne: true });
    expect((await kept(account, 'Message 2')).length).toBe(1);
    account.imap.onCommand(undefined);
    await account.look();
    expect(await kept(account, 'Message 2')).toEqual(before);
    expect(await account.index()).toEqual(account.onServer());
  }));

it('a copy in two mailboxes of which one goes leaves the other where it is', () =>
  withLiar(database, { capabilities: QRESYNC }, async (account) => {
    account.imap.mailbox('INBOX').append(mail('Twice'));
    account.imap.mailbox('Archive').append(mail('Twice'));
    await account.look();
    account.imap.mailbox('INBOX').expunge(1);
    await account.look();
    expect([await account.list('INBOX'), await account.list('Archive')]).toEqual([[], ['Twice *']]);
  }));

it('a mailbox that is gone does not keep a new one from being read', () =>
  withLiar(database, { capabilities: CONDSTORE }, async (account) => {
    account.imap.store.create('Old');
    account.fill(1, 'Old');
    await account.look();
    account.imap.store.create('Fresh');
    account.fill(2, 'Fresh', 2);
    account.imap.store.remove('Old');
    await account.look({ isRefusalBorne: true });
    expect((await account.list('Fresh')).length).toBe(2);
  }));

it('a mailbox that is gone before its text was read does not end every look', () =>
  withLiar(database, { capabilities: BARE }, async (account) => {
    account.imap.store.create('Old');
    account.fill(3);
    account.fill(2, 'Old', 10);
    account.lie(/FETCH/, ({ args, tag }) => {
      if (!JSON.stringify(args).includes('65536')) return undefined;
      account.imap.store.remove('Old');
      return { edit: () => [`${tag} NO Not today`] };
    });
    await account.look().catch(() => false);
    account.imap.onCommand(undefined);
    for (let n = 0; n < 2; n += 1) expect(await account.look()).toBe(true);
    expect(await account.index()).toEqual(account.onServer());
  }));
