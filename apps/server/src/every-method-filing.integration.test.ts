/** Where mail lies: what we file is on the server within two seconds, and undo brings it back there too. */
import { waitUntil } from '@postroom/mail-lab';
import { expect, it } from 'vitest';
import { mailOf, onEveryServer, soon } from './every-server.fixture.ts';

const SEEN = { flags: ['\\Seen'] };
const seed = [
  { subject: 'Archive me', ...SEEN },
  { subject: 'Archive and star', ...SEEN },
  { subject: 'Nameless', ...SEEN, raw: mailOf('Nameless', { messageId: null }) },
  { subject: 'Delete me', ...SEEN },
  { subject: 'For good', ...SEEN },
  { subject: 'Already binned', ...SEEN, path: 'Trash' },
  { subject: 'Spam me', ...SEEN },
  { subject: 'No spam', ...SEEN, path: 'Junk', flags: ['\\Seen', '$Junk'] },
  { subject: 'To a folder', ...SEEN },
  { subject: 'To a role', ...SEEN },
  { subject: 'Doomed by another', flags: ['\\Deleted', '\\Seen'], path: 'Lists' },
  { subject: 'Beside it', ...SEEN, path: 'Lists' },
  { subject: 'Already there', ...SEEN, path: 'Projects' },
  ...Array.from({ length: 3 }, (_, at) => ({ subject: `Many ${at}`, ...SEEN })),
];

