import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALISED_MAILBOXES } from './dovecot/config.ts';
import { writeMaildir } from './dovecot/maildir.ts';
import { startDovecot } from './dovecot/start-dovecot.ts';
import { connectImap, type MailServer, startMailServer } from './mail-server.ts';
import { bulkMailbox } from './mailbox/bulk-mailbox.ts';
import { message } from './message/message.ts';
import { waitUntil } from './process/wait-until.ts';

describe('startMailServer', () => {
  let server: MailServer;

  beforeAll(async () => {
    server = await startMailServer({
      postfix: {
        messageSizeLimit: 200_000,
        recipientReplies: { 'gone@lab.test': '550 5.1.1 Gone', 'later@lab.test': '450 4.2.0 Later' },
      },
    });
  });
  afterAll(() => server.stop());

  it('takes a message by submission and delivers it byte for byte after its trace fields', async () => {
    const raw = message({
      from: 'ada@lab.test',
      to: 'bob@lab.test',
      subject: 'Whole',
      text: `déjà vu\n.dot\n${'long '.repeat(150)}\n`,
      encoding: '8bit',
    });
    await server.submission('ada@lab.test').sendMail({ envelope: { from: 'ada@lab.test', to: ['bob@lab.test'] }, raw });
    const client = await server.imap('bob@lab.test');
    await client.mailboxOpen('INBOX');
    const uid = await waitUntil(async () => {
      await client.noop();
      return ((await client.search({ subject: 'Whole' }, { uid: true })) || [])[0];
    });
    const got = await client.fetchOne(String(uid), { source: true }, { uid: true });
    if (!got) throw new Error('The message is not there');
    const source = got.source?.toString('latin1') ?? '';
    expect(source.slice(source.indexOf('From: ada'))).toBe(raw.toString('latin1'));
    expect(source.startsWith('Return-Path: <ada@lab.test>\r\n')).toBe(true);
  });

  it('delivers by LMTP', async () => {
    await server.deliver('ada@lab.test', message({ subject: 'From afar' }));
    const client = await server.imap('ada@lab.test');
    await client.mailboxOpen('INBOX');
    expect(await client.search({ subject: 'From afar' }, { uid: true })).toEqual([1]);
  });

  it('answers recipients, size and wrong passwords as a server does', async () => {
    const transport = server.submission('ada@lab.test');
    const to = ['gone@lab.test', 'later@lab.test', 'nobody@lab.test', 'friend@elsewhere.test'];
    const info = await transport.sendMail({ envelope: { from: 'ada@lab.test', to }, raw: message() });
    expect({ accepted: info.accepted, rejected: info.rejected }).toEqual({
      accepted: to.slice(3),
      rejected: to.slice(0, 3),
    });
    const big = message({ text: 'x\n'.repeat(150_000) });
    await expect(
      transport.sendMail({ envelope: { from: 'ada@lab.test', to: ['bob@lab.test'] }, raw: big }),
    ).rejects.toMatchObject({
      responseCode: 552,
    });
    await expect(server.imap('ada@lab.test', { auth: { user: 'ada@lab.test', pass: 'wrong' } })).rejects.toMatchObject({
      authenticationFailed: true,
    });
  });
});

describe('startDovecot', () => {
  it('comes back with its mail after a crash, and leaves nothing after its stop', async () => {
    const dovecot = await startDovecot();
    await writeMaildir(dovecot, 'ada@lab.test', bulkMailbox(50));
    await dovecot.kill();
    await expect(connectImap(dovecot, 'ada@lab.test')).rejects.toThrow();
    await dovecot.start();
    const client = await connectImap(dovecot, 'ada@lab.test');
    expect(await client.status('INBOX', { messages: true, unseen: true })).toMatchObject({ messages: 50, unseen: 13 });
    client.close();
    await dovecot.stop();
    expect({ directory: existsSync(dovecot.directory), running: dovecot.running() }).toEqual({
      directory: false,
      running: false,
    });
  });

  it('has localised special mailboxes below a prefix', async () => {
    const dovecot = await startDovecot({ prefix: 'INBOX.', mailboxes: LOCALISED_MAILBOXES.ru });
    const client = await connectImap(dovecot, 'ada@lab.test');
    const list = await client.list();
    expect(list.find(({ specialUse }) => specialUse === '\\Sent')?.path).toBe('INBOX.Отправленные');
    client.close();
    await dovecot.stop();
  });

  it.each([
    { certificate: 'expired', code: 'CERT_HAS_EXPIRED' },
    { certificate: 'not-yet-valid', code: 'CERT_NOT_YET_VALID' },
    { certificate: 'self-signed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { certificate: 'wrong-host', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { certificate: 'unknown-authority', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  ] as const)('shows a certificate that is $certificate', async ({ certificate, code }) => {
    const dovecot = await startDovecot({ certificate });
    const tls = { host: 'localhost', port: dovecot.imapsPort, secure: true, tls: { ca: dovecot.ca } };
    await expect(connectImap(dovecot, 'ada@lab.test', tls)).rejects.toMatchObject({ code });
    await dovecot.stop();
  });
});
