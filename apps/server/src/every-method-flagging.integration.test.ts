/** Flags and waiting: what we mark is on the server within two seconds, and undo takes it back there too. */
import { expect, it } from 'vitest';
import { onEveryServer, soon } from './every-server.fixture.ts';

const SEEN = { flags: ['\\Seen'] };
const seed = [
  { subject: 'Read me' },
  { subject: 'Unread me', ...SEEN },
  { subject: 'Star me', ...SEEN },
  { subject: 'Unstar me', flags: ['\\Flagged', '\\Seen'] },
  { subject: 'Toggle me', ...SEEN },
  { subject: 'Important', ...SEEN },
  { subject: 'Mute me', ...SEEN },
  { subject: 'Snooze me', ...SEEN },
  { subject: 'Back at once', ...SEEN },
];

onEveryServer(seed, (account, { keepsKeywords }) => {
  const is = async (subject: string, flags: readonly string[]) =>
    (await account().flags('INBOX', subject))?.join(' ') === flags.join(' ');
  const undo = async ({ undo: token }: { undo?: string | undefined }) => {
    expect(token).toBeDefined();
    await account().api.mail.undo.mutate({ token: token ?? '' });
  };
  const summary = async (subject: string, folder = 'inbox') =>
    (await account().api.mail.listThreads.query({ folder, max: 500 })).threads.find((one) => one.subject === subject);

  it('marks as read, and undo makes it unread again', async () => {
    const ids = [await account().thread('Read me')];
    const done = await account().api.mail.markAsRead.mutate({ ids });
    expect((await summary('Read me'))?.unreadCount).toBe(0);
    await soon(() => is('Read me', ['\\Seen']), 'read');
    await undo(done);
    expect((await summary('Read me'))?.unreadCount).toBe(1);
    await soon(() => is('Read me', []), 'unread again');
  });

  it('marks as unread, and undo makes it read again', async () => {
    const ids = [await account().thread('Unread me')];
    const done = await account().api.mail.markAsUnread.mutate({ ids });
    await soon(() => is('Unread me', []), 'unread');
    await undo(done);
    await soon(() => is('Unread me', ['\\Seen']), 'read again');
  });

  it('stars and unstars, each with its way back', async () => {
    const [star, unstar] = [await account().thread('Star me'), await account().thread('Unstar me')];
    const starred = await account().api.mail.bulkStar.mutate({ ids: [star] });
    const unstarred = await account().api.mail.bulkUnstar.mutate({ ids: [unstar] });
    expect([await account().subjects('starred')].flat()).toEqual(['Star me']);
    await soon(() => is('Star me', ['\\Flagged', '\\Seen']), 'the star');
    await soon(() => is('Unstar me', ['\\Seen']), 'no star');
    await undo(starred);
    await undo(unstarred);
    await soon(() => is('Star me', ['\\Seen']), 'no star again');
    await soon(() => is('Unstar me', ['\\Flagged', '\\Seen']), 'the star again');
  });

  it('toggles a star there and back', async () => {
    const ids = [await account().thread('Toggle me')];
    await account().api.mail.toggleStar.mutate({ ids });
    await soon(() => is('Toggle me', ['\\Flagged', '\\Seen']), 'the star');
    const off = await account().api.mail.toggleStar.mutate({ ids });
    await soon(() => is('Toggle me', ['\\Seen']), 'no star');
    await undo(off);
    await soon(() => is('Toggle me', ['\\Flagged', '\\Seen']), 'the star again');
  });

  it('marks as important, and a server that keeps no such word does not take it off the screen', async () => {
    const ids = [await account().thread('Important')];
    const done = await account().api.mail.markAsImportant.mutate({ ids });
    if (keepsKeywords) await soon(() => is('Important', ['$Important', '\\Seen']), 'the keyword');
    // What is behind it in the queue has reached the server: the server has answered about this one.
    await account().api.mail.bulkStar.mutate({ ids });
    await soon(async () => (await account().flags('INBOX', 'Important'))?.includes('\\Flagged'), 'what follows');
    expect((await summary('Important'))?.important).toBe(true);
    await undo(done);
    expect((await summary('Important'))?.important).toBe(false);
    await soon(() => is('Important', ['\\Flagged', '\\Seen']), 'the keyword gone');
  });

  it('mutes out of the inbox, and undo brings it back', async () => {
    const ids = [await account().thread('Mute me')];
    const done = await account().api.mail.bulkMute.mutate({ ids });
    expect(await account().subjects('inbox')).not.toContain('Mute me');
    await undo(done);
    expect(await account().subjects('inbox')).toContain('Mute me');
  });

  it('snoozes, unsnoozes, takes both back, and brings back unread what is due', async () => {
    const ids = [await account().thread('Snooze me')];
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const snoozed = await account().api.mail.snooze.mutate({ ids, until });
    expect([await account().subjects('snoozed'), (await account().subjects('inbox')).includes('Snooze me')]).toEqual([
      ['Snooze me'],
      false,
    ]);
    const unsnoozed = await account().api.mail.unsnooze.mutate({ ids });
    expect(await account().subjects('snoozed')).toEqual([]);
    await undo(unsnoozed);
    expect(await account().subjects('snoozed')).toEqual(['Snooze me']);
    await undo(snoozed);
    expect(await account().subjects('inbox')).toContain('Snooze me');
    await account().api.mail.snooze.mutate({ ids, until: new Date(Date.now() + 400).toISOString() });
    await soon(() => is('Snooze me', []), 'unread on the server, because it came back');
    expect((await summary('Snooze me'))?.unreadCount).toBe(1);
  });

  it('an action that is taken back before it left never reaches the server', async () => {
    const ids = [await account().thread('Back at once')];
    await undo(await account().api.mail.bulkStar.mutate({ ids }));
    await account().api.mail.markAsUnread.mutate({ ids });
    await soon(() => is('Back at once', []), 'only what came after');
  });

  it('refuses a time that has passed and a conversation that is nobody’s', async () => {
    const ids = [await account().thread('Star me')];
    await expect(account().api.mail.snooze.mutate({ ids, until: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      data: { mail: { code: 'INVALID_INPUT' } },
    });
    await expect(account().api.mail.bulkStar.mutate({ ids: [...ids, 't1-999999'] })).rejects.toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
  });
});
