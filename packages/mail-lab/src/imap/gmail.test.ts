import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../message/message.ts';
import { createGmail, GMAIL_CAPABILITIES, type GmailAccount } from './gmail.ts';
import { type MemoryImap, startMemoryImap } from './memory-imap.ts';

const ALL = '[Gmail]/All Mail';
let gmail: GmailAccount;
let server: MemoryImap;
let client: ImapFlow;
beforeEach(async () => {
  gmail = createGmail();
  server = await startMemoryImap({ store: gmail.store, capabilities: GMAIL_CAPABILITIES });
  client = new ImapFlow({
    host: '127.0.0.1',
    port: server.port,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    auth: { user: 'ada@lab.test', pass: 'not-a-secret-ada' },
  });
  client.on('error', () => {});
  await client.connect();
});
afterEach(async () => {
  client.close();
  await server.stop();
});

const mail = (subject: string, more: Parameters<typeof message>[0] = {}) =>
  message({ subject, messageId: `<${subject}@lab.test>`, ...more });
const subjects = (path: string) =>
  server.mailbox(path).messages.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1]);

describe('createGmail', () => {
  it('shows one message in All Mail and in every label, with the same id and the same flags', async () => {
    gmail.deliver(mail('One'), { labels: ['\\Inbox', 'My work'] });
    await client.mailboxOpen('My work');
    await client.messageFlagsAdd('1', ['\\Seen', '\\Flagged'], { uid: true });
    await client.mailboxOpen(ALL);
    const got = await client.fetchOne('1', { uid: true, flags: true, labels: true, threadId: true });
    expect(got && { ...got, labels: [...(got.labels ?? [])].sort() }).toMatchObject({
      emailId: gmail.find('One').emailId,
      threadId: gmail.find('One').threadId,
      flags: new Set(['\\Seen', '\\Flagged']),
      labels: ['My work', '\\Inbox', '\\Starred'],
    });
    expect(subjects('[Gmail]/Starred')).toEqual(['One']);
  });

  it('archives what is expunged from the inbox, and forgets what is expunged from Trash', async () => {
    gmail.deliver(mail('One'));
    await client.mailboxOpen('INBOX');
    await client.messageDelete('1', { uid: true });
    expect([subjects('INBOX'), subjects(ALL)]).toEqual([[], ['One']]);
    await client.mailboxOpen(ALL);
    const moved = await client.messageMove('1', '[Gmail]/Trash', { uid: true });
    expect(moved).toMatchObject({ uidMap: new Map([[1, 1]]) });
    expect([subjects(ALL), subjects('[Gmail]/Trash')]).toEqual([[], ['One']]);
    await client.mailboxOpen('[Gmail]/Trash');
    await client.messageDelete('1', { uid: true });
    expect(gmail.messages).toEqual([]);
  });

  it('changes labels by X-GM-LABELS, and refuses those that nobody made', async () => {
    gmail.deliver(mail('One'));
    gmail.store.create('Überblick 2026');
    await client.mailboxOpen(ALL);
    const before = server.mailbox(ALL).highestModSeq;
    const options = { uid: true, useLabels: true };
    expect(await client.messageFlagsAdd('1', ['Überblick 2026'], options)).toBe(true);
    expect(await client.messageFlagsRemove('1', ['\\Inbox'], options)).toBe(true);
    expect(await client.messageFlagsAdd('1', ['Unmade'], options)).toBe(false);
    expect([subjects('INBOX'), subjects('Überblick 2026')]).toEqual([[], ['One']]);
    expect(server.mailbox(ALL).highestModSeq).toBeGreaterThan(before);
    await client.mailboxOpen('Überblick 2026');
    const got = await client.fetchOne('1', { labels: true });
    expect(got).toMatchObject({ labels: new Set() });
  });

  it('takes COPY for a label, and MOVE out of Trash for undeleting', async () => {
    gmail.deliver(mail('One'), { place: 'trash', labels: [] });
    await client.mailboxOpen('[Gmail]/Trash');
    await client.messageMove('1', 'INBOX', { uid: true });
    await client.mailboxOpen('INBOX');
    await client.mailboxCreate('Work');
    await client.messageCopy('1', 'Work', { uid: true });
    expect(gmail.messages).toHaveLength(1);
    expect(gmail.find('One')).toMatchObject({ place: 'all', labels: new Set(['\\Inbox', 'Work']) });
  });

  it('keeps an answer in the conversation of what it answers', () => {
    const first = gmail.deliver(mail('One'));
    const answer = gmail.deliver(mail('Two', { inReplyTo: '<One@lab.test>' }), { labels: ['\\Sent'] });
    expect(answer.threadId).toBe(first.threadId);
  });
});
