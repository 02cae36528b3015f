import type { MailboxRole } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import type { ListedMailbox } from '../../imap/types.ts';
import { planMailboxes } from './mailboxes.ts';
import { NO_QUIRKS, quirksOf } from './quirks.ts';

const mailbox = (path: string, role: MailboxRole | null = null, selectable = true): ListedMailbox => ({
  path,
  name: path.split('/').at(-1) ?? path,
  delimiter: '/',
  attributes: [],
  selectable,
  subscribed: true,
  role,
  objectId: null,
  status: null,
});
const facts = { host: 'mail.lab.test', greeting: '', capabilities: new Set<string>(), id: '' };
const gmail = quirksOf({ ...facts, capabilities: new Set(['X-GM-EXT-1']) });
const proton = quirksOf({ ...facts, id: 'Proton Mail Bridge 3.0' });
const planned = (listed: readonly ListedMailbox[], quirks: typeof gmail) =>
  planMailboxes(listed, quirks).map(({ path, role, selectable, label }) => [path, role, selectable, label]);

const GMAIL = [
  mailbox('INBOX', 'inbox'),
  mailbox('[Google Mail]', null, false),
  mailbox('[Google Mail]/Alle Nachrichten', 'all'),
  mailbox('[Google Mail]/Entwürfe', 'drafts'),
  mailbox('[Google Mail]/Gesendet', 'sent'),
  mailbox('[Google Mail]/Markiert', 'flagged'),
  mailbox('[Google Mail]/Wichtig', 'important'),
  mailbox('[Google Mail]/Chats'),
  mailbox('[Google Mail]/Spam', 'junk'),
  mailbox('[Google Mail]/Papierkorb', 'trash'),
  mailbox('Archive', 'archive'),
  mailbox('Work', null, false),
  mailbox('Work/2026'),
];

describe('planMailboxes', () => {
  it('takes Gmail’s mailboxes for labels, in any language, and a label called Archive for a label', () => {
    expect(planned(GMAIL, gmail)).toEqual([
      ['INBOX', 'inbox', true, '\\Inbox'],
      ['[Google Mail]', null, false, null],
      ['[Google Mail]/Alle Nachrichten', 'archive', true, null],
      ['[Google Mail]/Entwürfe', 'drafts', true, '\\Draft'],
      ['[Google Mail]/Gesendet', 'sent', true, '\\Sent'],
      ['[Google Mail]/Markiert', null, false, null],
      ['[Google Mail]/Wichtig', null, false, null],
      ['[Google Mail]/Chats', null, false, null],
      ['[Google Mail]/Spam', 'junk', true, null],
      ['[Google Mail]/Papierkorb', 'trash', true, null],
      ['Archive', null, false, 'Archive'],
      ['Work', null, false, null],
      ['Work/2026', null, false, 'Work/2026'],
    ]);
  });

  it('reads Gmail’s mailboxes as places where All Mail is hidden, but for those that say again what is said', () => {
    const visible = GMAIL.filter(({ role }) => role !== 'all');
    const plan = planMailboxes(visible, gmail);
    expect(plan.every(({ label }) => label === null)).toBe(true);
    expect(plan.filter(({ selectable }) => !selectable).map(({ path }) => path)).toEqual([
      '[Google Mail]',
      '[Google Mail]/Markiert',
      '[Google Mail]/Wichtig',
      'Work',
    ]);
  });

  it('leaves out Proton Bridge’s All Mail and Starred, and nothing of any other server', () => {
    const listed = [
      mailbox('INBOX', 'inbox'),
      mailbox('All Mail', 'all'),
      mailbox('Starred', 'flagged'),
      mailbox('Labels/A'),
    ];
    expect(planned(listed, proton).map(([path, , selectable]) => [path, selectable])).toEqual([
      ['INBOX', true],
      ['All Mail', false],
      ['Starred', false],
      ['Labels/A', true],
    ]);
    expect(planMailboxes(listed, NO_QUIRKS)).toEqual(listed.map((one) => ({ ...one, label: null })));
  });
});
