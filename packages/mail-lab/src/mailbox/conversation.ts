/** A conversation between the owner and some people, as messages in their places. */
import type { Charset } from '../message/charset.ts';
import { encodeText } from '../message/charset.ts';
import { type MessageInput, message } from '../message/message.ts';
import { type Circle, circles } from './cast.ts';
import { makeAttachments } from './files.ts';
import type { MailboxItem } from './item.ts';
import type { Random } from './random.ts';

const MINUTE_MS = 60_000;

/** Where a conversation takes place. */
export interface Stage {
  owner: { name: string; email: string };
  /** Number of the conversation, for ids. */
  number: number;
  start: Date;
  /** Mailbox its received messages lie in. */
  mailbox: string;
  /** Messages received after this are unread more often. */
  recent: Date;
}

function pickCircle(random: Random): Circle {
  return random.chance(0.6) ? (circles[0] ?? random.pick(circles)) : random.pick(circles.slice(1));
}

/** A charset of the circle that has all of the text. */
function charsetFor(random: Random, circle: Circle, text: string): Charset {
  const charset = random.pick(circle.charsets);
  try {
    encodeText(text, charset);
    return charset;
  } catch {
    return 'utf-8';
  }
}

function toHtml(text: string, quoted: string | undefined): string {
  const markup = (raw: string): string => raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const paragraphs = text.split('\n\n').map((part) => `<p>${markup(part)}</p>`);
  const quote = quoted ? `<blockquote type="cite">${markup(quoted).replaceAll('\n', '<br>')}</blockquote>` : '';
  return `<html><body>${paragraphs.join('')}${quote}</body></html>`;
}

function receivedFlags(random: Random, date: Date, stage: Stage, answered: boolean): string[] {
  const unread = !answered && random.chance(date > stage.recent ? 0.5 : 0.03);
  return [
    ...(unread ? [] : ['\\Seen']),
    ...(answered ? ['\\Answered'] : []),
    ...(random.chance(0.05) ? ['\\Flagged'] : []),
    ...(random.chance(0.04) ? [random.pick(['$label1', '$label2', 'Receipts', '$Important'])] : []),
  ];
}

/** One conversation, oldest message first. */
export function makeConversation(random: Random, stage: Stage): MailboxItem[] {
  const circle = pickCircle(random);
  const people = random.sample(circle.people, random.chance(0.3) ? 2 : 1);
  const subject = random.pick(circle.subjects);
  const length = random.chance(0.45) ? 1 : 2 + random.below(random.chance(0.1) ? 14 : 5);
  const ids: string[] = [];
  const items: MailboxItem[] = [];
  let date = stage.start;
  let previous: string | undefined;
  for (let turn = 0; turn < length; turn++) {
    const mine = turn % 2 === 1 || (turn > 0 && random.chance(0.1));
    const author = mine ? stage.owner : random.pick(people);
    const text = random.sample(circle.sentences, 1 + random.below(4)).join('\n\n');
    const quoted = previous
      ?.split('\n')
      .map((line) => `> ${line}`)
      .join('\n');
    const body = quoted ? `${text}\n\n${quoted}\n\n-- \n${author.name}` : `${text}\n\n${author.name}`;
    const messageId = `c${stage.number}.${turn}@${author.email.split('@')[1]}`;
    const others = people.filter((person) => person !== author);
    const title = turn === 0 ? subject : `${circle.replyPrefix}${subject}`;
    const input: MessageInput = {
      from: author,
      to: mine ? people : [stage.owner],
      ...(mine || others.length === 0 ? {} : { cc: others }),
      subject: title,
      text: body,
      ...(random.chance(0.5) ? { html: toHtml(text, previous) } : {}),
      ...(random.chance(0.12) ? { attachments: makeAttachments(random, subject, date) } : {}),
      date,
      messageId,
      ...(ids.length > 0 ? { inReplyTo: ids[ids.length - 1] ?? '', references: [...ids] } : {}),
      charset: charsetFor(random, circle, [title, body, author.name, ...people.map(({ name }) => name)].join('')),
    };
    const answered = !mine && turn + 1 < length;
    const flags = mine ? ['\\Seen'] : receivedFlags(random, date, stage, answered);
    items.push({ mailbox: mine ? 'Sent' : stage.mailbox, flags, internalDate: date, raw: message(input) });
    ids.push(messageId);
    previous = text;
    date = new Date(date.getTime() + (5 + random.below(random.chance(0.3) ? 4000 : 200)) * MINUTE_MS);
  }
  return items;
}
