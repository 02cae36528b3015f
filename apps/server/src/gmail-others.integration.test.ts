/** A Gmail account that others change too: by the web page, by another client, by sending; and one with less to see. */
import { type GmailMessage, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { ALL_MAIL, type GmailLab, gmailMail, onGmail, startGmailLab } from './gmail.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

async function withGmail(
  seed: Parameters<typeof startGmailLab>[1],
  body: (lab: GmailLab) => Promise<void>,
  options: Parameters<typeof startGmailLab>[2] = {},
): Promise<void> {
  const lab = await startGmailLab(app, seed, options);
  try {
    await body(lab);
  } finally {
    await lab.stop();
  }
}
const at = (minute: number) => ({ internalDate: new Date(Date.UTC(2026, 4, 1, 10, minute)) });
/** As the web page of Gmail does it. */
const relabel = ({ gmail }: GmailLab, subject: string, change: (message: GmailMessage) => void) =>
  gmail.change(gmail.find(subject), change);
/** For good. */
function remove(gmail: GmailLab['gmail'], message: GmailMessage): void {
  gmail.messages.splice(gmail.messages.indexOf(message), 1);
  gmail.change(message, () => undefined);
}

describe('what another client does on Gmail', () => {
  it('shows by push what comes in, once', () =>
    withGmail(
      () => undefined,
      async ({ gmail, thread, subjects, counts }) => {
        gmail.deliver(gmailMail('Fresh'), { labels: ['\\Inbox', 'Work', '\\Important'] });
        await thread('Fresh');
        expect(await subjects('all')).toEqual(['Fresh']);
        expect(await counts()).toEqual({ inbox: '1/1', all: '1/1', Work: '1/1' });
      },
    ));

  it('follows labels, archiving, starring and trashing', () =>
    withGmail(
      (gmail) => {
        for (const [minute, name] of ['One', 'Two', 'Three'].entries()) gmail.deliver(gmailMail(name), at(minute));
        gmail.store.create('Work');
      },
      async (lab) => {
        const { subjects, label, thread, counts } = lab;
        const [one, work] = [await thread('One'), await label('Work')];
        relabel(lab, 'One', ({ labels }) => labels.add('Work') && labels.delete('\\Inbox'));
        await waitUntil(async () => (await subjects(work)).length === 1 && !(await subjects('inbox')).includes('One'));
        expect(await subjects('archive')).toEqual(['One']);
        relabel(lab, 'Two', (message) => {
          message.place = 'trash';
          message.labels.clear();
        });
        await waitUntil(async () => (await subjects('bin')).length === 1, { timeoutMs: 45_000 });
        relabel(lab, 'Three', ({ flags }) => flags.add('\\Flagged').add('\\Seen'));
        await waitUntil(async () => (await subjects('starred')).length === 1);
        relabel(lab, 'One', ({ labels }) => labels.delete('Work') && labels.add('\\Inbox'));
        await thread('One');
        await lab.look();
        expect(await counts()).toEqual({ inbox: '2/1', starred: '1/0', all: '2/1', bin: '1/1' });
        expect(await thread('One')).toBe(one);
      },
    ));

  it('has what is moved to the bin in one list or the other at every moment', () =>
    withGmail(
      (gmail) => {
        for (const [minute, name] of ['One', 'Two', 'Three'].entries()) gmail.deliver(gmailMail(name), at(minute));
      },
      async (lab) => {
        const { imap, subjects, thread } = lab;
        const id = await thread('Two');
        const seen: number[] = [];
        imap.onCommand(async () => {
          const listed = [...(await subjects('inbox')), ...(await subjects('bin'))];
          seen.push(listed.filter((subject) => subject === 'Two').length);
          return undefined;
        });
        relabel(lab, 'Two', (message) => {
          message.place = 'trash';
          message.labels.clear();
        });
        await waitUntil(async () => (await subjects('bin')).length === 1, { timeoutMs: 45_000 });
        imap.onCommand(undefined);
        await lab.look();
        expect(seen.length).toBeGreaterThan(2);
        expect(seen).not.toContain(0);
        expect(await subjects('inbox')).toEqual(['Three', 'One']);
        expect(await thread('Two', 'bin')).toBe(id);
      },
    ));

  it('takes what is removed for good from every list', () =>
    withGmail(
      (gmail) => {
        for (const [minute, name] of ['One', 'Two'].entries()) gmail.deliver(gmailMail(name), at(minute));
      },
      async ({ gmail, look, subjects, counts, thread }) => {
        await thread('One');
        const one = gmail.find('One');
        remove(gmail, one);
        await waitUntil(async () => (await subjects('inbox')).length === 1);
        await look();
        expect(await counts()).toEqual({ inbox: '1/1', all: '1/1' });
      },
    ));

  it('lets the user’s own change stand against a look that was on its way', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('One')),
      async ({ api, gmail, imap, thread, subjects, look }) => {
        const id = await thread('One');
        let release = () => {};
        const held = new Promise<undefined>((resolve) => {
          release = () => resolve(undefined);
        });
        // What the look reads was written before the user archived.
        imap.onCommand(({ name, line }) => (name === 'UID STORE' && line.includes('X-GM-LABELS') ? held : undefined));
        await api.mail.bulkArchive.mutate({ ids: [id] });
        gmail.change(gmail.find('One'), ({ flags }) => flags.add('\\Seen'));
        await waitUntil(
          async () => (await api.mail.listThreads.query({ folder: 'all' })).threads[0]?.unreadCount === 0,
        );
        expect(await subjects('inbox')).toEqual([]);
        release();
        await waitUntil(() => gmail.find('One').labels.size === 0);
        await look();
        expect(await subjects('inbox')).toEqual([]);
        expect(await subjects('archive')).toEqual(['One']);
      },
    ));

  it('finds in Spam what it is to move to the bin, where All Mail has not told yet that it is gone', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('Offer'), at(1)),
      async ({ api, gmail, look, subjects, thread, connectionId }) => {
        const id = await thread('Offer');
        const { pool } = app.database;
        const allMail = `select $1::int, b.id, m.id, 1, 'present' from mailbox b, message m
          where b.connection_id = $1 and m.connection_id = $1 and b.role = 'archive' and m.subject = 'Offer'`;
        gmail.change(gmail.find('Offer'), (one) => {
          one.place = 'spam';
          one.labels.clear();
        });
        await waitUntil(async () => (await subjects('spam')).length === 1);
        await look();
        await pool.query(`insert into placement (connection_id, mailbox_id, message_id, uid, state) ${allMail}`, [
          Number(/\d+/.exec(connectionId)?.[0]),
        ]);
        await api.mail.bulkDelete.mutate({ ids: [id], folder: 'spam' });
        await waitUntil(() => gmail.find('Offer').place === 'trash', { what: 'the bin' });
        await look();
        expect([await subjects('spam'), await subjects('bin')]).toEqual([[], ['Offer']]);
      },
    ));

  it('notices by the counts that labels changed without a new mod-sequence', () =>
    withGmail(
      (gmail) => {
        gmail.deliver(gmailMail('One'), at(1));
        gmail.deliver(gmailMail('Two'), at(2));
      },
      async ({ gmail, imap, subjects, thread, look }) => {
        await thread('One');
        gmail.find('One').labels.delete('\\Inbox');
        imap.mailbox('INBOX').messages.splice(0, 1);
        await app.database.pool.query(`update mailbox set reconciled_at = now() - interval '11 minutes'`);
        await look();
        await waitUntil(async () => (await subjects('inbox')).join() === 'Two');
        expect(await subjects('archive')).toEqual(['One']);
      },
    ));

  it('forgets a label that is removed, and knows one that is made', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('One'), { labels: ['\\Inbox', 'Old'] }),
      async ({ api, gmail, label, look }) => {
        await label('Old');
        gmail.store.remove('Old');
        gmail.store.create('New');
        await look();
        await waitUntil(async () => (await api.labels.list.query()).map(({ name }) => name).join() === 'New');
      },
    ));
});

