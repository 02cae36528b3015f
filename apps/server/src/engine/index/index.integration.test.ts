import type { ListKey, Uid } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAG } from './flags.ts';
import { type IndexFixture, indexFixture, newMessage } from './index.fixture.ts';
import { listThreads } from './list-threads.ts';
import { refreshThreads } from './refresh.ts';
import { rows, transaction } from './sql.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const subjectsOf = async (index: IndexFixture, list: ListKey, max = 50) =>
  (await listThreads(database.pool, { connectionId: index.connectionId, list, after: null, max })).map(
    ({ subject, message_count }) => `${subject} (${message_count})`,
  );
const inboxOf = ({ mailboxes }: IndexFixture): ListKey => `m${mailboxes.inbox}`;

describe('conversations', () => {
  it('an answer in Sent stands in the conversation of the message in the inbox', async () => {
    const index = await indexFixture(database.pool);
    await index.add(index.mailboxes.inbox, [newMessage({ id: 'a@lab.test', subject: 'Plan' })]);
    await index.add(index.mailboxes.sent, [
      newMessage({ id: 'b@lab.test', subject: 'Re: Plan', inReplyTo: 'a@lab.test', at: 5 }),
    ]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Plan (2)']);
    expect(await index.audit()).toEqual([]);
  });

  it('two conversations become one when the message between them arrives, and the old id leads to it', async () => {
    const index = await indexFixture(database.pool);
    const first = await index.add(index.mailboxes.inbox, [newMessage({ id: 'a@lab.test', subject: 'Plan' })]);
    const third = await index.add(index.mailboxes.inbox, [
      newMessage({ id: 'c@lab.test', subject: 'Re: Plan', inReplyTo: 'b@lab.test', at: 9 }),
    ]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Re: Plan (1)', 'Plan (1)']);
    await index.add(index.mailboxes.archive, [
      newMessage({ id: 'b@lab.test', subject: 'Re: Plan', inReplyTo: 'a@lab.test', at: 5 }),
    ]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Plan (3)']);
    expect(
      await rows(database.pool, 'select old_id, into_id from thread_alias where connection_id = $1', [
        index.connectionId,
      ]),
    ).toEqual([{ old_id: third.threadIds[0], into_id: first.threadIds[0] }]);
    expect(await index.audit()).toEqual([]);
  });

  it('a batch that ties several together at once does so too', async () => {
    const index = await indexFixture(database.pool);
    await index.add(index.mailboxes.inbox, [
      newMessage({ id: 'r1@lab.test', subject: 'A', at: 1 }),
      newMessage({ id: 'r2@lab.test', subject: 'B', at: 2 }),
    ]);
    await index.add(index.mailboxes.inbox, [
      newMessage({ id: 'k@lab.test', subject: 'Both', inReplyTo: 'r1@lab.test', references: [], at: 3 }),
      newMessage({ id: 'l@lab.test', subject: 'Re: Both', inReplyTo: 'k@lab.test', at: 4 }),
      newMessage({ id: 'm@lab.test', subject: 'Alone', at: 5 }),
    ]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Alone (1)', 'A (3)', 'B (1)']);
    expect(await index.audit()).toEqual([]);
  });
});

describe('identity', () => {
  it('the same batch twice changes nothing', async () => {
    const index = await indexFixture(database.pool);
    const batch = [
      { ...newMessage({ subject: 'One' }), uid: 1 as Uid },
      { ...newMessage({ subject: 'Two' }), uid: 2 as Uid },
    ];
    const first = await index.add(index.mailboxes.inbox, batch);
    const again = await index.add(index.mailboxes.inbox, batch);
    expect(again.messageIds).toEqual(first.messageIds);
    expect(await index.audit()).toEqual([]);
  });

  it('a copy in another mailbox is the same message', async () => {
    const index = await indexFixture(database.pool);
    const inInbox = await index.add(index.mailboxes.inbox, [newMessage({ subject: 'Once' })]);
    const inArchive = await index.add(index.mailboxes.archive, [newMessage({ subject: 'Once' })]);
    expect(inArchive.messageIds).toEqual(inInbox.messageIds);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Once (1)']);
  });

  it('two copies in one mailbox are two messages', async () => {
    const index = await indexFixture(database.pool);
    await index.add(index.mailboxes.inbox, [
      { ...newMessage({ subject: 'Twice' }), uid: 5 as Uid },
      { ...newMessage({ subject: 'Twice' }), uid: 6 as Uid },
    ]);
    await index.add(index.mailboxes.inbox, [{ ...newMessage({ subject: 'Twice' }), uid: 7 as Uid }]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Twice (3)']);
    expect(await index.audit()).toEqual([]);
  });

  it('a message we put there ourselves takes the UID over when the server lists it', async () => {
    const index = await indexFixture(database.pool);
    const ours = await index.add(index.mailboxes.sent, [
      { ...newMessage({ subject: 'Sent' }), uid: null, state: 'arriving' as const, flags: FLAG.seen },
    ]);
    const theirs = await index.add(index.mailboxes.sent, [{ ...newMessage({ subject: 'Sent' }), uid: 44 as Uid }]);
    expect(theirs.messageIds).toEqual(ours.messageIds);
    expect(
      await rows(database.pool, 'select uid, state from placement where connection_id = $1', [index.connectionId]),
    ).toEqual([{ uid: 44, state: 'present' }]);
  });
});

describe('lists', () => {
  it('pages by keyset without gap or double while mail arrives', async () => {
    const index = await indexFixture(database.pool);
    await index.add(
      index.mailboxes.inbox,
      Array.from({ length: 25 }, (_, at) => newMessage({ subject: `Old ${at}`, at })),
    );
    const list = inboxOf(index);
    const seen: string[] = [];
    let after = null;
    for (;;) {
      const page = await listThreads(database.pool, { connectionId: index.connectionId, list, after, max: 10 });
      seen.push(...page.map(({ subject }) => subject));
      await index.add(index.mailboxes.inbox, [newMessage({ subject: `New ${seen.length}`, at: 1000 + seen.length })]);
      const last = page.at(-1);
      if (!last || page.length < 10) break;
      after = { newestAt: last.newest_at, threadId: last.id };
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, at) => `Old ${24 - at}`));
    expect(await index.audit()).toEqual([]);
  });

  it('what is leaving or marked deleted is not shown, and the counters know it', async () => {
    const index = await indexFixture(database.pool);
    const { threadIds } = await index.add(index.mailboxes.inbox, [newMessage({ subject: 'Going' })]);
    await index.add(index.mailboxes.inbox, [{ ...newMessage({ subject: 'Flagged away' }), flags: FLAG.deleted }]);
    await transaction(database.pool, async (tx) => {
      await tx.query(`update placement set state = 'leaving' where connection_id = $1`, [index.connectionId]);
      await refreshThreads(tx, index.connectionId, threadIds);
    });
    expect(await subjectsOf(index, inboxOf(index))).toEqual([]);
    expect(await index.audit()).toEqual([]);
  });

  it('what lies in the bin only is counted there and nowhere else', async () => {
    const index = await indexFixture(database.pool);
    await index.add(index.mailboxes.inbox, [newMessage({ id: 'a@lab.test', subject: 'Kept' })]);
    await index.add(index.mailboxes.trash, [
      newMessage({ id: 'b@lab.test', subject: 'Re: Kept', inReplyTo: 'a@lab.test', at: 2 }),
    ]);
    await index.add(index.mailboxes.trash, [newMessage({ id: 'z@lab.test', subject: 'Gone', at: 3 })]);
    expect(await subjectsOf(index, inboxOf(index))).toEqual(['Kept (1)']);
    expect(await subjectsOf(index, 'all')).toEqual(['Kept (1)']);
    expect(await subjectsOf(index, `m${index.mailboxes.trash}`)).toEqual(['Gone (1)', 'Kept (1)']);
    expect(await index.audit()).toEqual([]);
  });

  it('a starred message makes its conversation starred', async () => {
    const index = await indexFixture(database.pool);
    await index.add(index.mailboxes.inbox, [
      { ...newMessage({ subject: 'Star' }), flags: FLAG.flagged },
      newMessage({ subject: 'Plain', at: 4 }),
    ]);
    expect(await subjectsOf(index, 'starred')).toEqual(['Star (1)']);
  });
});
