/** Writing: drafts and sent mail, on the server within two seconds, once, and without what belongs to nobody else. */
import { waitUntil } from '@postroom/mail-lab';
import { expect, it } from 'vitest';
import { mailOf, messageIdOf, onEveryServer, soon } from './every-server.fixture.ts';

const BOB = { email: 'bob@lab.test', name: 'Bob' };
const seed = [
  { subject: 'Question' },
  {
    subject: 'Left unsent',
    path: 'Drafts',
    flags: ['\\Draft', '\\Seen'],
    raw: mailOf('Left unsent', { from: 'ada@lab.test', to: 'bob@lab.test' }),
  },
  { subject: 'Doomed draft', path: 'Drafts', flags: ['\\Draft', '\\Deleted'] },
];

onEveryServer(seed, (account) => {
  /** Subjects of what is in Drafts and not deleted. */
  const drafts = async () =>
    (await account().on('Drafts'))
      .flatMap(({ subject, flags }) => (flags.includes('\\Deleted') ? [] : [subject]))
      .sort();
  const source = async (path: string, subject: string) => {
    const uid = await account().uid(path, subject);
    const found = await account().other.fetchOne(uid, { source: true }, { uid: true });
    return found ? (found.source?.toString() ?? '') : '';
  };
  const sent = (id: string) =>
    waitUntil(async () => (await account().api.outbox.get.query({ id })).state === 'sent', { what: 'it to be sent' });

  it('sends an answer: once to everybody, one read copy with Bcc in Sent, the question marked', async () => {
    const threadId = await account().thread('Question');
    const { id } = await account().api.mail.send.mutate({
      to: [BOB],
      bcc: [{ email: 'eve@lab.test' }],
      subject: 'Re: Question',
      message: '<p>Yes.</p>',
      threadId,
    });
    expect((await account().api.mail.get.query({ id: threadId })).messages).toHaveLength(2);
    await soon(async () => account().smtp.messages.length === 1, 'the message at the submission server');
    await soon(async () => (await account().on('Sent')).length === 1, 'the copy in Sent');
    const [transmitted] = account().smtp.messages;
    expect(transmitted?.rcptTo).toEqual(['bob@lab.test', 'eve@lab.test']);
    expect(transmitted?.raw.toString()).not.toContain('eve@lab.test');
    expect(transmitted?.raw.toString()).toContain(`In-Reply-To: ${messageIdOf('Question')}`);
    expect((await account().on('Sent'))[0]).toMatchObject({ subject: 'Re: Question', flags: ['\\Seen'] });
    expect(await source('Sent', 'Re: Question')).toContain('eve@lab.test');
    await sent(id);
    await soon(async () => (await account().flags('INBOX', 'Question'))?.includes('\\Answered'), 'the mark');
    expect((await account().api.mail.get.query({ id: threadId })).messages).toHaveLength(2);
    expect(await account().subjects('sent')).toEqual(['Question']);
  });

  it('a draft is on the server soon after each save, once, and goes when it is deleted', async () => {
    const { id } = await account().api.drafts.create.mutate({ to: [BOB], subject: 'Plan A', message: '<p>One.</p>' });
    await soon(async () => (await drafts()).join() === 'Left unsent,Plan A', 'the draft');
    expect(await account().flags('Drafts', 'Plan A')).toEqual(['\\Draft', '\\Seen']);
    const replaced = await account().api.drafts.create.mutate({
      id,
      to: [BOB],
      subject: 'Plan B',
      message: '<p>Two.</p>',
    });
    expect(replaced.id).toBe(id);
    await soon(async () => (await drafts()).join() === 'Left unsent,Plan B', 'the new text in the place of the old');
    expect(await source('Drafts', 'Plan B')).toContain('Two.');
    expect(await account().api.drafts.get.query({ id })).toMatchObject({ subject: 'Plan B', message: '<p>Two.</p>' });
    expect(await account().subjects('draft')).toEqual(expect.arrayContaining(['Plan B']));
    await account().api.drafts.delete.mutate({ id });
    await soon(async () => (await drafts()).join() === 'Left unsent', 'the draft gone');
    await expect(account().api.drafts.get.query({ id })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    // Another client's, marked as deleted, is none of ours to remove.
    expect((await account().on('Drafts')).map(({ subject }) => subject)).toContain('Doomed draft');
  });

  it('lists drafts of ours and of other clients, takes one over and replaces it', async () => {
    const { id } = await account().api.drafts.create.mutate({ to: [], subject: 'Mine', message: '<p>Hm.</p>' });
    const { drafts: listed } = await account().api.drafts.list.query();
    expect(listed.map(({ subject }) => subject).sort()).toEqual(['Left unsent', 'Mine']);
    const { drafts: found } = await account().api.drafts.list.query({ q: 'unsent', max: 1 });
    const theirs = await account().api.drafts.get.query({ id: found[0]?.id ?? '' });
    expect(theirs).toMatchObject({ to: [{ email: 'bob@lab.test' }], subject: 'Left unsent' });
    await account().api.drafts.create.mutate({
      id: theirs.id,
      to: [BOB],
      subject: 'Taken over',
      message: '<p>Now.</p>',
    });
    await soon(async () => (await drafts()).join() === 'Mine,Taken over', 'the one in the place of the other');
    await account().api.drafts.delete.mutate({ id });
    await soon(async () => (await drafts()).join() === 'Taken over', 'ours gone');
  });

  it('sends a draft: it leaves Drafts as it enters Sent', async () => {
    const { id: draftId } = await account().api.drafts.create.mutate({
      to: [BOB],
      subject: 'Letter',
      message: '<p>Dear</p>',
    });
    await soon(async () => (await drafts()).includes('Letter'), 'the draft');
    const { id } = await account().api.mail.send.mutate({
      to: [BOB],
      subject: 'Letter',
      message: '<p>Dear Bob</p>',
      draftId,
    });
    await soon(
      async () => (await account().on('Sent')).some(({ subject }) => subject === 'Letter'),
      'the copy in Sent',
    );
    await soon(async () => !(await drafts()).includes('Letter'), 'the draft gone');
    await sent(id);
    expect(account().smtp.messages.filter(({ raw }) => raw.includes('Subject: Letter'))).toHaveLength(1);
    expect((await account().on('Sent')).filter(({ subject }) => subject === 'Letter')).toHaveLength(1);
    const thread = await account().thread('Letter', 'sent');
    expect((await account().api.mail.get.query({ id: thread })).messages).toHaveLength(1);
  });

  it('says who the account writes as', async () => {
    expect(await account().api.mail.getEmailAliases.query()).toEqual([
      { email: 'ada@lab.test', name: 'Ada Lund', primary: true },
    ]);
  });
});
