/** One copy in Sent, whatever the server does by itself and whenever it does it. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutboxService } from '../../lib/services/outbox.ts';
import { row } from '../index/sql.ts';
import { type Sending, USER_ID, withSending } from './sending.fixture.ts';

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

const sending = (body: (sending: Sending) => Promise<void>) => withSending(database, smtp, body);
/** Long enough for a server of which nobody knows; for the first look at what it did, and for the last. */
const PATIENCE = 2_000;
const SOON_AFTER = 8_000;
const A_MINUTE_LATER = 70_000;

/** What the submission server does that files copies: the message as it was sent, or under a Message-ID of its own. */
async function serverFiles(
  { account }: Sending,
  change: (source: string) => string = (source) => source,
): Promise<void> {
  const source = smtp.messages.at(-1)?.raw.toString('latin1') ?? '';
  await account.other.append('Sent', Buffer.from(change(source), 'latin1'), ['\\Seen']);
}
const rewritten = (source: string) => source.replace(/^Message-ID: .*$/im, 'Message-ID: <rewritten@server.test>');

const sent = async ({ account }: Sending) => ({
  onServer: (await account.onServer('Sent')).length,
  listed: await account.list('Sent'),
  learned: (
    await row<{ learned: object }>(
      database.pool,
      `select learned - 'smtpSize' as learned from connection where id = $1`,
      [account.connectionId],
    )
  )?.learned,
});

it('a server that files none: ours is there after some seconds, and at once the next time', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    expect(await sent(lab)).toEqual({ onServer: 0, listed: ['Plans'], learned: {} });
    await lab.run(PATIENCE);
    await lab.account.look();
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: {} });
    await lab.run(SOON_AFTER);
    expect((await sent(lab)).learned).toEqual({});
    expect(await lab.run(A_MINUTE_LATER)).toBeNull();
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: { sentAutoSave: false } });
    await lab.send({ subject: 'More' });
    await lab.run();
    expect((await sent(lab)).onServer).toBe(2);
  }));

it('a server that files one at once: none of ours, and the next one is waited for', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run(0, async (connectionId, request) => {
      const outcome = await lab.through(connectionId, request);
      await serverFiles(lab);
      return outcome;
    });
    await lab.account.look();
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: { sentAutoSave: true } });
    await lab.send({ subject: 'More' });
    await lab.run();
    await lab.run(PATIENCE);
    expect((await sent(lab)).onServer).toBe(1);
    await serverFiles(lab);
    await lab.run(PATIENCE * 3);
    await lab.account.look();
    expect(await sent(lab)).toEqual({ onServer: 2, listed: ['More', 'Plans'], learned: { sentAutoSave: true } });
  }));

it.each([
  { name: 'late', change: (source: string) => source, learned: { sentAutoSave: true } },
  {
    name: 'late and under a Message-ID of its own',
    change: rewritten,
    learned: { sentAutoSave: true, rewritesMessageId: true },
  },
])('a server that files one $name: ours goes, and the conversation keeps its message', ({ change, learned }) =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    await lab.run(PATIENCE);
    await serverFiles(lab, change);
    await lab.account.look();
    expect((await sent(lab)).onServer).toBe(2);
    await lab.run(SOON_AFTER);
    await lab.account.look();
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned });
    const [message] = await lab.account.other.search({ all: true }).then((uids) => uids || []);
    const found = await row<{ uid: number }>(
      database.pool,
      `select p.uid from outbox o join placement p on p.connection_id = o.connection_id and p.message_id = o.message_id
       where o.connection_id = $1`,
      [lab.account.connectionId],
    );
    expect([message, found?.uid]).toEqual([1, 2]);
  }),
);

it('a message of the same subject that another program sent in that minute stays', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    await lab.run(PATIENCE);
    await serverFiles(lab, (source) => rewritten(source).replaceAll('Shall we?', 'Shall we not?'));
    await lab.run(A_MINUTE_LATER);
    expect(await sent(lab)).toMatchObject({ onServer: 2, learned: { sentAutoSave: false } });
  }));

it('a server that filed them and does not any more: ours is there after a minute', () =>
  sending(async (lab) => {
    await database.pool.query(`update connection set learned = '{"sentAutoSave": true}' where id = $1`, [
      lab.account.connectionId,
    ]);
    await lab.send();
    await lab.run();
    expect((await sent(lab)).onServer).toBe(0);
    await lab.run(A_MINUTE_LATER);
    await lab.run(2 * A_MINUTE_LATER);
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: { sentAutoSave: false } });
  }));

