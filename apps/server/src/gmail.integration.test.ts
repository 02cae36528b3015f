/** A Gmail account through the whole app: each message once, labels as Gmail has them (docs/decisions/004-gmail-labels.md). */
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { ALL_MAIL, type GmailLab, gmailMail, onGmail, startGmailLab } from './gmail.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

/** An account of its own for each test of the suite. */
function withGmail(seed: Parameters<typeof startGmailLab>[1], options: Parameters<typeof startGmailLab>[2] = {}) {
  const lab = { current: undefined as unknown as GmailLab };
  beforeAll(async () => {
    lab.current = await startGmailLab(app, seed, options);
  });
  afterAll(() => lab.current?.stop());
  return lab;
}
const at = (minute: number) => ({ internalDate: new Date(Date.UTC(2026, 4, 1, 10, minute)) });

describe('a Gmail account as it is found', () => {
  const lab = withGmail((gmail) => {
    gmail.deliver(gmailMail('Plain'), at(1));
    gmail.deliver(gmailMail('Labelled'), {
      ...at(2),
      labels: ['\\Inbox', 'My work', '\\Important'],
      flags: ['\\Seen'],
    });
    gmail.deliver(gmailMail('Archived'), { ...at(3), labels: ['My work'], flags: ['\\Flagged'] });
    gmail.deliver(gmailMail('Sent by me', { from: 'ada@gmail.test' }), {
      ...at(4),
      labels: ['\\Sent'],
      flags: ['\\Seen'],
    });
    gmail.deliver(gmailMail('Rubbish'), { ...at(5), labels: [], place: 'trash' });
    gmail.deliver(gmailMail('Bad'), { ...at(6), labels: [], place: 'spam' });
    gmail.store.create('Überblick');
  });

  it('shows each message once, where its labels say', async () => {
    const { subjects, label } = lab.current;
    expect(await subjects('inbox')).toEqual(['Labelled', 'Plain']);
    expect(await subjects('archive')).toEqual(['Archived']);
    expect(await subjects('sent')).toEqual(['Sent by me']);
    expect(await subjects('bin')).toEqual(['Rubbish']);
    expect(await subjects('spam')).toEqual(['Bad']);
    expect(await subjects('starred')).toEqual(['Archived']);
    expect(await subjects('all')).toEqual(['Sent by me', 'Archived', 'Labelled', 'Plain']);
    expect(await subjects(await label('My work'))).toEqual(['Archived', 'Labelled']);
  });

  it('counts right, and lists labels as Gmail’s, empty ones too', async () => {
    const { api, counts } = lab.current;
    expect(await counts()).toEqual({
      inbox: '2/1',
      archive: '1/1',
      sent: '1/0',
      bin: '1/1',
      spam: '1/1',
      starred: '1/1',
      all: '4/2',
      'My work': '2/1',
    });
    const labels = await api.labels.list.query();
    expect(labels.map(({ name, storage }) => `${name} ${storage}`).sort()).toEqual([
      'My work gmail',
      'Überblick gmail',
    ]);
    const folders = (await api.mail.count.query()).filter(({ path }) => path !== null);
    expect(folders.map(({ path, role }) => `${path} ${role}`).sort()).toEqual([
      'INBOX inbox',
      `${ALL_MAIL} archive`,
      '[Gmail]/Drafts draft',
      '[Gmail]/Sent Mail sent',
      '[Gmail]/Spam spam',
      '[Gmail]/Trash bin',
    ]);
  });

  it('gives a message with the folders it is shown in, its labels and its body', async () => {
    const { api, thread } = lab.current;
    const { messages } = await api.mail.get.query({ id: await thread('Labelled') });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ folders: ['inbox'], unread: false, starred: false });
    expect(messages[0]?.tags.map(({ name }) => name)).toEqual(['My work']);
    expect(messages[0]?.text).toContain('About Labelled.');
    const { threads } = await api.mail.listThreads.query({});
    expect(threads.map(({ subject, important }) => [subject, important])).toEqual([
      ['Labelled', true],
      ['Plain', false],
    ]);
  });

  it('finds a message once, by words, by label and by folder', async () => {
    const { api } = lab.current;
    const found = async (q: string) =>
      (await api.mail.listThreads.query({ folder: 'all', q })).threads.map(({ subject }) => subject);
    expect(await found('about labelled')).toEqual(['Labelled']);
    expect(await found('label:"My work"')).toEqual(['Archived', 'Labelled']);
    expect(await found('in:archive')).toEqual(['Archived']);
    expect(await found('in:inbox is:important')).toEqual(['Labelled']);
  });

  it('reads All Mail, Spam and Trash, and no message twice', () => {
    const { imap } = lab.current;
    const opened = imap.commands().filter((line) => /^(SELECT|EXAMINE) /.test(line));
    expect(new Set(opened.map((line) => line.replace(/^\S+ /, '').replaceAll('"', '').replace(/ \(.*/, '')))).toEqual(
      new Set([ALL_MAIL, '[Gmail]/Spam', '[Gmail]/Trash']),
    );
    const headers = imap.commands().filter((line) => line.includes('HEADER.FIELDS'));
    expect(headers).toHaveLength(3);
  });
});

