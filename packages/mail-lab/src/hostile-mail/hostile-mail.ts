/**
 * The shape of the hostile set: messages that try to run script, to call home, to leave their frame or to pass for
 * something else. Written for this project from what such attacks are known to do; nothing in it is anybody's payload
 * file. Each message has a number, which stands in whatever it runs (`canary(17)`) and in every host it names
 * (`m17.evil.test`), so that a detector can say whose doing something was.
 */
import { type MessageInput, message } from '../message/message.ts';

/** What a message runs and names, by its number. */
export interface Marks {
  /** A JavaScript expression that trips the canary. */
  readonly run: string;
  /** The host whose being asked for anything is a leak. */
  readonly host: string;
}

/** One message of the set. */
export interface HostileMail {
  readonly number: number;
  readonly family: string;
  /** What all of the family endangers. */
  readonly danger: string;
  /** The trick. */
  readonly name: string;
  /** The markup that does it, where it is markup. */
  readonly html: string | undefined;
  readonly raw: Buffer;
}

/** `RUN()` and `HOST` stand for the message's own marks; a function where they have to be encoded first. */
export type Trick = string | ((marks: Marks) => string);

/** A family: its name, what it endangers, and its tricks by name. */
export interface Family {
  readonly family: string;
  readonly danger: string;
  readonly tricks: readonly (readonly [name: string, trick: Trick])[];
  /** How a trick becomes a message; as its HTML where this is left out. */
  readonly build?: (trick: string, marks: Marks) => MessageInput | Buffer;
}

/** The domain of all that is named. Nothing answers there. */
export const EVIL_DOMAIN = 'evil.test';

export function marksOf(number: number): Marks {
  return { run: `canary(${number})`, host: `m${number}.${EVIL_DOMAIN}` };
}

/** The number in a host of the set; undefined for any other host. */
export function numberOf(host: string): number | undefined {
  const found = /(?:^|\.)m(\d+)\.evil\.test$/i.exec(host);
  return found ? Number(found[1]) : undefined;
}

/** Puts a message's marks into a trick. */
function withMarks(trick: Trick, marks: Marks): string {
  if (typeof trick === 'function') return trick(marks);
  return trick.replaceAll('RUN()', marks.run).replaceAll('HOST', marks.host);
}

/** The messages of the families, numbered from one. */
export function buildMails(families: readonly Family[]): HostileMail[] {
  let number = 0;
  return families.flatMap(({ family, danger, tricks, build }) =>
    tricks.map(([name, trick]) => {
      number += 1;
      const marks = marksOf(number);
      const source = withMarks(trick, marks);
      const html = build === undefined ? source : undefined;
      const built = build?.(source, marks) ?? { html: source };
      const messageId = `h${number}@${EVIL_DOMAIN}`;
      const raw = Buffer.isBuffer(built)
        ? Buffer.concat([Buffer.from(`Message-ID: <${messageId}>\r\n`), built])
        : message({ subject: `${number} ${name}`, text: `Number ${number}`, ...built, messageId });
      return { number, family, danger, name, html, raw };
    }),
  );
}
