/** Reading: lists that page while mail arrives, conversations, counts and exact bytes. */
import { expect, it } from 'vitest';
import { mailOf, messageIdOf, onEveryServer, shown, THEIRS_MS } from './every-server.fixture.ts';

const FILE = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 13) % 256));
/** So many days after the first of April. */
const day = (at: number) => new Date(Date.UTC(2026, 3, 1) + at * 86_400_000);
const attached = mailOf('With a file', {
  text: 'Grüße, see the file.',
  attachments: [{ filename: 'plan é.bin', content: FILE }],
});
const seed = [
  ...Array.from({ length: 26 }, (_, at) => ({ subject: `Page ${at}`, receivedAt: day(at), flags: ['\\Seen'] })),
  { subject: 'Boat' },
  {
    subject: 'Re: Boat',
    raw: mailOf('Re: Boat', { inReplyTo: messageIdOf('Boat') }),
    path: 'Archive',
    flags: ['\\Seen'],
  },
  { subject: 'Re: Re: Boat', raw: mailOf('Re: Re: Boat', { inReplyTo: messageIdOf('Boat') }), path: 'Trash' },
  { subject: 'With a file', raw: attached, flags: ['\\Flagged'] },
  { subject: 'First half', flags: ['\\Seen'] },
  {
    subject: 'Second half',
    flags: ['\\Seen'],
    raw: mailOf('Second half', { inReplyTo: messageIdOf('Between') }),
    receivedAt: day(24.5),
  },
  { subject: 'Only spam', path: 'Junk' },
];

onEveryServer(seed, (account, { pushes }) => {
  const counts = async (id: string) => {
    const found = (await account().api.mail.count.query()).find((folder) => folder.id === id);
    return found && { total: found.total, count: found.count };
  };
  const page = (cursor = '') => account().api.mail.listThreads.query({ max: 10, cursor });

  it('lists folders and views, newest first', async () => {
    const inbox = await account().subjects('inbox');
    expect(inbox.slice(0, 3).sort()).toEqual(['Boat', 'First half', 'With a file']);
    expect(inbox.slice(3)).toEqual([
      'Page 25',
      'Second half',
      ...Array.from({ length: 25 }, (_, at) => `Page ${24 - at}`),
    ]);
    expect(await account().subjects('archive')).toEqual(['Boat']);
    expect(await account().subjects('starred')).toEqual(['With a file']);
    expect(await account().subjects('spam')).toEqual(['Only spam']);
    expect(await account().subjects('snoozed')).toEqual([]);
    expect(await account().subjects('all')).not.toContain('Only spam');
    await expect(account().subjects('f1-999999')).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });

  it('counts conversations with a message there, and those with an unread one', async () => {
    expect([await counts('inbox'), await counts('bin'), await counts('spam'), await counts('sent')]).toEqual([
      { total: 30, count: 2 },
      { total: 1, count: 1 },
      { total: 1, count: 1 },
      { total: 0, count: 0 },
    ]);
  });

  it('gives a conversation without what is only in the bin, unless the bin is asked for', async () => {
    const id = await account().thread('Boat');
    const subjects = async (folder?: string) =>
      (await account().api.mail.get.query({ id, ...(folder ? { folder } : {}) })).messages
        .map(({ subject }) => subject)
        .sort();
    expect(await subjects()).toEqual(['Boat', 'Re: Boat']);
    expect(await subjects('bin')).toEqual(['Boat', 'Re: Boat', 'Re: Re: Boat']);
    const spam = await account().thread('Only spam', 'spam');
    expect((await account().api.mail.get.query({ id: spam })).messages).toHaveLength(1);
  });

  it('gives text, file and source to the last octet', async () => {
    const { messages } = await account().api.mail.get.query({ id: await account().thread('With a file') });
    const [message] = messages;
    expect(message).toMatchObject({ text: expect.stringContaining('Grüße'), starred: true, unread: true });
    const [attachment] = message?.attachments ?? [];
    expect(attachment).toMatchObject({ filename: 'plan é.bin' });
    const bytes = async (path: string) =>
      Buffer.from(await (await account().fetch(`/api/messages/${message?.id}/${path}`)).arrayBuffer());
    expect((await bytes(`attachments/${attachment?.attachmentId}`)).equals(FILE)).toBe(true);
    expect((await bytes('raw')).equals(attached)).toBe(true);
  });

  it('finds by a word of the body what nobody opened', async () => {
    const found = await account().api.mail.listThreads.query({ q: '"about page 7"', folder: 'inbox' });
    expect(found.threads.map(({ subject }) => subject)).toEqual(['Page 7']);
  });

  it('pages without gap or double while mail arrives, and follows ids that were merged by it', async () => {
    const before = await account().subjects('inbox');
    const halves = [await account().thread('First half'), await account().thread('Second half')] as const;
    const first = await page();
    for (let at = 0; at < 10; at++) await account().other.append('INBOX', mailOf(`New ${at}`), [], day(90 + at));
    // What “Second half” answers, and what itself answers “First half”: the two are one conversation now.
    const between = mailOf('Between', { inReplyTo: messageIdOf('First half') });
    await account().other.append('INBOX', between, ['\\Seen'], day(20));
    if (!pushes) await account().api.connections.resync.mutate({ connectionId: account().connectionId });
    const mergedIds = async () =>
      Promise.all(halves.map(async (id) => (await account().api.mail.get.query({ id })).id));
    await shown(
      async () => (await mergedIds())[1] === halves[0] && (await account().subjects('inbox')).includes('New 9'),
      THEIRS_MS,
      'what arrived',
    );
    const seen = first.threads.map(({ subject }) => subject);
    for (let next = first.nextPageToken; next !== null; ) {
      const { threads, nextPageToken } = await page(next);
      seen.push(...threads.map(({ subject }) => subject));
      next = nextPageToken;
    }
    expect(seen).toEqual(before);
    expect(await mergedIds()).toEqual([halves[0], halves[0]]);
    const { undo } = await account().api.mail.bulkStar.mutate({ ids: [halves[1]] });
    expect(undo).toBeDefined();
  });
});
