import type { MailboxId, Uid, UidValidity } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import type { ListedMailbox } from '../imap/types.ts';
import { type KnownMailbox, matchMailboxes } from './match-mailboxes.ts';

const known = (id: number, path: string, more: Partial<KnownMailbox> = {}): KnownMailbox => ({
  id: id as MailboxId,
  path,
  objectId: null,
  uidValidity: (1000 + id) as UidValidity,
  uidNext: 11 as Uid,
  exists: 10,
  ...more,
});
const listed = (path: string, more: Partial<ListedMailbox> & { validity?: number } = {}): ListedMailbox => ({
  path,
  name: path,
  delimiter: '/',
  attributes: [],
  selectable: true,
  subscribed: true,
  role: null,
  objectId: null,
  status: {
    messages: 10,
    uidNext: 11 as Uid,
    uidValidity: (more.validity ?? 1) as UidValidity,
    highestModSeq: null,
    unseen: 0,
  },
  ...more,
});

const table: { name: string; known: KnownMailbox[]; listed: ListedMailbox[]; matches: (number | null | string)[] }[] = [
  { name: 'INBOX in another case', known: [known(1, 'INBOX')], listed: [listed('Inbox')], matches: [1] },
  {
    name: 'INBOX listed twice, once as the server spells it',
    known: [known(1, 'INBOX')],
    listed: [listed('Inbox'), listed('INBOX')],
    matches: [1],
  },
  {
    name: 'what lies below INBOX in another case',
    known: [known(1, 'INBOX.Work')],
    listed: [listed('Inbox.Work', { delimiter: '.' })],
    matches: [1],
  },
  {
    name: 'a name in modified UTF-7 and in UTF-8',
    known: [known(1, 'Entw&APw-rfe'), known(2, '日本')],
    listed: [listed('Entwürfe'), listed('&ZeVnLA-')],
    matches: [1, 2],
  },
  {
    name: 'a name composed and decomposed',
    known: [known(1, 'Entwürfe'.normalize('NFD'))],
    listed: [listed('Entwürfe'.normalize('NFC'))],
    matches: [1],
  },
  { name: 'an ampersand that is none of UTF-7', known: [known(1, 'R&D')], listed: [listed('R&D')], matches: [1] },
  { name: 'one renamed to another case', known: [known(1, 'work')], listed: [listed('Work')], matches: [1] },
  {
    name: 'two that differ by case alone',
    known: [known(1, 'work'), known(2, 'Work')],
    listed: [listed('Work'), listed('work')],
    matches: [2, 1],
  },
  {
    name: 'another one of the same name in another case, by its MAILBOXID',
    known: [known(1, 'work', { objectId: 'F1' })],
    listed: [listed('Work', { objectId: 'F2' })],
    matches: [null],
  },
  {
    name: 'one renamed, by its MAILBOXID',
    known: [known(1, 'Old', { objectId: 'F1' }), known(2, 'Kept', { objectId: 'F2' })],
    listed: [listed('Kept'), listed('New', { objectId: 'F1' })],
    matches: [2, 1],
  },
  {
    name: 'one renamed, by the UIDs it gave out',
    known: [known(1, 'Old')],
    listed: [listed('New', { validity: 1001 })],
    matches: ['1 guessed'],
  },
  {
    name: 'no renaming where two could be it',
    known: [known(1, 'Old'), known(2, 'Older', { uidValidity: 1001 as UidValidity })],
    listed: [listed('New', { validity: 1001 })],
    matches: [null],
  },
  {
    name: 'no renaming of an empty one',
    known: [known(1, 'Old', { exists: 0 })],
    listed: [listed('New', { validity: 1001, status: null })],
    matches: [null],
  },
  { name: 'a new one', known: [known(1, 'INBOX')], listed: [listed('INBOX'), listed('New')], matches: [1, null] },
];

describe('matchMailboxes', () => {
  it.each(table)('knows $name', ({ known: ours, listed: theirs, matches }) => {
    const found = matchMailboxes(ours, theirs);
    expect(found.map(({ known: one, isGuess }) => (isGuess ? `${one?.id} guessed` : (one?.id ?? null)))).toEqual(
      matches,
    );
  });
});
