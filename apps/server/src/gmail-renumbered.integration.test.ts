/** All Mail under a new UIDVALIDITY (RFC 9051 §2.3.1.1): nothing is read twice, lost for a moment, or taken for another. */
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { ALL_MAIL, type GmailLab, gmailMail, startGmailLab } from './gmail.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

const SUBJECTS = ['One', 'Two', 'Three', 'Four'];

/** One is removed for good as the numbers change, so that every other has the number of a neighbour. */
function renumber({ gmail, imap }: GmailLab): void {
  const one = gmail.find('One');
  gmail.messages.splice(gmail.messages.indexOf(one), 1);
  imap.mailbox('INBOX').messages.shift();
  imap.mailbox(ALL_MAIL).messages.shift();
  imap.mailbox(ALL_MAIL).bumpUidValidity();
}

async function withAccount(body: (lab: GmailLab) => Promise<void>): Promise<void> {
  const lab = await startGmailLab(app, (gmail) => {
    for (const [minute, subject] of SUBJECTS.entries()) {
      const labels = minute === 3 ? ['Work'] : ['\\Inbox'];
      gmail.deliver(gmailMail(subject), { labels, internalDate: new Date(Date.UTC(2026, 4, 1, 10, minute)) });
    }
  });
  try {
    await lab.thread('Four', 'archive');
    await body(lab);
  } finally {
    await lab.stop();
  }
}

it('keeps ids, lists and labels, reads no body, and goes on', () =>
  withAccount(async (lab) => {
    const { api, gmail, imap, subjects, thread, label, look } = lab;
    const id = await thread('Two');
    await api.mail.get.query({ id });
    const seen = new Set<string>();
    const before = imap.commands().length;
    imap.onCommand(async () => {
      const listed = [...(await subjects('inbox')), ...(await subjects('archive'))];
      seen.add(listed.filter((subject) => subject !== 'One').join());
      return undefined;
    });
    renumber(lab);
    await look();
    await waitUntil(async () => (await subjects('inbox')).length === 2, { what: 'what is gone to be gone' });
    imap.onCommand(undefined);
    expect(seen).toEqual(new Set(['Three,Two,Four']));
    expect(await thread('Two')).toBe(id);
    expect(await subjects(await label('Work'))).toEqual(['Four']);
    const bodies = imap
      .commands()
      .slice(before)
      .filter((line) => /BODY\.PEEK\[(\d|TEXT|\])|BINARY/.test(line));
    expect(bodies).toEqual([]);
    gmail.change(gmail.find('Two'), ({ labels }) => labels.delete('\\Inbox'));
    await waitUntil(async () => (await subjects('archive')).includes('Two'), { what: 'the change after it' });
    expect(await subjects('inbox')).toEqual(['Three']);
  }));

it.each([
  { name: 'moved to the bin', command: 'UID MOVE' },
  { name: 'archived', command: 'UID STORE' },
  { name: 'starred', command: 'UID STORE' },
])('takes no neighbour for what is $name when the connection ends just before', ({ name, command }) =>
  withAccount(async (lab) => {
    const { api, gmail, imap, look, thread } = lab;
    const ids = [await thread('Two')];
    let isCut = false;
    imap.onCommand((context) => {
      if (isCut || context.name !== command) return undefined;
      isCut = true;
      renumber(lab);
      return { close: 'before' };
    });
    if (name === 'archived') await api.mail.bulkArchive.mutate({ ids });
    else if (name === 'starred') await api.mail.toggleStar.mutate({ ids });
    else await api.mail.bulkDelete.mutate({ ids });
    const isDone = () => {
      const { place, labels, flags } = gmail.find('Two');
      return place === 'trash' || !labels.has('\\Inbox') || flags.has('\\Flagged');
    };
    await waitUntil(isDone, { timeoutMs: 45_000, what: 'what was done to Two' });
    await look();
    expect(isCut).toBe(true);
    const others = ['Three', 'Four'].map((subject) => {
      const { place, labels, flags } = gmail.find(subject);
      return `${subject} ${place} ${[...labels]} ${[...flags]}`;
    });
    expect(others).toEqual(['Three all \\Inbox ', 'Four all Work ']);
    expect(await lab.subjects('inbox')).toEqual(name === 'starred' ? ['Three', 'Two'] : ['Three']);
  }),
);
