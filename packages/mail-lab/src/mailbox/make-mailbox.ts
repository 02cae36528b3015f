/**
 * Makes a lively account: conversations over INBOX, Sent, Archive and folders, newsletters, notices, junk, drafts; HTML
 * and plain, with files, in many scripts and charsets. The same seed gives the same mail, byte for byte.
 */
import { message } from '../message/message.ts';
import { makeConversation } from './conversation.ts';
import type { MailboxItem } from './item.ts';
import { makeJunk, makeNewsletter, makeNotice } from './newsletters.ts';
import { createRandom, type Random } from './random.ts';

/** Options of `makeMailbox`. */
export interface MakeMailboxOptions {
  /** Default 1. */
  seed?: number;
  /** How many messages, over all mailboxes. Default 1000. */
  size?: number;
  /** Whose account it is. Default Ada Lund, ada@lab.test. */
  owner?: { name: string; email: string };
  /** The account's now: nothing is newer. Default 2026-11-01T12:00:00Z. */
  newest?: Date;
  /** How far the account goes back. Default 400 days. */
  days?: number;
}

const DAY_MS = 86_400_000;
const FOLDERS = ['Projects/Harbour', 'Projects/Market', 'Family', 'Reisen/Überfahrt'];

function makeDraft(random: Random, owner: { name: string; email: string }, date: Date): Buffer {
  return message({
    from: owner,
    to: 'greta@fjordworks.example',
    subject: random.pick(['Half an idea', 'Unsent thanks', 'List for the ferry']),
    text: 'I started writing this and',
    date,
  });
}

/** The messages of the account, newest parts last within a conversation; conversations in no order. */
export async function* makeMailbox(options: MakeMailboxOptions = {}): AsyncGenerator<MailboxItem> {
  const { seed = 1, size = 1000, days = 400 } = options;
  const owner = options.owner ?? { name: 'Ada Lund', email: 'ada@lab.test' };
  const newest = options.newest ?? new Date('2026-11-01T12:00:00Z');
  const random = createRandom(seed);
  const recent = new Date(newest.getTime() - 7 * DAY_MS);
  const someTime = (): Date => {
    // More mail lately than long ago, at seconds that are whole, as IMAP's dates are.
    const back = random.next() ** 2 * days * DAY_MS;
    return new Date(Math.floor((newest.getTime() - back) / 1000) * 1000);
  };
  const single = (mailbox: string, flags: string[], date: Date, raw: Buffer): MailboxItem[] => [
    { mailbox, flags, internalDate: date, raw },
  ];
  const readFlags = (date: Date): string[] => (random.chance(date > recent ? 0.4 : 0.95) ? ['\\Seen'] : []);

  function next(number: number): MailboxItem[] {
    const date = someTime();
    const kind = random.next();
    if (kind < 0.14) return single('INBOX', readFlags(date), date, message(makeNewsletter(random, owner.email, date)));
    if (kind < 0.24) return single('INBOX', readFlags(date), date, message(makeNotice(random, owner.email, date)));
    if (kind < 0.28) return single('Junk', [], date, message(makeJunk(random, owner.email, date)));
    if (kind < 0.29) return single('Drafts', ['\\Draft', '\\Seen'], date, makeDraft(random, owner, date));
    if (kind < 0.31) return single('Trash', ['\\Seen'], date, message(makeNotice(random, owner.email, date)));
    const old = date < new Date(newest.getTime() - 60 * DAY_MS);
    const mailbox = random.chance(0.12) ? random.pick(FOLDERS) : old && random.chance(0.7) ? 'Archive' : 'INBOX';
    return makeConversation(random, { owner, number: seed * 1_000_000 + number, start: date, mailbox, recent });
  }

  for (let made = 0, number = 0; made < size; number++) {
    for (const item of next(number)) {
      if (made >= size || item.internalDate > newest) break;
      made++;
      yield item;
    }
  }
}