describe('conversations on Gmail', () => {
  it('are Gmail’s: together what it puts together, apart what it keeps apart', () =>
    withGmail(
      (gmail) => {
        gmail.deliver(gmailMail('Plan'), { ...at(1), threadId: '71' });
        gmail.deliver(gmailMail('Another subject'), { ...at(2), threadId: '71' });
        gmail.deliver(gmailMail('Re: Plan', { inReplyTo: '<plan@lab.test>' }), { ...at(3), threadId: '72' });
      },
      async ({ api, thread }) => {
        const { messages } = await api.mail.get.query({ id: await thread('Plan') });
        expect(messages.map(({ subject }) => subject)).toEqual(['Plan', 'Another subject']);
        expect(await thread('Re: Plan')).not.toBe(await thread('Plan'));
      },
    ));

  it('keeps two deliveries of the same bytes apart, within one second and across mailboxes', () =>
    withGmail(
      (gmail) => {
        gmail.deliver(gmailMail('Twice'), { ...at(1), threadId: '81' });
        gmail.deliver(gmailMail('Twice'), { ...at(1), threadId: '81' });
        gmail.deliver(gmailMail('Twice'), { ...at(1), threadId: '81', labels: [], place: 'trash' });
      },
      async ({ api, counts, thread, subjects }) => {
        expect(await subjects('inbox')).toEqual(['Twice']);
        expect((await api.mail.get.query({ id: await thread('Twice') })).messages).toHaveLength(2);
        expect(await counts()).toEqual({ inbox: '1/1', all: '1/1', bin: '1/1' });
      },
    ));
});

