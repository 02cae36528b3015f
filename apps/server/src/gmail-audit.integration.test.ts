/** The audit on Gmail: what is shown where is compared too, and what is as Gmail has it counts for no difference. */
import type { StoredAudit } from '@postroom/db';
import { waitUntil } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { type GmailLab, gmailMail, startGmailLab } from './gmail.fixture.ts';

let app: TestApp;
let lab: GmailLab;
beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(async () => {
  lab = await startGmailLab(app, (gmail) => {
    gmail.deliver(gmailMail('Read'), { labels: ['\\Inbox', 'My work', '\\Important'], flags: ['\\Seen'] });
    gmail.deliver(gmailMail('Starred'), { labels: ['\\Inbox', '\\Starred'], flags: ['\\Flagged'] });
    gmail.deliver(gmailMail('Old'), { labels: ['My work'], flags: ['\\Seen'] });
    gmail.deliver(gmailMail('Mine', { from: 'ada@gmail.test' }), { labels: ['\\Sent'], flags: ['\\Seen'] });
    gmail.deliver(gmailMail('Begun', { from: 'ada@gmail.test' }), { labels: ['\\Draft'], flags: ['\\Draft'] });
    gmail.deliver(gmailMail('Bad'), { labels: [], place: 'spam' });
    gmail.deliver(gmailMail('Rubbish'), { labels: [], place: 'trash' });
  });
});
afterEach(() => lab?.stop());
afterAll(() => app?.stop());

/** As at night; what the user asks for reads all anew before. The message that comes in wakes the account. */
async function audit(): Promise<StoredAudit> {
  await app.database.pool.query('update connection set audit = null, audit_due_at = now()');
  lab.gmail.deliver(gmailMail('New'), { labels: [] });
  return waitUntil(
    async () => {
      const found = await app.database.pool.query<{ audit: StoredAudit }>(
        'select audit from connection where audit is not null',
      );
      return found.rows[0]?.audit;
    },
    { what: 'the audit' },
  );
}

/** Every place in the index: where, what, with which keywords. */
async function places(): Promise<string[]> {
  const found = await app.database.pool.query<{ place: string }>(
    `select concat_ws(' ', b.path, m.subject, p.keywords) as place
     from placement p join message m on m.id = p.message_id join mailbox b on b.id = p.mailbox_id`,
  );
  return found.rows.map(({ place }) => place).sort();
}

it('finds no difference where there is none', async () => {
  expect(await audit()).toMatchObject({ messages: 8, missing: 0, superfluous: 0, flags: 0, lists: 0 });
});

it('shows again what the inbox lost, and no more what was never there, though both have as many', async () => {
  const right = await places();
  await app.database.pool.query(
    `update placement p set message_id = other.id, flags = other_place.flags, keywords = other_place.keywords
     from message m, message other, placement other_place, mailbox b
     where m.subject = 'Read' and other.subject = 'Old' and other_place.message_id = other.id
       and p.message_id = m.id and b.id = p.mailbox_id and b.label = '\\Inbox'`,
  );
  expect(await places()).not.toEqual(right);
  expect(await audit()).toMatchObject({ missing: 0, superfluous: 0, flags: 2 });
  expect(await places()).toEqual([...right, '[Gmail]/All Mail New {}'].sort());
});

it('misses no mailbox that its owner hides from IMAP', async () => {
  lab.gmail.store.remove('[Gmail]/Sent Mail');
  await lab.look();
  await waitUntil(async () => !(await places()).some((place) => place.startsWith('[Gmail]/Sent')), { what: 'a look' });
  expect(await audit()).toMatchObject({ missing: 0, superfluous: 0, flags: 0 });
});

it('takes for no difference what the user has just archived', async () => {
  await lab.api.mail.bulkArchive.mutate({ ids: [await lab.thread('Read')] });
  expect(await audit()).toMatchObject({ missing: 0, superfluous: 0, flags: 0 });
  expect(await lab.subjects('inbox')).toEqual(['Starred']);
});
