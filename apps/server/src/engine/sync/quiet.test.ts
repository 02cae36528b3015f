/** When a look is spared: twice the same whole sight of the server, and nothing done since. */
import type { ModSeq, Uid, UidValidity } from '@postroom/db';
import { expect, it } from 'vitest';
import type { ListedMailbox, MailboxStatus } from '../imap/types.ts';
import { createQuiet, sightOf, WHOLE_LOOK_EVERY_MS } from './quiet.ts';

const STATUS: MailboxStatus = {
  messages: 3,
  uidNext: 4 as Uid,
  uidValidity: 1 as UidValidity,
  unseen: 1,
  highestModSeq: 9 as ModSeq,
};
const inbox = (status: Partial<MailboxStatus> = {}): ListedMailbox => ({
  path: 'INBOX',
  name: 'INBOX',
  delimiter: '/',
  attributes: [],
  selectable: true,
  subscribed: true,
  role: 'inbox',
  objectId: null,
  status: { ...STATUS, ...status },
});
const server = (mailbox = inbox()) => ({ list: async () => [mailbox], selected: null });

function seen(...sights: (ListedMailbox | null)[]) {
  const quiet = createQuiet();
  for (const one of sights) quiet.saw(one && sightOf([one]), 1_000);
  return quiet;
}

it('after two looks that saw the same, as long as the server says so', async () => {
  const quiet = seen(inbox(), inbox());
  expect(await quiet.isStill(server(), 2_000)).toBe(true);
  expect(await quiet.isStill(server(inbox({ highestModSeq: 10 as ModSeq })), 2_000)).toBe(false);
  expect(await quiet.isStill(server(inbox({ messages: 2 })), 2_000)).toBe(false);
});

it.each([
  { what: 'after one look, which may have begun what another ends', quiet: seen(inbox()) },
  { what: 'after looks that saw different things', quiet: seen(inbox({ messages: 2 }), inbox()) },
  {
    what: 'where nothing tells of changed flags',
    quiet: seen(inbox({ highestModSeq: null }), inbox({ highestModSeq: null })),
  },
  { what: 'where a mailbox has no STATUS', quiet: seen({ ...inbox(), status: null }, { ...inbox(), status: null }) },
])('never $what', async ({ quiet }) => {
  expect(await quiet.isStill(server(), 2_000)).toBe(false);
});

it('not when something happened here, when it was spared for long, or when the mailbox is selected', async () => {
  const disturbed = seen(inbox(), inbox());
  disturbed.disturb();
  expect(await disturbed.isStill(server(), 2_000)).toBe(false);
  const quiet = seen(inbox(), inbox());
  expect(await quiet.isStill(server(), 1_000 + WHOLE_LOOK_EVERY_MS)).toBe(false);
  expect(await quiet.isStill({ ...server(), selected: { path: 'INBOX' } as never }, 2_000)).toBe(false);
});

it('an empty mailbox need not tell its mod-sequence', () => {
  expect(sightOf([inbox({ messages: 0, highestModSeq: null })])).not.toBeNull();
});
