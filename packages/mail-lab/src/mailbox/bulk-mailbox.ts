/** A great many small messages, cheaply: for benchmarks where the count matters and not the story. */
import type { MailboxItem } from './item.ts';

const WORDS =
  'anchor bridge candle draft ember ferry garden harbour island journal kettle lantern market north orchard paper quarry river season ticket umbrella valley winter yellow'.split(
    ' ',
  );
const NAMES = ['Ari Holm', 'Bea Castor', 'Cyd Varga', 'Dov Lindt', 'Eve Marsh', 'Fil Okoro', 'Gus Tahan', 'Hal Iwata'];

/** Options of `bulkMailbox`. */
export interface BulkOptions {
  mailbox?: string;
  to?: string;
  /** Internal date of the newest. Default 2026-10-01. */
  newest?: Date;
  /** Time between two messages. Default 5 minutes. */
  stepMs?: number;
  /** Put into every Message-ID, so that two bulk mailboxes do not share threads. Default `bulk`. */
  tag?: string;
}

/** `count` messages, oldest first: every fourth one answers the one before it, three of four are read. */
export function* bulkMailbox(count: number, options: BulkOptions = {}): Generator<MailboxItem> {
  const { mailbox = 'INBOX', to = 'ada@lab.test', stepMs = 300_000, tag = 'bulk' } = options;
  const newest = options.newest ?? new Date('2026-10-01T12:00:00Z');
  const word = (index: number): string => WORDS[index % WORDS.length] ?? '';
  for (let index = 0; index < count; index++) {
    const internalDate = new Date(newest.getTime() - (count - 1 - index) * stepMs);
    const answers = index % 4 === 3;
    const topic = answers ? index - 1 : index;
    const subject = `${word(topic)} ${word(Math.floor(topic / 24) + 7)} ${topic}`;
    const reply = answers
      ? `In-Reply-To: <${tag}-${topic}@bulk.example>\r\nReferences: <${tag}-${topic}@bulk.example>\r\n`
      : '';
    const name = NAMES[index % NAMES.length] ?? 'Ari Holm';
    const raw = Buffer.from(
      `From: ${name} <${name.toLowerCase().replace(' ', '.')}@bulk.example>\r\nTo: ${to}\r\n` +
        `Subject: ${answers ? 'Re: ' : ''}${subject}\r\nDate: ${internalDate.toUTCString().replace('GMT', '+0000')}\r\n` +
        `Message-ID: <${tag}-${index}@bulk.example>\r\n${reply}` +
        'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' +
        `About the ${subject}: the ${word(index * 7 + 3)} is by the ${word(index * 5 + 1)}.\r\n`,
      'latin1',
    );
    yield { mailbox, flags: index % 4 === 0 ? [] : ['\\Seen'], internalDate, raw };
  }
}
