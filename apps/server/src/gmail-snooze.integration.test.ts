/** Snoozing on Gmail: out of the inbox and under a label of ours meanwhile, so that its own app agrees. */
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { type GmailLab, gmailMail, onGmail, startGmailLab } from './gmail.fixture.ts';

let app: TestApp;
let lab: GmailLab;
beforeAll(async () => {
  app = await startTestApp();
  lab = await startGmailLab(app, (gmail) => {
    for (const subject of ['Due', 'Woken', 'Elsewhere']) {
      gmail.deliver(gmailMail(subject), { labels: ['\\Inbox', 'Work'], flags: ['\\Seen'] });
    }
  });
});
afterAll(async () => {
  await lab?.stop();
  await app?.stop();
});

const LABEL = 'Postroom/Snoozed';
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const isOn = (subject: string, labels: readonly string[], flags: readonly string[]) =>
  waitUntil(
    () => {
      const there = onGmail(lab.gmail, subject);
      return there.labels.join() === labels.join() && there.flags.join() === flags.join();
    },
    { what: `${subject} to have ${labels.join(', ')}` },
  );

it('is archived under the label, which is no label of the user’s, and comes back unread', async () => {
  const ids = [await lab.thread('Due')];
  await lab.api.mail.snooze.mutate({ ids, until: inHours(1) });
  await isOn('Due', [LABEL, 'Work'], ['\\Seen']);
  await lab.look();
  expect(await lab.subjects('snoozed')).toEqual(['Due']);
  expect((await lab.api.labels.list.query()).map(({ name }) => name)).toEqual(['Work']);
  const [shown] = (await lab.api.mail.listThreads.query({ folder: 'snoozed' })).threads;
  expect(shown?.labels.map(({ name }) => name)).toEqual(['Work']);
  await lab.api.mail.snooze.mutate({ ids, until: new Date(Date.now() + 300).toISOString() });
  await isOn('Due', ['Work', '\\Inbox'], []);
  const [top] = (await lab.api.mail.listThreads.query({})).threads;
  expect([top?.subject, top?.unreadCount, top?.surfaced?.by]).toEqual(['Due', 1, 'snooze']);
});

it('is woken by hand, and both are taken back', async () => {
  const ids = [await lab.thread('Woken')];
  const snoozed = await lab.api.mail.snooze.mutate({ ids, until: inHours(1) });
  await isOn('Woken', [LABEL, 'Work'], ['\\Seen']);
  const woken = await lab.api.mail.unsnooze.mutate({ ids });
  await isOn('Woken', ['Work', '\\Inbox'], ['\\Seen']);
  await lab.api.mail.undo.mutate({ token: woken.undo ?? '' });
  await isOn('Woken', [LABEL, 'Work'], ['\\Seen']);
  expect(await lab.subjects('snoozed')).toEqual(['Woken']);
  await lab.api.mail.undo.mutate({ token: snoozed.undo ?? '' });
  await isOn('Woken', ['Work', '\\Inbox'], ['\\Seen']);
  expect(await lab.subjects('snoozed')).toEqual([]);
});

it('is not snoozed any more once another program has taken the label off', async () => {
  await lab.api.mail.snooze.mutate({ ids: [await lab.thread('Elsewhere')], until: inHours(1) });
  await isOn('Elsewhere', [LABEL, 'Work'], ['\\Seen']);
  await lab.look();
  lab.gmail.change(lab.gmail.find('Elsewhere'), ({ labels }) => {
    labels.delete(LABEL);
    labels.add('\\Inbox');
  });
  await lab.look();
  await waitUntil(async () => (await lab.subjects('snoozed')).length === 0, { what: 'it to be snoozed no more' });
  expect(await lab.subjects('inbox')).toContain('Elsewhere');
});
