/** "Tell me if nobody answers", on a real Dovecot: what ends it, what does not, and what it brings to the inbox. */
import type { ListKey, ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, type MessageInput, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutboxService } from '../../lib/services/outbox.ts';
import { loadFolders } from '../index/folders.ts';
import { listThreads, presentThread } from '../index/list-threads.ts';
import { row } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { type Sending, USER_ID, withSending } from '../outbox/sending.fixture.ts';
import { mail } from '../sync/account.fixture.ts';
import { fireReminders, nextReminder, remindOfThreads } from './reminders.ts';

let database: TestDatabase;
let smtp: MemorySmtp;
beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMemorySmtp();
});
afterAll(async () => {
  await smtp.stop();
  await database.drop();
});

const DAY = 86_400_000;
const later = (ms: number) => new Date(Date.now() + ms);
const sending = (body: (sending: Sending) => Promise<void>) => withSending(database, smtp, body);

interface Reminded extends Sending {
  readonly thread: ThreadId;
  readonly messageId: string;
  answer(change?: MessageInput): Promise<void>;
}

/** A message is sent that is to be answered within a day. */
const reminded = (body: (reminded: Reminded) => Promise<void>) =>
  sending(async (s) => {
    await s.account.other.append('INBOX', mail('Newsletter'), [], later(-DAY));
    await s.account.look();
    await s.send({ remindAt: later(DAY).toISOString() });
    await s.run();
    await s.run(2_000);
    const sent = await row<{ thread_id: ThreadId; message_id: string }>(
      database.pool,
      `select thread_id, message_id from message where connection_id = $1 and subject = 'Plans'`,
      [s.account.connectionId],
    );
    const { thread_id: thread, message_id: messageId } = sent as { thread_id: ThreadId; message_id: string };
    await body({
      ...s,
      thread,
      messageId,
      async answer(change = {}) {
        await s.account.other.append(
          'INBOX',
          mail('Re: Plans', { inReplyTo: messageId, ...change }),
          [],
          later(60_000),
        );
        await s.account.look();
      },
    });
  });

const fire = ({ account }: Sending, at: Date) => fireReminders(database.pool, account.connectionId, at);
const next = ({ account }: Sending) => nextReminder(database.pool, account.connectionId);
const inbox = async ({ account }: Sending) => {
  const found = await row<{ id: number; total: number }>(
    database.pool,
    `select b.id, c.total from mailbox b join list_counter c on c.connection_id = b.connection_id and c.list = 'm' || b.id
     where b.connection_id = $1 and b.role = 'inbox'`,
    [account.connectionId],
  );
  const list: ListKey = `m${found?.id ?? 0}`;
  const page = await listThreads(database.pool, { connectionId: account.connectionId, list, after: null, max: 9 });
  const folders = await loadFolders(database.pool, account.connectionId);
  const shown = page.map((thread) => presentThread(folders, thread));
  return { total: found?.total, subjects: shown.map(({ subject, surfaced }) => [subject, surfaced?.by ?? null]) };
};

describe('when nobody answers', () => {
  it('the conversation comes to the top of the inbox, once, and the server’s mail is left as it is', () =>
    reminded(async (s) => {
      expect(await fire(s, later(DAY / 2))).toEqual([]);
      expect(await fire(s, later(DAY + 1000))).toEqual([s.thread]);
      expect(await inbox(s)).toEqual({
        total: 2,
        subjects: [
          ['Plans', 'reminder'],
          ['Newsletter', null],
        ],
      });
      expect([await fire(s, later(9 * DAY)), await next(s)]).toEqual([[], null]);
      expect([await s.account.onServer('INBOX'), await s.account.onServer('Sent')]).toEqual([
        ['Newsletter *'],
        ['Plans'],
      ]);
    }));

  it('it goes from there by being archived, and comes back by undo', () =>
    reminded(async (s) => {
      await fire(s, later(DAY + 1000));
      const { undo } = await createActions(database).archive(s.account.connectionId, [s.thread]);
      expect(await inbox(s)).toEqual({ total: 1, subjects: [['Newsletter', null]] });
      await createActions(database).undo(s.account.connectionId, undo ?? '');
      expect((await inbox(s)).subjects[0]).toEqual(['Plans', 'reminder']);
    }));

  it('an answer after it takes its place, and the mark goes', () =>
    reminded(async (s) => {
      await remindOfThreads(database.pool, s.account.connectionId, [s.thread], later(-1000));
      await fire(s, new Date());
      expect((await inbox(s)).subjects[0]).toEqual(['Plans', 'reminder']);
      await s.answer();
      expect(await inbox(s)).toEqual({
        total: 2,
        subjects: [
          ['Plans', null],
          ['Newsletter', null],
        ],
      });
    }));
});

