/** Sending a message on as it is: to whom, with what before it, and what it leaves as it was. */
import { Readable } from 'node:stream';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutboxService } from '../../lib/services/outbox.ts';
import { mail } from '../sync/account.fixture.ts';
import { redirect } from './redirect.ts';
import { type Sending, USER_ID, withSending } from './sending.fixture.ts';

let database: TestDatabase;
let smtp: MemorySmtp;
beforeAll(async () => {
  [database, smtp] = await Promise.all([createTestDatabase(), startMemorySmtp()]);
});
afterAll(async () => {
  await smtp.stop();
  await database.drop();
});

const octets = Buffer.from(mail('Question', { headers: { 'DKIM-Signature': 'v=1; a=rsa-sha256; b=abc' } }));
const outbox = () => createOutboxService({ pool: database.pool });

const redirecting = (
  body: (sending: Sending & { queue(change?: object): Promise<string> }) => Promise<void>,
): Promise<void> =>
  withSending(database, smtp, async (sending) => {
    const queue = async (change = {}) => {
      const input = { to: [{ email: 'carol@lab.test' }], octets: Readable.from([octets]), ...change };
      return (await redirect(database.pool, sending.sender, input, new Date())).id;
    };
    await body({ ...sending, queue });
  });

describe('a redirected message', () => {
  it('goes to whom it is sent, blind copies too, with every octet that it had after the Resent- fields', () =>
    redirecting(async ({ queue, run, account }) => {
      const id = await queue({ bcc: [{ email: 'dan@lab.test' }] });
      await run();
      const [sent] = smtp.messages;
      expect([sent?.mailFrom, sent?.rcptTo]).toEqual(['ada@lab.test', ['carol@lab.test', 'dan@lab.test']]);
      const raw = sent?.raw ?? Buffer.alloc(0);
      const before = raw.subarray(0, -octets.length).toString();
      expect(raw.subarray(-octets.length).equals(octets)).toBe(true);
      expect(before.split('\r\n').map((line) => line.split(':')[0])).toEqual([
        'Resent-Date',
        'Resent-From',
        'Resent-To',
        'Resent-Message-ID',
        '',
      ]);
      expect(before).toContain('Resent-To: carol@lab.test\r\n');
      expect(await outbox().get(USER_ID, id)).toMatchObject({ state: 'sent', subject: 'Question', isRedirect: true });
      await run(120_000);
      expect([smtp.messages.length, await account.onServer('Sent'), await account.list('Sent')]).toEqual([1, [], []]);
    }));

  it('is tried again after a lost connection, as every other', () =>
    redirecting(async ({ queue, run }) => {
      smtp.set({ cut: 'mail' });
      const id = await queue();
      await run();
      smtp.heal();
      expect((await outbox().get(USER_ID, id)).state).toBe('queued');
      await run(2 * 60_000);
      expect([(await outbox().get(USER_ID, id)).state, smtp.messages.length]).toEqual(['sent', 1]);
    }));

  it('is one with the same key, and is no draft when it is taken back', () =>
    redirecting(async ({ queue, run }) => {
      const [id, again] = [await queue({ idempotencyKey: 'k' }), await queue({ idempotencyKey: 'k' })];
      expect(again).toBe(id);
      expect(await outbox().cancel(USER_ID, id)).toEqual({});
      await run();
      expect(smtp.messages).toEqual([]);
      const { rows } = await database.pool.query('select count(*)::int as drafts from draft');
      expect(rows).toEqual([{ drafts: 0 }]);
    }));

  it('that failed is put aside and brought back, and cannot be edited', () =>
    redirecting(async ({ queue, run, account }) => {
      smtp.set({ recipientReplies: { 'carol@lab.test': '550 5.1.1 No such user' } });
      const id = await queue();
      await run();
      expect((await outbox().get(USER_ID, id)).state).toBe('failed');
      await expect(outbox().edit(USER_ID, id)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
      await outbox().dismiss(USER_ID, id);
      await outbox().restore(USER_ID, id);
      await account.look();
      expect(await account.list('Sent')).toEqual([]);
    }));

  it('needs somebody to go to, from an address of the account', () =>
    redirecting(async ({ queue }) => {
      for (const change of [{ to: [] }, { to: [{ email: 'a\r\nb@x' }] }, { fromEmail: 'eve@lab.test' }]) {
        await expect(queue(change)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
    }));

  it('that is larger than 25 MB is refused while it is read', () =>
    redirecting(async ({ queue }) => {
      async function* endless() {
        for (;;) yield Buffer.alloc(1024 * 1024);
      }
      await expect(queue({ octets: endless() })).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    }));
});
