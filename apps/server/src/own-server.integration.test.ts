/**
 * An identity that sends through a server of its own: its messages go there and nowhere else, one copy stands in the
 * account's Sent, and what cannot go there any more is not sent at all. On a real Postfix for the account, and a server that
 * does as it is told for the identity.
 */
import { type MailServer, type MemorySmtp, startMailServer, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { TRPCClientError } from '@trpc/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppClient, connectionTo, startTestApp, type TestApp } from './app.fixture.ts';
import type { Identity, IdentityServer } from './lib/driver/schemas.ts';

const PASSWORD = 'fake-shop-password';
const SHOP = 'shop@ada.test';

let mail: MailServer;
let relay: MemorySmtp;
let app: TestApp;
let ada: AppClient;
let connectionId: string;
let server: IdentityServer;
beforeAll(async () => {
  [mail, relay] = await Promise.all([
    startMailServer(),
    startMemorySmtp({ tls: 'none', users: [{ user: 'shop', password: PASSWORD }], sizeLimit: 500_000 }),
  ]);
  app = await startTestApp({
    env: { MAIL_TLS_CA_FILE: mail.caFile, MAIL_EGRESS: 'public', MAIL_EGRESS_ALLOW: 'localhost' },
  });
  ada = await app.signUp();
  ({ id: connectionId } = await ada.api.connections.create.mutate(connectionTo(mail, 'ada@lab.test')));
  server = { host: 'localhost', port: relay.port, security: 'none', username: 'shop', password: PASSWORD };
  await waitUntil(async () => (await ada.api.connections.list.query()).connections[0]?.state === 'live');
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([mail?.stop(), relay?.stop()]);
});
beforeEach(async () => {
  await app.database.pool.query('delete from rate_limit');
  for (const { id, isDefault } of await ada.api.identities.list.query())
    if (!isDefault) await ada.api.identities.delete.mutate({ id });
  relay.users[0] = { user: 'shop', password: PASSWORD };
  relay.messages.length = 0;
});

const create = (change: Partial<IdentityServer> = {}) =>
  ada.api.identities.create.mutate({
    connectionId,
    name: 'The shop',
    email: SHOP,
    isDefault: false,
    smtp: { ...server, ...change },
  });
const identityOf = async (id: string): Promise<Identity | undefined> =>
  (await ada.api.identities.list.query()).find((one) => one.id === id);

const send = (subject: string, more: object = {}) =>
  ada.api.mail.send.mutate({
    to: [{ email: 'bob@lab.test' }],
    subject,
    message: '<p>Hello</p>',
    fromEmail: SHOP,
    ...more,
  });
const settled = (id: string) =>
  waitUntil(async () => {
    const outgoing = await ada.api.outbox.get.query({ id });
    return !['queued', 'sending'].includes(outgoing.state) && outgoing;
  });

/** How many messages of that subject stand in the folder on the server. */
async function onServer(user: string, mailbox: string, subject: string): Promise<number> {
  const client = await mail.imap(user);
  await client.mailboxOpen(mailbox);
  const found = await client.search({ subject });
  await client.logout();
  return found ? found.length : 0;
}

async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof TRPCClientError)) throw new Error('It was done.');
  const { code, on, message } = error.data.mail;
  return { code, on, message };
}

