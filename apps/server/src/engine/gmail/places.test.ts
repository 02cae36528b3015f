import type { MailboxId, MessageRowId } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { type Places, spreadItems, staysBehind } from './places.ts';

const [INBOX, ALL, SENT, DRAFTS, SPAM, TRASH] = [1, 2, 3, 4, 5, 6] as MailboxId[] as [
  MailboxId,
  MailboxId,
  MailboxId,
  MailboxId,
  MailboxId,
  MailboxId,
];
const place = (id: MailboxId, role: Places['carrier']['role'], label: string | null) => ({
  id,
  path: `${id}`,
  uidValidity: null,
  role,
  label,
});
const carrier = place(ALL, 'archive', null);
const places: Places = {
  carrier,
  all: [
    place(INBOX, 'inbox', '\\Inbox'),
    carrier,
    place(SENT, 'sent', '\\Sent'),
    place(DRAFTS, 'drafts', '\\Draft'),
    place(SPAM, 'junk', null),
    place(TRASH, 'trash', null),
  ],
};
const message = 7 as MessageRowId;

describe('spreadItems', () => {
  it.each([
    {
      name: 'to Trash: from everywhere, All Mail first',
      from: INBOX,
      to: TRASH,
      lying: [INBOX, ALL, SENT],
      leaves: [ALL, INBOX, SENT],
    },
    { name: 'to Spam out of Trash: from there alone', from: TRASH, to: SPAM, lying: [TRASH], leaves: [TRASH] },
    { name: 'to the archive: from the inbox', from: INBOX, to: ALL, lying: [INBOX, ALL], leaves: [INBOX] },
    { name: 'to the inbox out of the archive', from: ALL, to: INBOX, lying: [ALL], leaves: [ALL] },
    { name: 'to Sent: Gmail alone says what is there', from: INBOX, to: SENT, lying: [INBOX, ALL], leaves: [] },
    { name: 'to Sent out of Trash: back to where it was', from: TRASH, to: SENT, lying: [TRASH], leaves: [TRASH] },
  ])('$name', ({ from, to, lying, leaves }) => {
    const items = spreadItems(places, { items: [{ messageId: message, from }], to }, new Map([[message, lying]]));
    expect(items).toEqual(leaves.map((id) => ({ messageId: message, from: id })));
  });
});

describe('staysBehind', () => {
  it.each([
    { from: ALL, to: INBOX, stays: true },
    { from: SENT, to: INBOX, stays: true },
    { from: INBOX, to: ALL, stays: false },
    { from: ALL, to: TRASH, stays: false },
    { from: TRASH, to: INBOX, stays: false },
  ])('is $stays for a move from $from to $to', ({ from, to, stays }) => {
    expect(staysBehind(places, from, to)).toBe(stays);
  });
});