onEveryServer(seed, (account, { keepsKeywords }) => {
  const subjectsOn = async (path: string) => (await account().on(path)).map(({ subject }) => subject);
  const lies = async (path: string, subject: string, ...notIn: string[]) => {
    for (const other of notIn) if ((await subjectsOn(other)).includes(subject)) return false;
    return (await subjectsOn(path)).filter((one) => one === subject).length === 1;
  };
  const undo = async ({ undo: token }: { undo?: string | undefined }) => {
    expect(token).toBeDefined();
    await account().api.mail.undo.mutate({ token: token ?? '' });
  };
  const folderId = async (path: string) =>
    (await account().api.mail.count.query()).find((folder) => folder.path === path)?.id ?? path;

  it('archives, keeps the conversation’s id, and undo brings it back', async () => {
    const id = await account().thread('Archive me');
    const done = await account().api.mail.bulkArchive.mutate({ ids: [id] });
    expect(await account().thread('Archive me', 'archive')).toBe(id);
    await soon(() => lies('Archive', 'Archive me', 'INBOX'), 'the message in the archive');
    await undo(done);
    expect(await account().thread('Archive me', 'inbox')).toBe(id);
    await soon(() => lies('INBOX', 'Archive me', 'Archive'), 'the message in the inbox again');
  });

  it.each(['Archive and star', 'Nameless'])(
    'what is done to “%s” right after it moved finds it where it is',
    async (subject) => {
      const ids = [await account().thread(subject)];
      await account().api.mail.bulkArchive.mutate({ ids });
      await account().api.mail.bulkStar.mutate({ ids });
      await soon(
        async () => (await account().flags('Archive', subject))?.join(' ') === '\\Flagged \\Seen',
        'the star in the archive',
      );
      await account().api.mail.bulkMove.mutate({ ids, to: await folderId('Projects') });
      await soon(() => lies('Projects', subject, 'Archive', 'INBOX'), 'the message in the third place');
    },
  );

  it('deletes into the bin, and undo brings it back', async () => {
    const ids = [await account().thread('Delete me')];
    const done = await account().api.mail.bulkDelete.mutate({ ids });
    await soon(() => lies('Trash', 'Delete me', 'INBOX'), 'the message in the bin');
    await undo(done);
    await soon(() => lies('INBOX', 'Delete me', 'Trash'), 'the message in the inbox again');
  });

  it('deletes for good what is in the bin already, and cannot take that back', async () => {
    const id = await account().thread('For good');
    await account().api.mail.delete.mutate({ id });
    await soon(() => lies('Trash', 'For good', 'INBOX'), 'the message in the bin');
    const { undo: token } = await account().api.mail.delete.mutate({ id, folder: 'bin' });
    expect(token).toBeUndefined();
    await soon(async () => !(await subjectsOn('Trash')).includes('For good'), 'it gone');
    await expect(account().api.mail.get.query({ id })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    const binned = await account().thread('Already binned', 'bin');
    await account().api.mail.bulkDelete.mutate({ ids: [binned] });
    await soon(async () => !(await subjectsOn('Trash')).includes('Already binned'), 'the other gone');
  });

  it('marks as spam with the keyword that filters learn from, and undo takes both back', async () => {
    const ids = [await account().thread('Spam me')];
    const done = await account().api.mail.bulkSpam.mutate({ ids });
    await soon(() => lies('Junk', 'Spam me', 'INBOX'), 'the message in Junk');
    expect(await account().flags('Junk', 'Spam me')).toEqual(keepsKeywords ? ['$Junk', '\\Seen'] : ['\\Seen']);
    await undo(done);
    await soon(() => lies('INBOX', 'Spam me', 'Junk'), 'the message in the inbox again');
    await soon(async () => (await account().flags('INBOX', 'Spam me'))?.join(' ') === '\\Seen', 'no keyword');
  });

  it('takes out of spam, with the opposite keyword', async () => {
    const ids = [await account().thread('No spam', 'spam')];
    await account().api.mail.bulkNotSpam.mutate({ ids });
    await soon(() => lies('INBOX', 'No spam', 'Junk'), 'the message in the inbox');
    expect(await account().flags('INBOX', 'No spam')).toEqual(keepsKeywords ? ['$NotJunk', '\\Seen'] : ['\\Seen']);
  });

  it('moves to a folder and to a role, undo included', async () => {
    const [folder, role] = [await account().thread('To a folder'), await account().thread('To a role')];
    const toFolder = await account().api.mail.bulkMove.mutate({ ids: [folder], to: await folderId('Projects') });
    const toRole = await account().api.mail.bulkMove.mutate({ ids: [role], to: 'archive', folder: 'inbox' });
    await soon(() => lies('Projects', 'To a folder', 'INBOX'), 'the one in the folder');
    await soon(() => lies('Archive', 'To a role', 'INBOX'), 'the other in the archive');
    await undo(toFolder);
    await undo(toRole);
    await soon(() => lies('INBOX', 'To a folder', 'Projects'), 'the one back');
    await soon(() => lies('INBOX', 'To a role', 'Archive'), 'the other back');
    await expect(account().api.mail.bulkMove.mutate({ ids: [folder], to: 'starred' })).rejects.toMatchObject({
      data: { mail: { code: 'INVALID_INPUT' } },
    });
  });

  it('never expunges what another client marked as deleted', async () => {
    const id = await account().thread('Beside it', await folderId('Lists'));
    await account().api.mail.bulkMove.mutate({ ids: [id], to: 'archive', folder: await folderId('Lists') });
    await soon(() => lies('Archive', 'Beside it'), 'the copy in the archive');
    const left = await account().on('Lists');
    expect(left.find(({ subject }) => subject === 'Doomed by another')?.flags).toEqual(['\\Deleted', '\\Seen']);
    // A server without UID EXPUNGE leaves ours marked; it is not on the screen.
    for (const { subject, flags } of left) if (subject === 'Beside it') expect(flags).toContain('\\Deleted');
    expect(await account().subjects(await folderId('Lists'))).toEqual([]);
    expect((await account().api.mail.get.query({ id })).messages).toHaveLength(1);
  });

  it('archives many at once, and what was done again to some of them comes out as if one by one', async () => {
    const ids = await Promise.all([0, 1, 2].map((at) => account().thread(`Many ${at}`)));
    await account().api.mail.bulkArchive.mutate({ ids });
    await account().api.mail.bulkDelete.mutate({ ids: ids.slice(0, 1), folder: 'archive' });
    await account().api.mail.bulkMove.mutate({ ids: ids.slice(1, 2), to: 'inbox' });
    await soon(() => lies('Trash', 'Many 0', 'INBOX', 'Archive'), 'the first in the bin');
    await soon(() => lies('INBOX', 'Many 1', 'Archive'), 'the second in the inbox');
    await soon(() => lies('Archive', 'Many 2', 'INBOX'), 'the third in the archive');
  });

  it('after a whole look every message is once where it was put', async () => {
    await account().api.connections.resync.mutate({ connectionId: account().connectionId });
    await waitUntil(async () => (await account().api.connections.list.query()).connections[0]?.state === 'live');
    for (const [folder, path] of [
      ['inbox', 'INBOX'],
      ['archive', 'Archive'],
      ['bin', 'Trash'],
      ['spam', 'Junk'],
      [await folderId('Projects'), 'Projects'],
    ] as const) {
      expect((await account().subjects(folder)).sort(), folder).toEqual((await subjectsOn(path)).sort());
    }
  });
});
