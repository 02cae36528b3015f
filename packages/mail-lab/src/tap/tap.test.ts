import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { type MemoryImap, startMemoryImap } from '../imap/memory-imap.ts';
import { connectImap } from '../mail-server.ts';
import { message } from '../message/message.ts';
import { type MemorySmtp, startMemorySmtp } from '../smtp/memory-smtp.ts';
import { readPostgres } from './postgres.ts';
import { startTap, type WireTap } from './tap.ts';

const USER = { user: 'ada@lab.test', password: 'not-a-secret-ada' };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function tap(kind: 'smtp' | 'imap', port: number, held?: string): Promise<{ tap: WireTap; heard: string[] }> {
  const heard: string[] = [];
  const onMoment = (moment: string) => {
    heard.push(moment);
    return moment === held ? 'hold' : undefined;
  };
  const started = await startTap({ kind, target: { port }, onMoment });
  closing.push(() => started.stop());
  return { tap: started, heard };
}

async function submission(extensions?: string[]): Promise<MemorySmtp> {
  const smtp = await startMemorySmtp({ users: [USER], tls: 'none', ...(extensions ? { extensions } : {}) });
  closing.push(() => smtp.stop());
  return smtp;
}

function send({ port }: WireTap, text = 'Hello\n.\n..\n'): Promise<unknown> {
  const auth = { user: USER.user, pass: USER.password };
  const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true, auth });
  closing.push(async () => transport.close());
  const raw = message({ text });
  return transport.sendMail({ envelope: { from: USER.user, to: ['bob@lab.test'] }, raw });
}

describe('a tapped submission', () => {
  it('is heard command by command, and arrives', async () => {
    const smtp = await submission();
    const tapped = await tap('smtp', smtp.port);
    await send(tapped.tap);
    expect(smtp.messages.length).toBe(1);
    expect(tapped.heard.filter((one) => !one.includes('QUIT'))).toEqual(
      [
        'the reply to greeting',
        ...['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'].flatMap((verb) => [verb, `the reply to ${verb}`]),
        ...['the message', 'the final dot', 'the reply to the final dot'],
      ].map((one) => `smtp: ${one}`),
    );
  });

  it.each([
    { held: 'smtp: the final dot', kept: 0 },
    { held: 'smtp: the reply to the final dot', kept: 1 },
  ])('is held at $held with $kept kept', async ({ held, kept }) => {
    const smtp = await submission();
    const tapped = await tap('smtp', smtp.port, held);
    send(tapped.tap).catch(() => undefined);
    await expect.poll(() => tapped.heard.at(-1)).toBe(held);
    await expect.poll(() => smtp.messages.length).toBe(kept);
  });
});

describe('a tapped IMAP session', () => {
  let imap: MemoryImap;
  it('is heard command by command, literals passed over', async () => {
    imap = await startMemoryImap({ users: [USER], capabilities: ['IMAP4rev1'] });
    closing.push(() => imap.stop());
    const tapped = await tap('imap', imap.port);
    const client = await connectImap({ imapPort: tapped.tap.port, users: [USER] }, USER.user);
    tapped.heard.length = 0;
    await client.append('Sent', Buffer.from('Subject: A1 NOOP\r\n\r\nA2 LOGOUT\r\nx\r\n'));
    await client.logout();
    expect(tapped.heard.filter((one) => /APPEND|NOOP/.test(one))).toEqual([
      'imap: APPEND',
      'imap: the answer to APPEND',
    ]);
  });
});

describe('PostgreSQL’s protocol', () => {
  const typed = (type: string, body: string) => {
    const octets = Buffer.from(body, 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(octets.length + 4);
    return Buffer.concat([Buffer.from(type), length, octets]);
  };
  const start = typed('', '\0\x03\0\0user\0ada\0\0');
  const ready = typed('Z', 'I');

  it('is read wherever its pieces end, and a commit is told by what came before', () => {
    const reader = readPostgres();
    const spoken = Buffer.concat([
      start,
      typed('Q', 'begin\0'),
      typed('P', '\0update outbox\n  set a = 1\0\0\0'),
      typed('B', '\0\0'),
      typed('S', ''),
      typed('Q', 'commit\0'),
    ]);
    const heard: string[] = [];
    for (const octet of spoken) {
      for (const { name } of reader.read('to-server', Buffer.from([octet]))) heard.push(name);
    }
    const answered = reader.read('to-client', Buffer.concat([ready, ready, ready]));
    expect([heard, answered.map(({ name }) => name)]).toEqual([
      ['begin', 'update outbox set a = 1', 'commit after update outbox set a = 1'],
      [
        'the result of begin',
        'the result of update outbox set a = 1',
        'the result of commit after update outbox set a = 1',
      ],
    ]);
  });
});