it('a process that dies when it has filed ours: the next finds it, files none, and learns nothing wrong', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    const { append } = lab.account.session;
    lab.account.session.append = async (...message) => {
      await append(...message);
      throw new Error('the process ends');
    };
    await expect(lab.run(PATIENCE)).rejects.toThrow('the process ends');
    lab.account.session.append = append;
    await lab.run(PATIENCE);
    await lab.run(A_MINUTE_LATER);
    expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: { sentAutoSave: false } });
  }));

it('a process that dies when it has filed ours, beside a copy under a Message-ID of the server’s own: theirs is kept', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    const { append } = lab.account.session;
    lab.account.session.append = async (...message) => {
      await append(...message);
      throw new Error('the process ends');
    };
    await expect(lab.run(PATIENCE)).rejects.toThrow('the process ends');
    lab.account.session.append = append;
    await serverFiles(lab, rewritten);
    await lab.run(PATIENCE);
    await lab.run(A_MINUTE_LATER);
    await lab.account.look();
    expect(await sent(lab)).toEqual({
      onServer: 1,
      listed: ['Plans'],
      learned: { sentAutoSave: true, rewritesMessageId: true },
    });
  }));

it('a look that finds ours gone before theirs has its place loses nothing', () =>
  sending(async (lab) => {
    await lab.send();
    await lab.run();
    await lab.run(PATIENCE);
    await serverFiles(lab, rewritten);
    await lab.account.look();
    const { expunge } = lab.account.session;
    lab.account.session.expunge = async (uids) => {
      const gone = await expunge(uids);
      await lab.account.look();
      return gone;
    };
    await lab.run(SOON_AFTER);
    lab.account.session.expunge = expunge;
    await lab.account.look();
    expect(await sent(lab)).toMatchObject({ onServer: 1, listed: ['Plans'] });
  }));

it.each([
  { name: 'files none', files: false, learned: { sentAutoSave: false } },
  { name: 'files one all the same', files: true, learned: { sentAutoSave: true } },
])(
  'the own server of an identity, which $name: ours is there at once, one stays, and the account learns nothing',
  (row) =>
    sending(async (lab) => {
      const { connectionId } = lab.account;
      await database.pool.query(
        `insert into identity (connection_id, email, smtp) values ($1, 'shop@lab.test', '{"host": "smtp.gmail.com", "username": "shop"}')`,
        [connectionId],
      );
      await lab.send({ fromEmail: 'shop@lab.test' });
      await lab.run();
      expect((await sent(lab)).onServer).toBe(1);
      if (row.files) await serverFiles(lab);
      await lab.account.look();
      await lab.run(SOON_AFTER);
      await lab.run(A_MINUTE_LATER);
      await lab.account.look();
      expect(await sent(lab)).toEqual({ onServer: 1, listed: ['Plans'], learned: {} });
      const { rows } = await database.pool.query(
        `select learned - 'smtpSize' as learned from identity where connection_id = $1`,
        [connectionId],
      );
      expect(rows).toEqual([{ learned: row.learned }]);
    }),
);

it('one that went to some only and is tried again for the rest, its copy filed: it is due at its time, and filed once', () =>
  sending(async (lab) => {
    const outbox = createOutboxService(database);
    const dueIn = (at: Date | null) => (at === null ? null : Math.round((at.getTime() - Date.now()) / 1000));
    smtp.set({ recipientReplies: { 'carol@lab.test': '550 5.7.1 Not now' } });
    const id = await lab.send({ to: [{ email: 'bob@lab.test' }, { email: 'carol@lab.test' }] });
    await lab.run();
    await lab.run(PATIENCE);
    await lab.account.look();
    expect([(await outbox.get(USER_ID, id)).state, await sent(lab)]).toEqual([
      'partial',
      { onServer: 1, listed: ['Plans'], learned: {} },
    ]);
    await outbox.retry(USER_ID, id);
    smtp.set({ recipientReplies: { 'carol@lab.test': '450 4.2.1 Later' } });
    // The looks at what the server filed come before the next attempt, and do not take its place.
    const [first, second, then] = [await lab.run(), await lab.run(SOON_AFTER), await lab.run(A_MINUTE_LATER)].map(
      dueIn,
    );
    expect([first, second, then]).toEqual([expect.closeTo(7, -1), expect.closeTo(60, -1), expect.closeTo(300, -1)]);
    expect((await outbox.get(USER_ID, id)).state).toBe('queued');
    smtp.heal();
    expect(await lab.run(301_000)).toBeNull();
    await lab.account.look();
    expect([(await outbox.get(USER_ID, id)).state, await sent(lab)]).toEqual([
      'sent',
      { onServer: 1, listed: ['Plans'], learned: { sentAutoSave: false } },
    ]);
    expect(smtp.messages.map(({ rcptTo }) => rcptTo)).toEqual([['bob@lab.test'], ['carol@lab.test']]);
  }));
