import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { afterEach, describe, expect, it } from 'vitest';
import { message } from '../message/message.ts';
import { waitUntil } from '../process/wait-until.ts';
import { type MemoryImap, type MemoryImapOptions, startMemoryImap } from './memory-imap.ts';

const open: { close(): void }[] = [];
let server: MemoryImap;

async function start(options: MemoryImapOptions = {}): Promise<MemoryImap> {
  server = await startMemoryImap(options);
  return server;
}

async function client(options: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const flow = new ImapFlow({
    host: 'localhost',
    port: server.port,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    auth: { user: 'ada@lab.test', pass: 'not-a-secret-ada' },
    ...options,
  });
  open.push(flow);
  flow.on('error', () => {});
  await flow.connect();
  return flow;
}

afterEach(async () => {
  for (const flow of open.splice(0)) flow.close();
  await server.stop();
});

describe('startMemoryImap', () => {
  it('serves envelope, structure, parts, headers and partial sources', async () => {
    await start();
    const raw = message({
      from: 'Grüße <g@lab.test>',
      subject: 'Wörter',
      text: 'plain',
      html: '<b>rich</b>',
      attachments: [{ filename: 'a.txt', type: 'text/plain', content: 'file' }],
      references: ['x@lab.test'],
    });
    server.mailbox('INBOX').append(raw, { flags: ['\\Seen', 'Blue'] });
    const flow = await client();
    await flow.mailboxOpen('INBOX');
    const got = await flow.fetchOne('1', {
      envelope: true,
      flags: true,
      bodyStructure: true,
      headers: ['references'],
      bodyParts: ['1.2', '2.mime', { key: '1.1', start: 1, maxLength: 3 }],
      source: true,
      threadId: true,
    });
    if (!got) throw new Error('nothing fetched');
    expect(got.envelope?.subject).toBe('Wörter');
    expect(got.envelope?.from).toEqual([{ name: 'Grüße', address: 'g@lab.test' }]);
    expect(got.flags).toEqual(new Set(['\\Seen', 'Blue']));
    expect(got.bodyStructure?.childNodes?.map(({ type, part }) => [part, type])).toEqual([
      ['1', 'multipart/alternative'],
      ['2', 'text/plain'],
    ]);
    expect(got.headers?.toString()).toBe('References: <x@lab.test>\r\n\r\n');
    expect(got.bodyParts?.get('1.2')?.toString()).toBe('<b>rich</b>\r\n');
    expect(got.bodyParts?.get('1.1')?.toString()).toBe('lai');
    expect(got.bodyParts?.get('2.mime')?.toString()).toContain('filename="a.txt"');
    expect(got.source?.equals(raw)).toBe(true);
  });

  it.each(['starttls', 'implicit'] as const)('speaks TLS (%s)', async (tls) => {
    await start({ tls });
    const flow = await client({
      secure: tls === 'implicit',
      doSTARTTLS: tls === 'starttls',
      tls: { ca: server.ca ?? '' },
    });
    expect(flow.secureConnection).toBe(true);
  });

  it('honours only what it offers', async () => {
    await start({ capabilities: ['IMAP4rev1'] });
    server.mailbox('INBOX').append(message());
    const flow = await client();
    await flow.mailboxOpen('INBOX');
    expect(await flow.messageMove('1', 'Archive', { uid: true })).toMatchObject({ destination: 'Archive' });
    expect(server.mailbox('Archive').messages.length).toBe(1);
    expect(server.commands().filter((line) => /MOVE|ENABLE|^IDLE/.test(line))).toEqual([]);
  });

  it('tells a client in IDLE what others do', async () => {
    await start();
    const flow = await client();
    await flow.mailboxOpen('INBOX');
    const events: string[] = [];
    flow.on('exists', ({ count }) => events.push(`exists ${count}`));
    flow.on('flags', ({ uid, flags }) => events.push(`flags ${uid} ${[...flags].join(' ')}`));
    flow.on('expunge', ({ uid, seq }) => events.push(`expunge ${uid ?? seq}`));
    const idling = flow.idle();
    await waitUntil(() => server.commands().includes('IDLE'));
    server.mailbox('INBOX').append(message());
    await waitUntil(() => events.length === 1);
    server.mailbox('INBOX').setFlags(1, ['\\Flagged']);
    await waitUntil(() => events.length === 2);
    server.mailbox('INBOX').expunge(1);
    await waitUntil(() => events.length === 3);
    expect(events).toEqual(['exists 1', 'flags 1 \\Flagged', 'expunge 1']);
    await flow.noop();
    await idling;
  });

  it('gives the earlier changes on a QRESYNC SELECT', async () => {
    await start();
    const inbox = server.mailbox('INBOX');
    for (let index = 0; index < 4; index++) inbox.append(message({ subject: `${index}` }));
    const modseq = inbox.highestModSeq;
    inbox.expunge(2, 3);
    inbox.setFlags(4, ['\\Seen']);
    const flow = await client({ qresync: true });
    const events: unknown[] = [];
    flow.on('expunge', ({ uid, earlier }) => events.push({ uid, earlier }));
    flow.on('flags', ({ uid }) => events.push({ uid }));
    await flow.mailboxOpen('INBOX', { changedSince: BigInt(modseq), uidValidity: BigInt(inbox.uidValidity) });
    expect(events).toEqual([{ uid: 2, earlier: true }, { uid: 3, earlier: true }, { uid: 4 }]);
  });

  it('lies when it is told to', async () => {
    await start();
    server.mailbox('INBOX').append(message());
    const flow = await client();
    await flow.mailboxOpen('INBOX');
    server.onCommand(({ name }) => {
      if (name === 'UID SEARCH') return { answer: ['* SEARCH 41 42', '{tag} OK Sure'] };
      if (name === 'UID STORE') return { completion: 'NO [LIMIT] Later' };
      if (name === 'UID FETCH') return { edit: (lines) => lines.filter((line) => !line.includes('FETCH (')) };
      return undefined;
    });
    expect(await flow.search({ all: true }, { uid: true })).toEqual([41, 42]);
    expect(await flow.fetchOne('1', { flags: true }, { uid: true })).toBe(false);
    await expect(flow.messageFlagsAdd('1', ['\\Seen'], { uid: true })).resolves.toBe(false);
    server.onCommand(({ name }) => (name === 'NOOP' ? { close: 'unanswered' } : undefined));
    await flow.noop().catch(() => {});
    await waitUntil(() => server.openCount() === 0);
  });

  it('refuses a wrong password', async () => {
    await start();
    await expect(client({ auth: { user: 'ada@lab.test', pass: 'wrong' } })).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    });
  });

  it('takes XOAUTH2 with the password as token', async () => {
    await start({ capabilities: ['IMAP4rev1', 'SASL-IR', 'AUTH=XOAUTH2'] });
    const flow = await client({ auth: { user: 'ada@lab.test', accessToken: 'not-a-secret-ada' } });
    expect(flow.authenticated).toBe(true);
  });
});
