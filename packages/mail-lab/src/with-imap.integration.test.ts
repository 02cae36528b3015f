import { describe, expect, it } from 'vitest';
import { message } from './message/message.ts';
import { waitUntil } from './process/wait-until.ts';
import { type WithImapOptions, withImap } from './with-imap.ts';

const first = message({ subject: 'First', text: 'alpha', date: new Date('2026-01-01T10:00:00Z') });
const second = message({
  from: 'Grüße <g@lab.test>',
  subject: '会議の資料',
  html: '<p>beta</p>',
  text: 'beta',
  charset: 'utf-8',
  attachments: [{ filename: 'a.pdf', type: 'application/pdf', content: Buffer.from([1, 2, 3]) }],
});
const messages = [
  { raw: first, flags: ['\\Seen'], internalDate: new Date('2026-01-01T10:00:00Z') },
  { raw: second, flags: ['\\Flagged', 'Blue'], internalDate: new Date('2026-02-02T20:00:00Z') },
];

const servers: ({ name: string } & WithImapOptions)[] = [
  { name: 'memory', server: 'memory' },
  { name: 'memory with IMAP4rev1 alone', server: 'memory', capabilities: ['IMAP4rev1'] },
  { name: 'Dovecot', server: 'dovecot' },
  { name: 'Dovecot with IMAP4rev1 alone', server: 'dovecot', capabilities: ['IMAP4rev1'] },
];

describe.each(servers)('on $name', ({ name: _name, ...options }) => {
  it('the same mail is fetched alike', () =>
    withImap({ ...options, messages }, async (lab) => {
      const client = await lab.client();
      await client.mailboxOpen('INBOX');
      const rows = await client.fetchAll('1:*', {
        envelope: true,
        flags: true,
        internalDate: true,
        bodyStructure: true,
        source: true,
      });
      expect(
        rows.map(({ uid, envelope, flags, internalDate, bodyStructure, source }) => ({
          uid,
          subject: envelope?.subject,
          from: envelope?.from,
          flags: [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort(),
          internalDate,
          types: bodyStructure?.childNodes?.map(({ type }) => type) ?? bodyStructure?.type,
          same: source?.equals(uid === 1 ? first : second),
        })),
      ).toEqual([
        {
          uid: 1,
          subject: 'First',
          from: [{ name: 'Sender', address: 'sender@elsewhere.test' }],
          flags: ['\\Seen'],
          internalDate: new Date('2026-01-01T10:00:00Z'),
          types: 'text/plain',
          same: true,
        },
        {
          uid: 2,
          subject: '会議の資料',
          from: [{ name: 'Grüße', address: 'g@lab.test' }],
          flags: ['Blue', '\\Flagged'],
          internalDate: new Date('2026-02-02T20:00:00Z'),
          types: ['multipart/alternative', 'application/pdf'],
          same: true,
        },
      ]);
    }));

  it('searches find the same', () =>
    withImap({ ...options, messages }, async (lab) => {
      const client = await lab.client();
      await client.mailboxOpen('INBOX');
      const search = (query: Parameters<typeof client.search>[0]) => client.search(query, { uid: true });
      expect({
        all: await search({ all: true }),
        seen: await search({ seen: true }),
        keyword: await search({ keyword: 'Blue' }),
        since: await search({ since: new Date('2026-01-15') }),
        subject: await search({ subject: 'first' }),
        body: await search({ body: 'beta' }),
        or: await search({ or: [{ seen: true }, { flagged: true }] }),
        not: await search({ not: { seen: true } }),
        header: await search({ header: { 'message-id': 'lab.test' } }),
        none: await search({ from: 'nobody' }),
      }).toEqual({
        all: [1, 2],
        seen: [1],
        keyword: [2],
        since: [2],
        subject: [1],
        body: [2],
        or: [1, 2],
        not: [2],
        header: [1, 2],
        none: [],
      });
    }));

  it('flags, copies, moves, appends and mailboxes end alike', () =>
    withImap({ ...options, messages }, async (lab) => {
      const client = await lab.client();
      await client.mailboxCreate('Projekte/Größe');
      await client.append(
        'Projekte/Größe',
        message({ subject: 'Third' }),
        ['\\Seen', '$Forwarded'],
        new Date('2026-03-03T03:00:00Z'),
      );
      await client.mailboxOpen('INBOX');
      await client.messageFlagsAdd('1', ['\\Answered'], { uid: true });
      await client.messageFlagsRemove('2', ['Blue'], { uid: true });
      await client.messageCopy('1', 'Archive', { uid: true });
      await client.messageMove('2', 'Projekte/Größe', { uid: true });
      const left = await client.fetchAll('1:*', { flags: true });
      await client.mailboxOpen('Projekte/Größe');
      const moved = await client.fetchAll('1:*', { flags: true, internalDate: true, envelope: true });
      const archived = await client.status('Archive', { messages: true });
      const plain = (flags: Set<string> | undefined) => [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort();
      expect({
        left: left.map(({ uid, flags }) => ({ uid, flags: plain(flags) })),
        moved: moved.map(({ envelope, flags, internalDate }) => [envelope?.subject, plain(flags), internalDate]),
        archived: archived === false ? undefined : archived.messages,
      }).toEqual({
        left: [{ uid: 1, flags: ['\\Answered', '\\Seen'] }],
        moved: [
          ['Third', ['$Forwarded', '\\Seen'], new Date('2026-03-03T03:00:00Z')],
          ['会議の資料', ['\\Flagged'], new Date('2026-02-02T20:00:00Z')],
        ],
        archived: 1,
      });
    }));

  it('one client hears what the other does', () =>
    withImap({ ...options, messages }, async (lab) => {
      const watching = await lab.client();
      const acting = await lab.client();
      await watching.mailboxOpen('INBOX');
      const heard: string[] = [];
      watching.on('exists', ({ count }) => heard.push(`exists ${count}`));
      watching.on('expunge', ({ uid, seq }) => heard.push(`expunge ${uid ?? seq}`));
      await acting.append('INBOX', message({ subject: 'New' }));
      await waitUntil(async () => {
        await watching.noop();
        return heard.includes('exists 3');
      });
      await acting.mailboxOpen('INBOX');
      await acting.messageDelete('1', { uid: true });
      await waitUntil(async () => {
        await watching.noop();
        return heard.includes('expunge 1');
      });
    }));
});