describe('sending and drafting on Gmail', () => {
  it('leaves the copy in Sent to Gmail, and shows it once, in the conversation it answers', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('Question'), at(1)),
      async ({ api, gmail, imap, smtp, thread, subjects, look }) => {
        const id = await thread('Question');
        const { messages } = await api.mail.get.query({ id });
        await api.mail.send.mutate({
          to: [{ email: 'bob@lab.test' }],
          subject: 'Re: Question',
          message: '<p>Answer</p>',
          inReplyTo: messages[0]?.id ?? '',
        });
        await waitUntil(() => smtp.messages.length === 1);
        gmail.deliver(smtp.messages[0]?.raw ?? '', { labels: ['\\Sent'], flags: ['\\Seen'], internalDate: new Date() });
        const isFiled = async () =>
          (await app.database.pool.query('select 1 from outbox where not sent_copy_filed')).rowCount === 0;
        await waitUntil(isFiled, { timeoutMs: 45_000, what: 'Gmail’s copy to be found' });
        await look();
        expect(await subjects('sent')).toEqual(['Question']);
        expect((await api.mail.get.query({ id })).messages.map(({ folders }) => folders)).toEqual([
          ['inbox'],
          ['sent'],
        ]);
        expect(imap.commands().filter((line) => line.startsWith('APPEND'))).toEqual([]);
        expect(gmail.messages).toHaveLength(2);
      },
    ));

  it('moves a sent message to where Gmail has it, when that is another conversation', () =>
    withGmail(
      () => undefined,
      async ({ api, gmail, smtp, subjects, look }) => {
        await api.mail.send.mutate({ to: [{ email: 'bob@lab.test' }], subject: 'Mine', message: '<p>1</p>' });
        await waitUntil(() => smtp.messages.length === 1);
        const [sent] = (await api.mail.listThreads.query({ folder: 'sent' })).threads;
        gmail.deliver(gmailMail('Theirs'), { ...at(1), threadId: '91' });
        gmail.deliver(smtp.messages[0]?.raw ?? '', { labels: ['\\Sent'], threadId: '91', internalDate: new Date() });
        await look();
        await waitUntil(async () => (await api.mail.listThreads.query({})).threads[0]?.messageCount === 2);
        expect(await subjects('sent')).toHaveLength(1);
        // Who knows the conversation by its first id finds it.
        expect((await api.mail.get.query({ id: sent?.id ?? '' })).messages).toHaveLength(2);
      },
    ));

  it('keeps one draft however often it is saved, and none after sending', () =>
    withGmail(
      () => undefined,
      async ({ api, gmail, smtp, counts, look }) => {
        const draft = { to: [{ email: 'bob@lab.test' }], subject: 'Draft' };
        const { id } = await api.drafts.create.mutate({ ...draft, message: '<p>first</p>' });
        await waitUntil(() => gmail.messages.length === 1);
        await api.drafts.create.mutate({ ...draft, id, message: '<p>second</p>' });
        await waitUntil(() => gmail.messages.length === 1 && gmail.messages[0]?.raw.toString().includes('second'));
        await look();
        expect(gmail.messages).toHaveLength(1);
        expect(onGmail(gmail, 'Draft').labels).toEqual(['\\Draft']);
        expect(await counts()).toEqual({ draft: '1/0', all: '1/0' });
        expect((await api.drafts.list.query({})).drafts).toHaveLength(1);
        await api.mail.send.mutate({ ...draft, message: '<p>second</p>', draftId: id });
        await waitUntil(() => smtp.messages.length === 1 && gmail.messages.length === 0);
        await look();
        expect(await counts()).toEqual({ sent: '1/0', all: '1/0' });
      },
    ));

  it('takes over what another client saved of our draft, and lets go of one that is deleted there', () =>
    withGmail(
      () => undefined,
      async ({ api, gmail, look }) => {
        const draft = { to: [{ email: 'bob@lab.test' }], subject: 'Draft' };
        const { id } = await api.drafts.create.mutate({ ...draft, message: '<p>first</p>' });
        const ours = await waitUntil(() => gmail.messages[0]);
        await look();
        const theirs = ours.raw
          .toString()
          .replaceAll('first', 'theirs')
          .replace(/^Date:.*$/m, 'Date: Tue, 6 Jan 2026 10:00:00 +0000');
        remove(gmail, ours);
        gmail.deliver(theirs, { labels: ['\\Draft'], flags: ['\\Draft', '\\Seen'] });
        const told = async () => (await api.drafts.get.query({ id })).message.includes('theirs');
        await waitUntil(told, { what: 'what the other client wrote' });
        await look();
        expect((await api.drafts.list.query({})).drafts.map((one) => one.id)).toEqual([id]);
        expect(gmail.messages).toHaveLength(1);
        remove(gmail, gmail.find('Draft'));
        await waitUntil(async () => (await api.drafts.list.query({})).drafts.length === 0, { what: 'no draft' });
      },
    ));

  it('opens and replaces a draft of another client', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('Theirs'), { labels: ['\\Draft'], flags: ['\\Draft', '\\Seen'] }),
      async ({ api, gmail, look }) => {
        const [listed] = (await api.drafts.list.query({})).drafts;
        const draft = await api.drafts.get.query({ id: listed?.id ?? '' });
        await api.drafts.create.mutate({ to: draft.to, subject: 'Ours now', message: '<p>new</p>', id: draft.id });
        await waitUntil(() => gmail.messages.length === 1 && gmail.messages[0]?.raw.toString().includes('Ours now'));
        await look();
        expect((await api.drafts.list.query({})).drafts.map(({ subject }) => subject)).toEqual(['Ours now']);
      },
    ));
});

