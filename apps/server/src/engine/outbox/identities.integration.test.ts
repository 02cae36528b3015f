/** Writing as one of several: what the identity adds to the message, and which of them an answer is written from. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { presentConnectionId } from '../../lib/driver/ids.ts';
import { createReader } from '../../lib/driver/imap-smtp/read.ts';
import { createIdentityService, type IdentityServiceDeps } from '../../lib/services/identities.ts';
import { parseMessage } from '../mime/index.ts';
import { createTextWork } from '../reading/text-work.ts';
import { mail } from '../sync/account.fixture.ts';
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

const never = () => Promise.reject(new Error('no server of its own'));
const servers: IdentityServiceDeps['servers'] = { test: never, prove: never, keep: never, forget: never };
const service = () => createIdentityService({ pool: database.pool, servers, audit: never });

const me = { name: 'Ada', email: 'ada@lab.test' };
const bob = { email: 'bob@lab.test' };

/** An account that writes as itself, as sales with answers to the team and a copy to itself, and as all of a domain. */
const writing = (body: (sending: Sending & { sent: typeof sentOf }) => Promise<void>) =>
  withSending(database, smtp, async (sending) => {
    const identities = service();
    const connectionId = presentConnectionId(sending.account.connectionId);
    const create = (change: object) =>
      identities.create(USER_ID, { connectionId, name: 'Ada', email: '', isDefault: false, ...change });
    await create({ email: me.email });
    await create({ name: 'Sales', email: 'sales@lab.test', replyTo: 'team@lab.test', bccSelf: true });
    await create({ email: '*@ada.test' });
    await body({ ...sending, sent: sentOf });
  });

/** What the server got: envelope, header, and that no blind copy is named in it. */
function sentOf() {
  return smtp.messages.map(({ mailFrom, rcptTo, raw }) => {
    const { from, replyTo, bcc } = parseMessage(raw);
    return { mailFrom, rcptTo, from, replyTo, bcc };
  });
}

describe('a message', () => {
  it('as an identity names it, sends answers to its Reply-To, and a blind copy to its writer', () =>
    writing(async ({ send, run, sent }) => {
      await send({ fromEmail: 'Sales@lab.test' });
      await run();
      expect(sent()).toEqual([
        {
          mailFrom: 'sales@lab.test',
          rcptTo: ['bob@lab.test', 'sales@lab.test'],
          from: [{ name: 'Sales', email: 'sales@lab.test' }],
          replyTo: [{ email: 'team@lab.test' }],
          bcc: [],
        },
      ]);
    }));

  it.each(['to', 'cc', 'bcc'])('goes to its writer once, who stands in %s already', (field) =>
    writing(async ({ send, run, sent }) => {
      await send({ to: [bob], fromEmail: 'sales@lab.test', [field]: [{ email: 'SALES@lab.test' }] });
      await run();
      expect(
        sent()[0]
          ?.rcptTo.map((one) => one.toLowerCase())
          .filter((one) => one === 'sales@lab.test'),
      ).toHaveLength(1);
    }),
  );

  it('goes from any address of a catch-all’s domain, and from nobody else’s', () =>
    writing(async ({ send, run, sent }) => {
      await send({ fromEmail: 'shop@ada.test' });
      await run();
      expect(sent().map(({ from, replyTo }) => [from, replyTo])).toEqual([
        [[{ name: 'Ada', email: 'shop@ada.test' }], []],
      ]);
      for (const fromEmail of ['*@ada.test', 'shop@x.ada.test', 'eve@lab.test', 'ada+x@lab.test', 'a\r\nb@ada.test']) {
        await expect(send({ fromEmail })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
    }));

  it('to nobody is refused, although its writer would get a copy', () =>
    writing(async ({ send }) => {
      await expect(send({ to: [], fromEmail: 'sales@lab.test' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }));
});

describe('an identity', () => {
  it('loses its Reply-To when that is emptied, and is never the default where it is a whole domain', () =>
    writing(async ({ account }) => {
      const identities = service();
      const list = () => identities.list(USER_ID, presentConnectionId(account.connectionId));
      const [, sales, all] = await list();
      await identities.update(USER_ID, { id: sales?.id ?? '', replyTo: '' });
      expect((await list()).map(({ email, replyTo }) => [email, replyTo])).toEqual([
        ['ada@lab.test', undefined],
        ['sales@lab.test', undefined],
        ['*@ada.test', undefined],
      ]);
      for (const change of [
        { id: all?.id ?? '', isDefault: true },
        { id: sales?.id ?? '', email: '*@lab.test', isDefault: true },
      ]) {
        await expect(identities.update(USER_ID, change)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
    }));
});

describe('an answer', () => {
  beforeEach(() => database.pool.query(`delete from connection where user_id = 'u1'`));

  it('is written from the address that the message was written to, as the envelope’s fields have it', () =>
    writing(async ({ account, withImap }) => {
      await account.other.append('INBOX', mail('Plain', { to: 'ada+shop@lab.test' }));
      await account.other.append(
        'INBOX',
        mail('Blind', { to: 'x@y.test', headers: { 'Delivered-To': 'sales@lab.test' } }),
      );
      await account.other.append(
        'INBOX',
        mail('Any', { to: 'x@y.test', headers: { 'X-Original-To': 'shop@ada.test' } }),
      );
      await account.other.append(
        'INBOX',
        mail('List', {
          to: 'list@y.test',
          cc: 'ada@lab.test, carol@lab.test',
          headers: { 'List-Post': '<mailto:list@y.test>', 'Mail-Followup-To': 'list@y.test, carol@lab.test' },
        }),
      );
      await account.look();
      const reader = createReader({
        pool: database.pool,
        connectionId: account.connectionId,
        withImap,
        textWork: createTextWork(),
        signImage: () => '',
        now: () => new Date(),
      });
      const { threads } = await reader.list({ folder: 'inbox', query: '', max: 10, cursor: '' });
      const messages = await Promise.all(threads.map(async ({ id }) => (await reader.get(id)).messages[0]));
      const sender = { name: 'Bob', email: 'bob@lab.test' };
      const toBob = (...more: object[]) => ({ to: [sender], all: { to: [sender, ...more], cc: [] } });
      expect(Object.fromEntries(messages.map((one) => [one?.subject, one?.answer]))).toEqual({
        Plain: { from: me, ...toBob() },
        Blind: { from: { name: 'Sales', email: 'sales@lab.test' }, ...toBob({ email: 'x@y.test' }) },
        Any: { from: { name: 'Ada', email: 'shop@ada.test' }, ...toBob({ email: 'x@y.test' }) },
        List: {
          from: me,
          to: [sender],
          all: { to: [{ email: 'list@y.test' }, { email: 'carol@lab.test' }], cc: [] },
          list: { email: 'list@y.test' },
        },
      });
    }));
});
