/** Mail that comes while the demo runs, so that one sees it arrive: a few people, the same texts in the same order. */
import { type MessageInput, message } from '@postroom/mail-lab';
import { ADA, BOB, type DemoPerson } from './people.ts';

interface Arrival {
  readonly from: string;
  readonly to: DemoPerson;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Conversations of the same name belong together. */
  readonly topic: string;
}

const ARRIVALS: readonly Arrival[] = [
  {
    from: 'Marlow Finch <marlow.finch@harbour.example>',
    to: ADA,
    subject: 'High tide on Saturday',
    paragraphs: ['The harbour office says half past ten.', 'Shall we load the boat the evening before?'],
    topic: 'tide',
  },
  {
    from: 'Bob Ivers <bob@lab.test>',
    to: ADA,
    subject: 'Lunch?',
    paragraphs: ['I am near the market until two.', 'The place with the green door has soup today.'],
    topic: 'lunch',
  },
  {
    from: 'Priya Nandakumar <priya@lantern.example>',
    to: ADA,
    subject: 'Re: High tide on Saturday',
    paragraphs: ['The evening before suits me. I bring the ropes and a flask of tea.'],
    topic: 'tide',
  },
  {
    from: 'Harbour Library <desk@library.example>',
    to: ADA,
    subject: 'A book you reserved is here',
    paragraphs: ['“A Pilot’s Guide to Small Harbours” waits for you at the desk until Friday.'],
    topic: 'book',
  },
  {
    from: 'Greta Lindqvist <greta@fjordworks.example>',
    to: BOB,
    subject: 'Keys to the workshop',
    paragraphs: ['They are with the baker now. Tell him I sent you.'],
    topic: 'keys',
  },
  {
    from: 'Marlow Finch <marlow.finch@harbour.example>',
    to: ADA,
    subject: 'Re: High tide on Saturday',
    paragraphs: ['Then it is settled: Friday at seven, at the crane.'],
    topic: 'tide',
  },
];

export interface ArrivalsOptions {
  readonly deliver: (to: string, raw: Buffer) => Promise<void>;
  readonly everyMs: number;
}

/** Delivers the next one every `everyMs`, from the beginning again after the last. */
export function startArrivals({ deliver, everyMs }: ArrivalsOptions): { stop(): void } {
  let count = 0;
  const timer = setInterval(() => {
    const { to, raw } = makeArrival(count, new Date());
    count += 1;
    deliver(to, raw).catch((error: unknown) => console.error('A message could not be delivered:', error));
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}

/** The message of that number (from 0), as it comes at that time. Each round of them has conversations of its own. */
export function makeArrival(number: number, date: Date): { to: string; raw: Buffer } {
  const round = Math.floor(number / ARRIVALS.length);
  const position = number % ARRIVALS.length;
  const arrival = ARRIVALS[position] as Arrival;
  const idOf = (at: number) => `arrival-${round}-${at}@demo.example`;
  const before = ARRIVALS.flatMap(({ topic }, at) => (topic === arrival.topic && at < position ? [idOf(at)] : []));
  const replied = before.at(-1);
  const input: MessageInput = {
    from: arrival.from,
    to: { name: arrival.to.name, email: arrival.to.email },
    subject: arrival.subject,
    text: arrival.paragraphs.join('\n\n'),
    html: arrival.paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join(''),
    date,
    messageId: idOf(position),
    ...(replied === undefined ? {} : { inReplyTo: replied, references: before }),
  };
  return { to: arrival.to.email, raw: message(input) };
}
