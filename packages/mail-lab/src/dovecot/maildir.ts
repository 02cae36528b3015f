/**
 * Writes messages straight into a lab Dovecot's Maildir: thousands a second, with flags and internal dates. Dovecot
 * finds them at its next look, and numbers them in the order they were given.
 */
import {
  closeSync,
  existsSync,
  fchownSync,
  futimesSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { MailboxItem } from '../mailbox/item.ts';
import { mailOwner, separatorOf } from './config.ts';
import { encodeMailboxName } from './mailbox-name.ts';
import type { DovecotServer } from './start-dovecot.ts';

const LETTERS: Record<string, string> = {
  '\\Draft': 'D',
  '\\Flagged': 'F',
  '\\Passed': 'P',
  '\\Answered': 'R',
  '\\Seen': 'S',
  '\\Deleted': 'T',
};
let written = 0;

/** Keywords of a mailbox and their letters, kept in Dovecot's own file. */
function openKeywords(directory: string): { letters(flags: string[]): string; save(): void } {
  const file = join(directory, 'dovecot-keywords');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const names = lines.map((line) => line.slice(line.indexOf(' ') + 1));
  const before = names.length;
  return {
    letters(flags) {
      return flags
        .map((flag) => LETTERS[flag] ?? letterOf(names, flag))
        .sort()
        .join('');
    },
    save() {
      if (names.length === before) return;
      writeFileSync(file, names.map((name, index) => `${index} ${name}\n`).join(''), { mode: 0o666 });
    },
  };
}

function letterOf(names: string[], keyword: string): string {
  if (!names.includes(keyword)) names.push(keyword);
  const index = names.indexOf(keyword);
  if (index > 25) throw new RangeError('A Maildir mailbox has room for 26 keywords');
  return String.fromCharCode(97 + index);
}

function bareLineFeeds(raw: Buffer): number {
  let count = 0;
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) if (raw[at - 1] !== 13) count++;
  return count;
}

/** Directory of a mailbox in Maildir++ layout. */
export function mailboxDirectory(dovecot: DovecotServer, user: string, mailbox: string): string {
  const root = dovecot.maildir(user);
  return mailbox === 'INBOX' ? root : join(root, `.${encodeMailboxName(mailbox.replaceAll('/', '.'))}`);
}

async function openMailbox(dovecot: DovecotServer, user: string, mailbox: string): Promise<string> {
  const directory = mailboxDirectory(dovecot, user, mailbox);
  if (!existsSync(join(directory, 'cur'))) {
    const path = mailbox.replaceAll('/', separatorOf(dovecot.settings));
    const whole = mailbox === 'INBOX' ? mailbox : `${dovecot.settings.prefix ?? ''}${path}`;
    await dovecot.createMailbox(user, whole).catch((error: { code?: number }) => {
      // Exit code 65: a mailbox of that name exists (a special one, not yet on disk).
      if (error.code !== 65) throw error;
    });
  }
  return directory;
}

/** Writes the messages, making the mailboxes they are in. Gives how many it wrote. */
export async function writeMaildir(
  dovecot: DovecotServer,
  user: string,
  items: Iterable<MailboxItem> | AsyncIterable<MailboxItem>,
): Promise<number> {
  const owner = mailOwner();
  const open = new Map<string, { directory: string; keywords: ReturnType<typeof openKeywords> }>();
  let count = 0;
  for await (const { mailbox, flags, internalDate, raw } of items) {
    let place = open.get(mailbox);
    if (!place) {
      const directory = await openMailbox(dovecot, user, mailbox);
      place = { directory, keywords: openKeywords(directory) };
      open.set(mailbox, place);
    }
    const order = String(++written).padStart(9, '0');
    const size = `S=${raw.length},W=${raw.length + bareLineFeeds(raw)}`;
    const name = `${Math.floor(Date.now() / 1000)}.M${order}P${process.pid}.lab,${size}:2,${place.keywords.letters(flags)}`;
    const file = openSync(join(place.directory, 'cur', name), 'wx', 0o644);
    try {
      writeSync(file, raw);
      if (owner.uid !== process.getuid?.()) fchownSync(file, owner.uid, owner.gid);
      futimesSync(file, internalDate, internalDate);
    } finally {
      closeSync(file);
    }
    count++;
  }
  for (const { keywords } of open.values()) keywords.save();
  return count;
}