describe('what ends it', () => {
  it('is an answer', () =>
    reminded(async (s) => {
      await s.answer();
      expect([await next(s), await fire(s, later(9 * DAY))]).toEqual([null, []]);
    }));

  it.each<{ what: string; change: MessageInput }>([
    { what: 'an automatic answer', change: { headers: { 'Auto-Submitted': 'auto-replied' } } },
    { what: 'a notice of absence of the old kind', change: { headers: { Precedence: 'auto_reply' } } },
    { what: 'a bounce', change: { from: 'Mail Delivery System <MAILER-DAEMON@lab.test>' } },
    { what: 'one’s own further message', change: { from: 'Ada <ada@lab.test>' } },
  ])('is not $what', ({ change }) =>
    reminded(async (s) => {
      await s.answer(change);
      expect(await fire(s, later(DAY + 1000))).toEqual([s.thread]);
    }),
  );

  it('is not a person’s mail that says it was not sent by a machine', () =>
    reminded(async (s) => {
      await s.answer({ headers: { 'Auto-Submitted': 'no (by hand)' } });
      expect(await next(s)).toBeNull();
    }));

  it('is taking it back, and the last time that was said counts', () =>
    reminded(async (s) => {
      const { connectionId } = s.account;
      const at = later(3 * DAY);
      await remindOfThreads(database.pool, connectionId, [s.thread], at);
      expect(await next(s)).toEqual(at);
      await remindOfThreads(database.pool, connectionId, [s.thread], null);
      expect(await next(s)).toBeNull();
    }));

  it('is throwing the conversation away', () =>
    reminded(async (s) => {
      await s.account.look();
      const sent = await row<{ id: number }>(
        database.pool,
        `select id from mailbox where connection_id = $1 and role = 'sent'`,
        [s.account.connectionId],
      );
      await createActions(database).delete(s.account.connectionId, [s.thread], (sent?.id ?? 0) as never);
      expect([await fire(s, later(DAY + 1000)), (await inbox(s)).total]).toEqual([[], 1]);
    }));
});

describe('with a message that is still to go', () => {
  const outbox = () => createOutboxService(database);

  it('it waits for the message, and moves along with its time', () =>
    sending(async (s) => {
      const id = await s.send({ sendAt: later(DAY).toISOString(), remindAt: later(3 * DAY).toISOString() });
      expect([await next(s), await fire(s, later(9 * DAY))]).toEqual([null, []]);
      await outbox().reschedule(USER_ID, id, later(2 * DAY));
      const { remindAt = '' } = await outbox().get(USER_ID, id);
      expect(Math.abs(new Date(remindAt).getTime() - later(4 * DAY).getTime())).toBeLessThan(10_000);
      await s.run(2 * DAY + 1000);
      expect(await fire(s, later(3 * DAY))).toEqual([]);
      expect(await fire(s, later(4 * DAY + 1000))).toHaveLength(1);
    }));

  it('it goes with the message that is taken back, which says when it was', () =>
    sending(async (s) => {
      const [sendAt, remindAt] = [later(DAY).toISOString(), later(3 * DAY).toISOString()];
      const id = await s.send({ sendAt, remindAt });
      expect(await outbox().cancel(USER_ID, id)).toMatchObject({ sendAt, remindAt });
      expect(
        await row(database.pool, 'select 1 from reminder where connection_id = $1', [s.account.connectionId]),
      ).toBeUndefined();
    }));

  it('is refused for a time before the message goes out', () =>
    sending(async (s) => {
      await expect(
        s.send({ sendAt: later(2 * DAY).toISOString(), remindAt: later(DAY).toISOString() }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }));
});

describe('a scheduled message', () => {
  const outbox = () => createOutboxService(database);
  const dateOf = (raw: Buffer | undefined) => new Date(/^Date: (.*)$/m.exec(raw?.toString() ?? '')?.[1] ?? '');

  it('is dated the day it goes out: at its time, at another, and now', () =>
    sending(async (s) => {
      const files = [{ name: 'plan.txt', type: 'text/plain', size: 4, base64: 'cGxhbg==' }];
      const moved = await s.send({ sendAt: later(DAY).toISOString(), attachments: files, subject: 'Moved' });
      const at = later(3 * DAY);
      await outbox().reschedule(USER_ID, moved, at);
      await s.run(DAY + 1000);
      expect(smtp.messages).toHaveLength(0);
      await s.run(3 * DAY + 1000);
      const now = await s.send({ sendAt: later(5 * DAY).toISOString(), subject: 'Now' });
      await outbox().retry(USER_ID, now);
      await s.run(3 * DAY + 2000);
      const [first, second] = smtp.messages.map(({ raw }) => raw);
      expect(dateOf(first).getTime()).toBe(Math.floor(at.getTime() / 1000) * 1000);
      expect(first?.toString()).toContain('cGxhbg==');
      expect(Math.abs(dateOf(second).getTime() - Date.now())).toBeLessThan(60_000);
    }));

  it('is opened with its words and files, and cannot be given another time once it was sent', () =>
    sending(async (s) => {
      const files = [{ name: 'plan.txt', type: 'text/plain', size: 4, base64: 'cGxhbg==' }];
      const id = await s.send({ sendAt: later(DAY).toISOString(), attachments: files });
      expect(await outbox().get(USER_ID, id)).toMatchObject({
        state: 'scheduled',
        text: expect.stringContaining('Shall we?'),
        attachments: [{ name: 'plan.txt', type: 'text/plain', size: 4 }],
      });
      await s.run(DAY + 1000);
      await expect(outbox().reschedule(USER_ID, id, later(2 * DAY))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(outbox().cancel(USER_ID, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    }));
});
