/** Sending through a scriptable SMTP server, with Sent and Drafts on a real Dovecot. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { createOutboxService } from '../../lib/services/outbox.ts';
import { pushDrafts } from '../drafts/push.ts';
import { createDrafts } from '../drafts/save.ts';
import { mail } from '../sync/account.fixture.ts';
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

const outbox = () => createOutboxService(database);
const stateOf = async (id: string) => (await outbox().get(USER_ID, id)).state;

describe('a message that is sent', () => {
  it('stands in Sent at once, arrives without its Bcc, and leaves one copy on the server', () =>
    sending(async ({ account, send, run }) => {
      const id = await send({ bcc: [{ email: 'eve@lab.test' }] });
      expect(await account.list('Sent')).toEqual(['Plans']);
      await run();
      expect(smtp.messages.map(({ rcptTo }) => rcptTo)).toEqual([['bob@lab.test', 'eve@lab.test']]);
      expect(smtp.messages[0]?.raw.toString()).not.toContain('eve@lab.test');
      await run(2_000);
      expect(await account.onServer('Sent')).toEqual(['Plans']);
      await account.look();
      expect(await account.list('Sent')).toEqual(['Plans']);
      expect(await stateOf(id)).toBe('sent');
      await run(60_000);
      expect(await account.onServer('Sent')).toEqual(['Plans']);
    }));

  it('is one message for one idempotency key', () =>
    sending(async ({ send, run }) => {
      const first = await send({ idempotencyKey: 'k1' });
      expect(await send({ idempotencyKey: 'k1' })).toBe(first);
      await run();
      expect(smtp.messages.length).toBe(1);
    }));

  it('answers in the conversation of what it answers', () =>
    sending(async ({ account, send, run }) => {
      await account.other.append('INBOX', mail('Question'));
      await account.look();
      await send({ subject: 'Re: Question', inReplyTo: '<question@lab.test>' });
      expect(await account.list('Sent')).toHaveLength(1);
      await run();
      expect(smtp.messages[0]?.raw.toString()).toContain('In-Reply-To: <question@lab.test>');
    }));
});

describe('an attempt that fails', () => {
  it.each([
    { name: 'a goodbye in the greeting', script: { replies: { connect: '421 4.3.2 Later' } } },
    { name: 'a refusal for now', script: { replies: { dot: '451 4.3.0 Later' } } },
    { name: 'a connection lost at DATA', script: { cut: 'data' as const } },
    { name: 'a connection lost at MAIL', script: { cut: 'mail' as const } },
  ])('is tried again after $name, and delivered once', ({ script }) =>
    sending(async ({ send, run }) => {
      smtp.set(script);
      const id = await send();
      await run();
      expect([await stateOf(id), smtp.messages.length]).toEqual(['queued', 0]);
      smtp.heal();
      await run(2 * 60_000);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
    }),
  );

  it.each([{ cut: 'after-dot' as const }, { cut: 'before-dot-reply' as const }])(
    'is uncertain when the connection is lost at $cut, and never sent again by itself',
    ({ cut }) =>
      sending(async ({ send, run }) => {
        smtp.set({ cut });
        const id = await send();
        await run();
        expect(await stateOf(id)).toBe('uncertain');
        const seen = smtp.messages.length;
        smtp.heal();
        await run(60_000);
        await run(10 * 60_000);
        expect([await stateOf(id), smtp.messages.length]).toEqual(['uncertain', seen]);
      }),
  );

  it('is final when the server refuses for good, and says so for each recipient', () =>
    sending(async ({ send, run }) => {
      smtp.set({ recipientReplies: { 'nobody@lab.test': '550 5.1.1 No such user' } });
      const id = await send({ to: [{ email: 'bob@lab.test' }, { email: 'nobody@lab.test' }] });
      await run();
      const { state, recipients } = await outbox().get(USER_ID, id);
      expect(state).toBe('partial');
      expect(recipients.map(({ email, status, code }) => [email, status, code])).toEqual([
        ['bob@lab.test', 'accepted', undefined],
        ['nobody@lab.test', 'refused', 550],
      ]);
      smtp.heal();
      await outbox().retry(USER_ID, id);
      await run(1000);
      expect(smtp.messages.map(({ rcptTo }) => rcptTo)).toEqual([['bob@lab.test'], ['nobody@lab.test']]);
      expect(await stateOf(id)).toBe('sent');
    }));
});

describe('a process that sleeps for longer than its claim holds', () => {
  const LONG_AFTER = 3 * 3_600_000;

  it('while connecting: what the next has sent meanwhile is not sent again', () =>
    sending(async ({ send, run }) => {
      const id = await send();
      await run(0, async () => {
        await run(61_000);
        return {
          kind: 'not-sent',
          error: new MailError({ code: 'TIMEOUT', message: 'The connection is gone.', retryable: true }),
        };
      });
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
      await run(LONG_AFTER);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
    }));

  it('while handing over the message: that it was taken counts after all', () =>
    sending(async ({ send, run, through }) => {
      const id = await send();
      await run(0, async (connectionId, request) => {
        const outcome = await through(connectionId, request);
        await run(61_000);
        expect(await stateOf(id)).toBe('uncertain');
        return outcome;
      });
      await run(LONG_AFTER);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
    }));
});

describe('a process that dies', () => {
  it('while connecting: sent once by the next', () =>
    sending(async ({ send, run }) => {
      const id = await send();
      const died = new Promise<never>(() => undefined);
      void run(0, () => died);
      await expect.poll(() => stateOf(id)).toBe('sending');
      await run(61_000);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
    }));

  it('while handing over the message: uncertain', () =>
    sending(async ({ send, run }) => {
      const id = await send();
      let isHandedOver = false;
      void run(0, async (_connectionId, { onData }) => {
        await onData();
        isHandedOver = true;
        return new Promise<never>(() => undefined);
      });
      await expect.poll(() => isHandedOver).toBe(true);
      await run(61_000);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['uncertain', 0]);
    }));
});

describe('what is taken back', () => {
  it('is a draft again with everything in it, and cannot be once it is sent', () =>
    sending(async ({ account, sender, send, run, withImap }) => {
      const id = await send({
        bcc: [{ email: 'eve@lab.test' }],
        attachments: [{ name: 'a.txt', type: 'text/plain', size: 2, base64: 'aGk=' }],
      });
      const { draftId } = await outbox().cancel(USER_ID, id);
      const draft = await createDrafts({ pool: database.pool, withImap }).get(sender, draftId ?? '');
      expect([draft.to, draft.bcc, draft.subject, draft.attachments.map(({ filename }) => filename)]).toEqual([
        [{ email: 'bob@lab.test' }],
        [{ email: 'eve@lab.test' }],
        'Plans',
        ['a.txt'],
      ]);
      await run();
      expect([smtp.messages.length, await account.list('Sent')]).toEqual([0, []]);
      const other = await send();
      await run();
      await expect(outbox().cancel(USER_ID, other)).rejects.toMatchObject({ code: 'CONFLICT' });
    }));
});

describe('a message that is held', () => {
  const holding = (seconds: number, body: (sending: Sending) => Promise<void>) =>
    sending(async (held) => {
      await database.pool.query('insert into user_settings (user_id, settings) values ($1, $2)', [
        USER_ID,
        JSON.stringify({ undoSendSeconds: seconds }),
      ]);
      try {
        await body(held);
      } finally {
        await database.pool.query('delete from user_settings');
      }
    });

  it('goes by itself when the time is over that the user chose', () =>
    holding(10, async ({ send, run }) => {
      const id = await send();
      expect((await run())?.getTime()).toBeGreaterThan(Date.now() + 8_000);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['queued', 0]);
      await run(10_000);
      expect([await stateOf(id), smtp.messages.length]).toEqual(['sent', 1]);
    }));

  it('is given back to the composer until then, and never goes', () =>
    holding(10, async ({ send, run, sender, withImap }) => {
      const id = await send({ bcc: [{ email: 'eve@lab.test' }] });
      const { draftId } = await outbox().cancel(USER_ID, id);
      await run(60_000);
      const { to, bcc, subject, message } = await createDrafts({ pool: database.pool, withImap }).get(
        sender,
        draftId ?? '',
      );
      expect({ to, bcc, subject, message, sent: smtp.messages.length }).toEqual({
        to: [{ email: 'bob@lab.test' }],
        bcc: [{ email: 'eve@lab.test' }],
        subject: 'Plans',
        message: '<p>Shall we?</p>',
        sent: 0,
      });
    }));

  it('does not wait a second time when it was to be sent later', () =>
    holding(10, async ({ send, run }) => {
      await send({ sendAt: new Date(Date.now() + 60_000).toISOString() });
      await run(60_500);
      expect(smtp.messages.length).toBe(1);
    }));
});

describe('drafts', () => {
  it('many saves leave one on the server with the last text, also when a push was cut off', () =>
    sending(async ({ account, sender, withImap }) => {
      const drafts = createDrafts({ pool: database.pool, withImap });
      const push = (session = account.session) =>
        pushDrafts(database.pool, account.connectionId, session, new Date(Date.now() + 60_000));
      let id: string | null = null;
      for (let n = 1; n <= 5; n += 1) {
        ({ id } = await drafts.create(sender, { id, to: [], subject: `Draft ${n}`, message: `<p>${n}</p>` }));
        const session =
          n === 3
            ? Object.assign(Object.create(account.session), {
                expunge: async () => {
                  throw new Error('cut');
                },
              })
            : account.session;
        if (n === 3) await expect(push(session)).rejects.toThrow('cut');
        else await push();
      }
      expect(await account.onServer('Drafts')).toEqual(['Draft 5']);
      await account.look();
      expect(await account.list('Drafts')).toEqual(['Draft 5']);
      expect((await drafts.list(account.connectionId, {})).drafts.map(({ subject }) => subject)).toEqual(['Draft 5']);
      await drafts.delete(sender, { id: id as string });
      await push();
      await account.look();
      expect([await account.onServer('Drafts'), await account.list('Drafts')]).toEqual([[], []]);
    }));

  it('of another client are listed, opened and replaced', () =>
    sending(async ({ account, sender, withImap }) => {
      await account.other.append('Drafts', mail('Begun elsewhere'), ['\\Draft', '\\Seen']);
      await account.look();
      const drafts = createDrafts({ pool: database.pool, withImap });
      const [listed] = (await drafts.list(account.connectionId, {})).drafts;
      const opened = await drafts.get(sender, listed?.id as string);
      expect(opened.subject).toBe('Begun elsewhere');
      await drafts.create(sender, { id: opened.id, to: opened.to, subject: 'Ended here', message: '<p>x</p>' });
      await pushDrafts(database.pool, account.connectionId, account.session, new Date(Date.now() + 60_000));
      expect(await account.onServer('Drafts')).toEqual(['Ended here']);
    }));
});