describe('an identity with a server of its own', () => {
  it('sends through it alone; one copy stands in the account’s Sent; nobody is told the password', async () => {
    const { id } = await create();
    const { id: sent } = await send('By the shop');
    expect(await settled(sent)).toMatchObject({ state: 'sent', through: 'localhost' });
    expect(relay.messages.map(({ user, mailFrom, rcptTo }) => ({ user, mailFrom, rcptTo }))).toEqual([
      { user: 'shop', mailFrom: SHOP, rcptTo: ['bob@lab.test'] },
    ]);
    const filed = `select 1 from outbox where sent_copy_filed and subject = 'By the shop'`;
    await waitUntil(async () => (await app.database.pool.query(filed)).rowCount === 1);
    expect(await onServer('ada@lab.test', 'Sent', 'By the shop')).toBe(1);
    expect(await onServer('bob@lab.test', 'INBOX', 'By the shop')).toBe(0);

    const { id: own } = await send('By Ada', { fromEmail: 'ada@lab.test' });
    expect((await settled(own)).through).toBeUndefined();
    expect(relay.messages.length).toBe(1);
    await waitUntil(async () => (await onServer('bob@lab.test', 'INBOX', 'By Ada')) === 1);

    const { password: _, ...shown } = server;
    expect(await identityOf(id)).toEqual({
      id,
      connectionId,
      name: 'The shop',
      email: SHOP,
      bccSelf: false,
      isDefault: false,
      smtp: shown,
      maxMessageSize: 500_000,
    });
    const { rows } = await app.database.pool.query<{ row: string }>('select i::text as row from identity i');
    expect(rows.filter(({ row }) => row.includes(PASSWORD))).toEqual([]);
  });

  it('takes messages of the size that its own server takes', async () => {
    await create();
    const file = {
      name: 'film.mp4',
      type: 'video/mp4',
      size: 400_000,
      base64: Buffer.alloc(400_000).toString('base64'),
    };
    const refused = send('Too large', { attachments: [file] });
    expect(await failureOf(refused)).toMatchObject({ code: 'MESSAGE_TOO_LARGE', on: 'smtp' });
    expect(await settled((await send('Large', { attachments: [file], fromEmail: 'ada@lab.test' })).id)).toMatchObject({
      state: 'sent',
    });
  });

  it('whose password was changed pauses for itself alone, and goes on with the new one', async () => {
    const { id } = await create();
    relay.users[0] = { user: 'shop', password: 'another-fake-password' };
    const { id: first } = await send('First');
    expect(await settled(first)).toMatchObject({ state: 'failed', error: { code: 'AUTHENTICATION_FAILED' } });
    expect(await identityOf(id)).toMatchObject({ error: { code: 'AUTHENTICATION_FAILED', on: 'smtp' } });
    const { id: second } = await send('Second');
    expect((await settled((await send('Meanwhile', { fromEmail: 'ada@lab.test' })).id)).state).toBe('sent');
    expect(await ada.api.outbox.get.query({ id: second })).toMatchObject({
      state: 'queued',
      error: { code: 'AUTHENTICATION_FAILED' },
    });
    expect((await ada.api.connections.list.query()).connections[0]?.error).toBeUndefined();

    const { password: _, ...unchanged } = server;
    const wrong = ada.api.identities.update.mutate({ id, smtp: unchanged });
    expect(await failureOf(wrong)).toMatchObject({ code: 'AUTHENTICATION_FAILED', on: 'smtp' });
    await ada.api.identities.update.mutate({ id, smtp: { ...unchanged, password: 'another-fake-password' } });
    expect((await settled(second)).state).toBe('sent');
    await ada.api.outbox.retry.mutate({ id: first });
    expect((await settled(first)).state).toBe('sent');
    expect(relay.messages.length).toBe(2);
    expect((await identityOf(id))?.error).toBeUndefined();
    await ada.api.identities.update.mutate({ id, name: 'Shop', smtp: unchanged });
  });

  it('is among what a check of the account says, and so is what is wrong with it', async () => {
    await create();
    const check = async () =>
      (await ada.api.connections.doctor.mutate({ connectionId })).checks.find(
        ({ title }) => title === `Sending as ${SHOP}`,
      );
    expect(await check()).toMatchObject({
      ok: true,
      detail: `localhost:${relay.port} answers and accepts the password.`,
    });
    relay.users[0] = { user: 'shop', password: 'another-fake-password' };
    expect(await check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('does not accept this user name and password'),
      consequence: 'What you send as this address waits until this works.',
    });
  });

  it('keeps a signature of words as it is, addresses in it too, and one of markup clean', async () => {
    const { id } = await create();
    const kept = async (signature: string) => {
      await ada.api.identities.update.mutate({ id, signature });
      return (await identityOf(id))?.signature;
    };
    expect(await kept('Ada & Co <shop@ada.test>\n1 < 2')).toBe('Ada & Co <shop@ada.test>\n1 < 2');
    expect(await kept('<p onclick="x()">Ada</p><script>x()</script>')).toBe('<p>Ada</p>');
  });

  it('that is removed while its message waits: the message is not sent, says so, and can be edited anew', async () => {
    const { id } = await create();
    const { id: waiting } = await send('Later', { sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await ada.api.identities.delete.mutate({ id });
    const said = {
      state: 'failed',
      error: { code: 'SENDER_REJECTED', message: expect.stringContaining('an identity that is not there any more') },
    };
    expect(await ada.api.outbox.get.query({ id: waiting })).toMatchObject(said);
    await ada.api.outbox.retry.mutate({ id: waiting });
    expect(await settled(waiting)).toMatchObject(said);
    const { draftId } = await ada.api.outbox.edit.mutate({ id: waiting });
    expect((await ada.api.drafts.get.query({ id: draftId })).subject).toBe('Later');
    expect(relay.messages).toEqual([]);
    expect(await onServer('bob@lab.test', 'INBOX', 'Later')).toBe(0);
  });

  it('that sends through another server from now on: what waits goes there by the word of its person alone', async () => {
    const { id } = await create();
    const { id: waiting } = await send('Not there', { sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await ada.api.identities.update.mutate({ id, smtp: null });
    expect((await identityOf(id))?.smtp).toBeUndefined();
    expect(await ada.api.outbox.get.query({ id: waiting })).toMatchObject({
      state: 'failed',
      through: 'localhost',
      error: { message: expect.stringContaining('not the server of its identity any more') },
    });
    expect(await onServer('bob@lab.test', 'INBOX', 'Not there')).toBe(0);
    await ada.api.outbox.retry.mutate({ id: waiting });
    expect((await settled(waiting)).through).toBeUndefined();
    expect(relay.messages).toEqual([]);
  });
});

describe('a server that an identity is to send through', () => {
  it.each<[string, Partial<IdentityServer>, object]>([
    ['a wrong password', { password: 'wrong' }, { code: 'AUTHENTICATION_FAILED', on: 'smtp' }],
    ['an address that is not to be dialled', { host: '10.0.0.1', port: 587 }, { code: 'HOST_NOT_ALLOWED', on: 'smtp' }],
    ['a host that is not there', { host: 'nowhere.invalid' }, { code: 'HOST_NOT_FOUND', on: 'smtp' }],
    ['no encryption out in the world', { host: '8.8.8.8' }, { code: 'TLS_REQUIRED', on: 'smtp' }],
    ['no password', { password: undefined }, { code: 'INVALID_INPUT', on: 'smtp' }],
  ])('with %s is refused, and nothing is stored', async (_what, change, refusal) => {
    expect(await failureOf(create(change))).toMatchObject(refusal);
    expect((await ada.api.identities.list.query()).map(({ email }) => email)).toEqual(['ada@lab.test']);
  });

  it('is told whole what a test finds, also of a certificate that is to be trusted', async () => {
    const { password, ...right } = server;
    const test = (smtp: Partial<IdentityServer>) =>
      ada.api.identities.test.mutate({ email: SHOP, smtp: { ...right, password, ...smtp } });
    expect(await test({})).toEqual({ ok: true, maxMessageSize: 500_000 });
    expect(await test({ password: 'wrong' })).toMatchObject({ ok: false, code: 'AUTHENTICATION_FAILED' });
    const secure = await startMemorySmtp({ users: [{ user: 'shop', password: PASSWORD }] });
    const starttls = { port: secure.port, security: 'starttls' } as const;
    const { certificate } = await test(starttls);
    expect(certificate?.problem).toBe('unknown-authority');
    expect(await test({ ...starttls, pin: certificate?.pin })).toMatchObject({ ok: true });
    const { id } = await create({ ...starttls, pin: certificate?.pin });
    expect((await settled((await send('Pinned')).id)).state).toBe('sent');
    expect(secure.messages.length).toBe(1);
    await ada.api.identities.update.mutate({ id, smtp: { ...right, ...starttls } });
    await secure.stop();
  });

  it('gets no password that was typed for another one', async () => {
    const { id } = await create();
    const elsewhere = { ...server, password: undefined, host: '127.0.0.1' };
    const refused = { code: 'INVALID_INPUT', on: 'smtp', message: 'There is no password for 127.0.0.1.' };
    expect(await failureOf(ada.api.identities.update.mutate({ id, smtp: elsewhere }))).toEqual(refused);
    expect(await failureOf(ada.api.identities.test.mutate({ id, smtp: elsewhere }))).toEqual(refused);
    const asSomebodyElse = { ...server, password: undefined, username: 'eve' };
    expect(await failureOf(ada.api.identities.test.mutate({ id, smtp: asSomebodyElse }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('is tested as often as a connection is: ten times in ten minutes', async () => {
    for (let times = 0; times < 10; times += 1) await ada.api.identities.test.mutate({ smtp: server });
    expect(await failureOf(ada.api.identities.test.mutate({ smtp: server }))).toMatchObject({ code: 'THROTTLED' });
    await app.database.pool.query('delete from rate_limit');
    for (let times = 0; times < 10; times += 1) await failureOf(create({ password: 'wrong' }));
    expect(await failureOf(create({ password: 'wrong' }))).toMatchObject({ code: 'THROTTLED' });
  });
});
