/** A message that lies twice in one mailbox becomes two, when nothing of ours is still to happen to it. */
import type { MessageRowId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mail, type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { splitCopies } from './split-copies.ts';
import { rows, transaction } from './sql.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const messagesOf = ({ connectionId }: TestAccount) =>
  rows<{ id: MessageRowId; ordinal: number; snippet: string | null; words: string | null; labels: number }>(
    database.pool,
    `select m.id, m.ordinal, s.snippet, w.words::text as words,
       (select count(*)::int from message_label l where l.connection_id = $1 and l.message_id = m.id) as labels
     from message m
     left join message_snippet s on s.connection_id = $1 and s.message_id = m.id
     left join message_search w on w.connection_id = $1 and w.message_id = m.id
     where m.connection_id = $1 order by m.id`,
    [connectionId],
  );

/** Two copies in the inbox that the index takes for one message, which has a label of the user's. */
async function lieTwice(account: TestAccount): Promise<MessageRowId> {
  const { connectionId, other, look } = account;
  const { pool } = database;
  for (let copy = 0; copy < 2; copy += 1) await other.append('INBOX', mail('Twice'));
  await look();
  const [first, second] = await messagesOf(account);
  await pool.query('update placement set message_id = $2 where connection_id = $1', [connectionId, first?.id]);
  await pool.query('delete from message where connection_id = $1 and id = $2', [connectionId, second?.id]);
  await pool.query(
    `with made as (insert into label (connection_id, name, storage) values ($1, 'Bills', 'local') returning id)
     insert into message_label (connection_id, message_id, label_id) select $1, $2, id from made`,
    [connectionId, first?.id],
  );
  return first?.id as MessageRowId;
}

it('with its first line, its words and its labels', () =>
  withAccount(database, {}, async (account) => {
    const id = await lieTwice(account);
    await transaction(database.pool, (tx) => splitCopies(tx, account.connectionId, [id]));
    const [first, second] = await messagesOf(account);
    expect(first).toMatchObject({ id, ordinal: 0, snippet: 'About Twice.', labels: 1 });
    expect(second).toEqual({ ...first, id: second?.id, ordinal: 1 });
    const lists = await rows(database.pool, `select distinct total, unread from thread_list where connection_id = $1`, [
      account.connectionId,
    ]);
    expect(lists).toEqual([{ total: 2, unread: 2 }]);
  }));

it('not while one of them is on its way', () =>
  withAccount(database, {}, async (account) => {
    const id = await lieTwice(account);
    await database.pool.query(
      `update placement set state = 'leaving' where connection_id = $1 and uid = (select max(uid) from placement where connection_id = $1)`,
      [account.connectionId],
    );
    await transaction(database.pool, (tx) => splitCopies(tx, account.connectionId, [id]));
    expect((await messagesOf(account)).length).toBe(1);
  }));

it.each([
  { what: 'the mail that was on its way vanishes', lose: (account: TestAccount) => expunge(account, 'Box') },
  { what: 'its folder is deleted', lose: ({ other }: TestAccount) => other.mailboxDelete('Box') },
])('when $what, elsewhere', ({ lose }) =>
  withAccount(database, {}, async (account) => {
    const { connectionId, other, look } = account;
    await other.mailboxCreate('Box');
    await lieTwice(account);
    await other.mailboxOpen('INBOX');
    await other.messageCopy('1', 'Box');
    await look();
    expect((await messagesOf(account)).length).toBe(1);
    await database.pool.query(
      `update placement set state = 'leaving' where connection_id = $1
       and mailbox_id = (select id from mailbox where connection_id = $1 and name = 'Box')`,
      [connectionId],
    );
    await lose(account);
    // A folder is believed to be gone when it is missing twice.
    await look();
    await look();
    expect((await messagesOf(account)).map(({ ordinal }) => ordinal)).toEqual([0, 1]);
  }),
);

it('when a move that kept it from rest is taken back, at the next whole look', () =>
  withAccount(database, {}, async (account) => {
    const { connectionId, other, look } = account;
    const id = await lieTwice(account);
    const move = { items: [{ messageId: id, from: 1 }], to: 1 };
    await database.pool.query(
      `insert into operation (connection_id, kind, payload, state) values ($1, 'move', $2, 'undone')`,
      [connectionId, move],
    );
    await other.append('INBOX', mail('Another'));
    await look();
    expect((await messagesOf(account)).map(({ ordinal }) => ordinal)).toEqual([0, 0, 1]);
  }));

async function expunge({ other }: TestAccount, mailbox: string): Promise<void> {
  await other.mailboxOpen(mailbox);
  await other.messageDelete('1:*');
}
