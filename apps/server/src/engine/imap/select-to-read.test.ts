/** When a session may read of the mailbox that it has selected, and when it must ask the server first. */
import type { Uid, UidValidity } from '@postroom/db';
import { expect, it } from 'vitest';
import { selectToRead } from './select-to-read.ts';
import type { SelectedMailbox } from './types.ts';

const uid = (number: number) => number as Uid;
const validity = (number: number) => number as UidValidity;

const inbox: SelectedMailbox = {
  path: 'INBOX',
  uidValidity: validity(7),
  uidNext: uid(100),
  exists: 99,
  objectId: null,
  highestModSeq: null,
  keywordsAllowed: null,
  readOnly: true,
  resync: null,
};
const WANTED = { path: 'INBOX', uidValidity: validity(7), highest: uid(99) };

async function asks(selected: SelectedMailbox | null, wanted = WANTED): Promise<boolean> {
  let asked = false;
  await selectToRead(
    {
      selected,
      select: async () => {
        asked = true;
        return inbox;
      },
    },
    wanted,
  );
  return asked;
}

it('reads of the selected mailbox what the session has seen', async () => {
  expect(await asks(inbox)).toBe(false);
});

it.each<[string, SelectedMailbox | null, typeof WANTED]>([
  ['nothing is selected', null, WANTED],
  ['another one is selected', { ...inbox, path: 'Archive' }, WANTED],
  ['the message came after the SELECT', inbox, { ...WANTED, highest: uid(100) }],
  ['the server told no UIDNEXT', { ...inbox, uidNext: null }, WANTED],
  [
    'the mailbox was made anew meanwhile, and this session still has the old one',
    { ...inbox, uidValidity: validity(6) },
    WANTED,
  ],
])('asks the server when %s', async (_when, selected, wanted) => {
  expect(await asks(selected, wanted)).toBe(true);
});