describe('a Gmail account that shows or allows less', () => {
  it('with All Mail hidden from IMAP is read by its mailboxes, each message still once', () =>
    withGmail(
      (gmail) => {
        gmail.deliver(gmailMail('One'), { ...at(1), labels: ['\\Inbox', 'Work', '\\Important'], flags: ['\\Flagged'] });
      },
      async ({ api, connectionId, gmail, subjects, thread, counts }) => {
        expect(await subjects('all')).toEqual(['One']);
        const { messages } = await api.mail.get.query({ id: await thread('One') });
        expect(messages).toHaveLength(1);
        expect(messages[0]?.folders).toHaveLength(2);
        expect(Object.keys(await counts()).sort()).toEqual(['Work', 'all', 'inbox', 'starred']);
        const { checks } = await api.connections.doctor.mutate({ connectionId });
        expect(checks.find(({ id }) => id === 'labels')).toMatchObject({
          ok: false,
          fix: expect.stringContaining('IMAP'),
        });
        await api.mail.bulkArchive.mutate({ ids: [await thread('One')] });
        await waitUntil(() => !gmail.find('One').labels.has('\\Inbox'));
        expect(gmail.messages).toHaveLength(1);
      },
      { hidesAllMail: true },
    ));

  it('becomes labels when All Mail is shown again, with the same conversations', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('One'), { ...at(1), labels: ['\\Inbox', 'Work'] }),
      async ({ api, gmail, subjects, thread, label, look }) => {
        const id = await thread('One');
        gmail.store.create(ALL_MAIL, { specialUse: '\\All' });
        gmail.change(gmail.find('One'), () => undefined);
        await look();
        expect(await waitUntil(async () => (await subjects(await label('Work')))[0])).toBe('One');
        expect(await thread('One')).toBe(id);
        expect((await api.mail.get.query({ id })).messages[0]?.folders).toEqual(['inbox']);
      },
      { hidesAllMail: true },
    ));

  it('with fewer connections than we would like is shown and changed all the same', () =>
    withGmail(
      (gmail) => void gmail.deliver(gmailMail('One')),
      async ({ api, gmail, thread }) => {
        await api.mail.bulkArchive.mutate({ ids: [await thread('One')] });
        await waitUntil(() => gmail.find('One').labels.size === 0, { timeoutMs: 20_000 });
        gmail.deliver(gmailMail('Two'));
        await thread('Two');
      },
      { connections: 2 },
    ));
});
