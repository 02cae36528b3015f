/** Labels: keywords on a server that keeps them, kept here on one that does not; the screen cannot tell the difference. */
import { expect, it } from 'vitest';
import { onEveryServer, soon } from './every-server.fixture.ts';

const seed = [
  { subject: 'Trip' },
  { subject: 'Boat' },
  { subject: 'Both' },
  { subject: 'Elsewhere', path: 'Projects' },
  { subject: 'Tagged by others', flags: ['$label2', 'Garden', '$MDNSent', 'NonJunk'] },
];

onEveryServer(seed, (account, { keepsKeywords }) => {
  const labelsOf = async (subject: string, folder = 'inbox') =>
    (await account().api.mail.listThreads.query({ folder, max: 500 })).threads
      .find((one) => one.subject === subject)
      ?.labels.map(({ name }) => name)
      .sort();
  const keywords = async (path: string, subject: string) =>
    (await account().flags(path, subject))?.filter((flag) => !flag.startsWith('\\')) ?? [];
  const byName = async (name: string) => (await account().api.labels.list.query()).find((label) => label.name === name);
  /** The server has answered about what we did before this. */
  const settled = async (subject: string, path = 'INBOX', folder = 'inbox') => {
    const ids = [await account().thread(subject, folder)];
    await account().api.mail.toggleStar.mutate({ ids });
    await soon(async () => (await account().flags(path, subject))?.includes('\\Flagged'), 'what follows');
    await account().api.mail.toggleStar.mutate({ ids });
  };

  it('shows the keywords of other clients as labels, their state not', async () => {
    await account().thread('Tagged by others');
    expect(await labelsOf('Tagged by others')).toEqual(keepsKeywords ? ['Garden', 'Work'] : []);
    const garden = await byName('Garden');
    expect(garden).toEqual(
      keepsKeywords ? { id: garden?.id, name: 'Garden', type: 'user', storage: 'keyword' } : undefined,
    );
    if (garden) expect(await account().subjects(garden.id)).toEqual(['Tagged by others']);
  });

  it('puts a label on, which stays, and undo takes it off', async () => {
    const { id } = await account().api.labels.create.mutate({ name: 'Travel' });
    const threadId = [await account().thread('Trip')];
    const done = await account().api.mail.modifyLabels.mutate({ threadId, addLabels: [id] });
    expect(await labelsOf('Trip')).toEqual(['Travel']);
    if (keepsKeywords) await soon(async () => (await keywords('INBOX', 'Trip')).includes('Travel'), 'the keyword');
    await settled('Trip');
    expect(await labelsOf('Trip')).toEqual(['Travel']);
    expect((await byName('Travel'))?.storage).toBe(keepsKeywords ? 'keyword' : 'local');
    expect(await account().subjects(id)).toEqual(['Trip']);
    await account().api.mail.undo.mutate({ token: done.undo ?? '' });
    expect(await labelsOf('Trip')).toEqual([]);
    await soon(async () => (await keywords('INBOX', 'Trip')).length === 0, 'no keyword');
    await settled('Trip');
    expect(await labelsOf('Trip')).toEqual([]);
  });

  it('keeps what was labelled in a hurry: on, off and on again before the server has answered', async () => {
    const { id } = await account().api.labels.create.mutate({ name: 'In a hurry' });
    const threadId = [await account().thread('Both')];
    await account().api.mail.modifyLabels.mutate({ threadId, addLabels: [id] });
    await account().api.mail.modifyLabels.mutate({ threadId, removeLabels: [id] });
    await account().api.mail.modifyLabels.mutate({ threadId, addLabels: [id] });
    await settled('Both');
    expect(await labelsOf('Both')).toEqual(['In a hurry']);
  });

  it('a label goes with its message into another folder', async () => {
    const { id } = await account().api.labels.create.mutate({ name: 'Follows' });
    const thread = await account().thread('Boat');
    await account().api.mail.modifyLabels.mutate({ threadId: [thread], addLabels: [id] });
    await account().api.mail.bulkArchive.mutate({ ids: [thread] });
    await settled('Boat', 'Archive', 'archive');
    expect(await labelsOf('Boat', 'archive')).toEqual(['Follows']);
    if (keepsKeywords) expect(await keywords('Archive', 'Boat')).toEqual(['Follows']);
  });

  it('renames, colours and deletes a label; what it stood for goes from every message', async () => {
    const { id } = await account().api.labels.create.mutate({ name: 'Temporary' });
    const folder = (await account().api.mail.count.query()).find(({ path }) => path === 'Projects')?.id ?? '';
    const threadId = [await account().thread('Elsewhere', folder)];
    await account().api.mail.modifyLabels.mutate({ threadId, addLabels: [id] });
    if (keepsKeywords) await soon(async () => (await keywords('Projects', 'Elsewhere')).length === 1, 'the keyword');
    const color = { backgroundColor: '#ffeedd', textColor: '#000000' };
    await account().api.labels.update.mutate({ id, name: 'Renamed', color });
    expect(await byName('Renamed')).toMatchObject({ id, color });
    expect(await labelsOf('Elsewhere', folder)).toEqual(['Renamed']);
    await account().api.labels.delete.mutate({ id });
    expect([await byName('Renamed'), await labelsOf('Elsewhere', folder)]).toEqual([undefined, []]);
    await soon(async () => (await keywords('Projects', 'Elsewhere')).length === 0, 'the keyword gone');
  });

  it('refuses a name that is taken and a label that is nobody’s', async () => {
    await account().api.labels.create.mutate({ name: 'Once' });
    await expect(account().api.labels.create.mutate({ name: 'once' })).rejects.toMatchObject({
      data: { mail: { code: 'CONFLICT' } },
    });
    const threadId = [await account().thread('Trip')];
    await expect(account().api.mail.modifyLabels.mutate({ threadId, addLabels: ['l1-999999'] })).rejects.toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
  });
});