describe('what the user does on Gmail', () => {
  const names = ['To archive', 'To trash', 'To star', 'To label', 'To move', 'To spam', 'To undo', 'To mark'];
  const lab = withGmail((gmail) => {
    for (const [minute, name] of names.entries()) gmail.deliver(gmailMail(name), at(minute));
    gmail.deliver(gmailMail('Old'), { ...at(30), labels: [], place: 'trash' });
    gmail.store.create('Work');
    gmail.store.create('Play');
  });

  it('archives by taking the inbox’s label off, and undoes it by putting it on', async () => {
    const { api, gmail, thread, subjects, look } = lab.current;
    const id = await thread('To archive');
    const { undo } = await api.mail.bulkArchive.mutate({ ids: [id] });
    expect(await subjects('archive')).toEqual(['To archive']);
    await waitUntil(() => gmail.find('To archive').labels.size === 0);
    await look();
    expect(await subjects('archive')).toEqual(['To archive']);
    expect(await subjects('inbox')).not.toContain('To archive');
    await api.mail.undo.mutate({ token: undo ?? '' });
    expect(await subjects('archive')).toEqual([]);
    await waitUntil(() => gmail.find('To archive').labels.has('\\Inbox'));
    await look();
    expect(await thread('To archive')).toBe(id);
  });

  it('trashes a message everywhere, and brings it back to where it was', async () => {
    const { api, gmail, thread, subjects, counts, look } = lab.current;
    const id = await thread('To trash');
    const before = await counts();
    const { undo } = await api.mail.bulkDelete.mutate({ ids: [id] });
    expect(await subjects('bin')).toEqual(['Old', 'To trash']);
    expect(await subjects('all')).not.toContain('To trash');
    await waitUntil(() => gmail.find('To trash').place === 'trash');
    await look();
    expect(await subjects('bin')).toEqual(['Old', 'To trash']);
    expect(await subjects('archive')).toEqual([]);
    await api.mail.undo.mutate({ token: undo ?? '' });
    await waitUntil(() => onGmail(gmail, 'To trash').labels.includes('\\Inbox'));
    await look();
    await waitUntil(async () => JSON.stringify(await counts()) === JSON.stringify(before), { what: 'the old counts' });
    expect(await thread('To trash')).toBe(id);
  });

  it('deletes for good what is in the bin', async () => {
    const { api, gmail, thread, subjects, look } = lab.current;
    await api.mail.delete.mutate({ id: await thread('Old', 'bin'), folder: 'bin' });
    await waitUntil(() => gmail.messages.length === names.length);
    await look();
    expect(await subjects('bin')).toEqual([]);
  });

  it('stars, marks important and marks as read, in every mailbox at once', async () => {
    const { api, gmail, thread, look, counts } = lab.current;
    const [starred, marked] = [await thread('To star'), await thread('To mark')];
    await api.mail.toggleStar.mutate({ ids: [starred] });
    await api.mail.markAsImportant.mutate({ ids: [marked] });
    await api.mail.markAsRead.mutate({ ids: [marked] });
    await waitUntil(() => onGmail(gmail, 'To star').flags.includes('\\Flagged'));
    await waitUntil(() => onGmail(gmail, 'To mark').flags.includes('\\Seen'));
    expect(onGmail(gmail, 'To mark').labels).toEqual(['\\Important', '\\Inbox']);
    await look();
    expect(await counts()).toMatchObject({ inbox: '8/7', starred: '1/1' });
    const { threads } = await api.mail.listThreads.query({});
    expect(threads.filter(({ important }) => important).map(({ subject }) => subject)).toEqual(['To mark']);
  });

  it('puts labels on and off, and takes that back', async () => {
    const { api, gmail, thread, label, subjects, look } = lab.current;
    const id = await thread('To label');
    const [work, play] = [await label('Work'), await label('Play')];
    await api.mail.modifyLabels.mutate({ threadId: [id], addLabels: [work, play] });
    expect(await subjects(work)).toEqual(['To label']);
    await waitUntil(() => onGmail(gmail, 'To label').labels.join() === 'Play,Work,\\Inbox');
    const { undo } = await api.mail.modifyLabels.mutate({ threadId: [id], removeLabels: [play] });
    await waitUntil(() => onGmail(gmail, 'To label').labels.join() === 'Work,\\Inbox');
    await api.mail.undo.mutate({ token: undo ?? '' });
    await waitUntil(() => onGmail(gmail, 'To label').labels.join() === 'Play,Work,\\Inbox');
    await look();
    expect(await subjects(play)).toEqual(['To label']);
    expect(await subjects('inbox')).toContain('To label');
  });

  it('moves into a label out of the inbox, and from there into another', async () => {
    const { api, gmail, thread, label, subjects } = lab.current;
    const [work, play] = [await label('Work'), await label('Play')];
    const id = await thread('To move');
    await api.mail.bulkMove.mutate({ ids: [id], to: work, folder: 'inbox' });
    expect(await subjects('inbox')).not.toContain('To move');
    await waitUntil(() => onGmail(gmail, 'To move').labels.join() === 'Work');
    await api.mail.bulkMove.mutate({ ids: [id], to: play, folder: work });
    await waitUntil(() => onGmail(gmail, 'To move').labels.join() === 'Play');
    await api.mail.bulkMove.mutate({ ids: [id], to: 'inbox' });
    await waitUntil(() => onGmail(gmail, 'To move').labels.join() === 'Play,\\Inbox');
    expect(await thread('To move')).toBe(id);
    const { undo } = await api.mail.bulkMove.mutate({ ids: [id], to: work });
    await waitUntil(() => onGmail(gmail, 'To move').labels.join() === 'Play,Work');
    await api.mail.undo.mutate({ token: undo ?? '' });
    await waitUntil(() => onGmail(gmail, 'To move').labels.join() === 'Play,\\Inbox');
    expect(await thread('To move')).toBe(id);
    // What is sent is Gmail's alone to say.
    await expect(api.mail.bulkMove.mutate({ ids: [id], to: 'sent' })).rejects.toThrow('cannot be moved there');
  });

  it('marks as spam and takes that back', async () => {
    const { api, gmail, thread, subjects, look } = lab.current;
    const id = await thread('To spam');
    await api.mail.bulkSpam.mutate({ ids: [id] });
    await waitUntil(() => gmail.find('To spam').place === 'spam');
    await look();
    expect(await subjects('spam')).toEqual(['To spam']);
    await api.mail.bulkNotSpam.mutate({ ids: [id] });
    await waitUntil(() => onGmail(gmail, 'To spam').labels.includes('\\Inbox'));
    await look();
    expect(await thread('To spam')).toBe(id);
    expect(await subjects('spam')).toEqual([]);
  });

  it('undoes in the very moment, before the server has heard of it', async () => {
    const { api, gmail, thread, counts, look } = lab.current;
    const id = await thread('To undo');
    const before = await counts();
    const { undo } = await api.mail.bulkDelete.mutate({ ids: [id] });
    await api.mail.undo.mutate({ token: undo ?? '' });
    await waitUntil(async () => JSON.stringify(await counts()) === JSON.stringify(before));
    await look();
    await waitUntil(() => onGmail(gmail, 'To undo').labels.includes('\\Inbox'));
    await waitUntil(async () => JSON.stringify(await counts()) === JSON.stringify(before));
  });

  it('makes, renames and removes labels there', async () => {
    const { api, gmail, thread, subjects, look } = lab.current;
    const { id: made } = await api.labels.create.mutate({ name: 'Reisen & Urlaub' });
    await waitUntil(() => gmail.store.get('Reisen & Urlaub') !== undefined);
    await api.mail.modifyLabels.mutate({ threadId: [await thread('To star')], addLabels: [made] });
    await waitUntil(() => onGmail(gmail, 'To star').labels.includes('Reisen & Urlaub'));
    await api.labels.update.mutate({ id: made, name: 'Reisen' });
    await waitUntil(() => onGmail(gmail, 'To star').labels.includes('Reisen'));
    await look();
    expect(await subjects(made)).toEqual(['To star']);
    await api.labels.delete.mutate({ id: made });
    await waitUntil(() => gmail.store.get('Reisen') === undefined);
    await look();
    expect((await api.labels.list.query()).map(({ name }) => name).sort()).toEqual(['Play', 'Work']);
    await expect(api.labels.create.mutate({ name: '[Gmail]/Mine' })).rejects.toThrow('keeps the name');
  });
});
