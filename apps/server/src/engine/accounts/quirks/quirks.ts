/**
 * What a server does otherwise than its capabilities say, as a closed record of behaviours: a pure function of what the
 * server said of itself (greeting, CAPABILITY, ID of RFC 2971) and of its host name. Capabilities decide first, a name
 * only where no capability tells. The rows are `table.ts`; the engine asks `ImapSession.quirks` and nothing else.
 */
import type { MailboxRole } from '@postroom/db';
import { TABLE } from './table.ts';

/** What is known of a server; what is not known yet is empty. */
export interface ServerFacts {
  readonly host: string;
  readonly greeting: string;
  /** Upper case. */
  readonly capabilities: ReadonlySet<string>;
  /** Values of its ID answer, one line. */
  readonly id: string;
}

export interface Quirks {
  /** Rows of the table that matched, for reports. */
  readonly names: readonly string[];
  /** How one server keeps a message under several labels: Gmail's X-GM-EXT-1. Null: a mailbox is a place. */
  readonly labels: 'x-gm-labels' | null;
  /** VANISHED and HIGHESTMODSEQ mean what RFC 7162 says. */
  readonly trustsQresync: boolean;
  /** An IDLE is begun anew after so long; null: our own time does. */
  readonly idleRestartMs: number | null;
  /** A connection lost while idle is the server's habit, no error to wait after. */
  readonly dropsIdle: boolean;
  /** What makes a server without IDLE tell what is new, and how often it is asked. */
  readonly poll: { readonly command: 'NOOP' | 'STATUS' | 'SELECT'; readonly everyMs: number };
  /** Most sessions it is fit to open; null: our own limit does. */
  readonly maxConnections: number | null;
  /** A session nobody uses is kept so long: where logins are counted, reopening costs more than keeping. */
  readonly keepOpenMs: number;
  /** Messages one FETCH may name. */
  readonly fetchLimit: number;
  /** Keywords stay, where PERMANENTFLAGS says `\*`. */
  readonly keepsKeywords: boolean;
  /** UID EXPUNGE (RFC 4315) does what it says. */
  readonly expungesByUid: boolean;
  /** APPEND works on the mailbox that this session has EXAMINEd. */
  readonly appendsWhileExamined: boolean;
  /** Part numbers below message/rfc822 are RFC 9051's. */
  readonly numbersNestedParts: boolean;
  /** Its submission server puts a copy into Sent by itself. */
  readonly filesSentCopy: boolean;
  /** … and the copy there has the Message-ID we gave it. */
  readonly keepsMessageId: boolean;
  /** Mailboxes that hold again what lies elsewhere: never read. */
  readonly skippedRoles: readonly MailboxRole[];
}

export type Behaviour = Partial<Omit<Quirks, 'names'>>;

/** A row of the table. */
export interface QuirkRow {
  readonly name: string;
  readonly matches: (facts: ServerFacts) => boolean;
  readonly behaviour: Behaviour;
}

/** A server that does what it says. */
export const NO_QUIRKS: Quirks = {
  names: [],
  labels: null,
  trustsQresync: true,
  idleRestartMs: null,
  dropsIdle: false,
  poll: { command: 'NOOP', everyMs: 2 * 60_000 },
  maxConnections: null,
  keepOpenMs: 60_000,
  fetchLimit: 10_000,
  keepsKeywords: true,
  expungesByUid: true,
  appendsWhileExamined: true,
  numbersNestedParts: true,
  filesSentCopy: false,
  keepsMessageId: true,
  skippedRoles: [],
};

/** The behaviours of all rows that match; a later row wins. */
export function quirksOf(facts: ServerFacts): Quirks {
  const rows = TABLE.filter(({ matches }) => matches(facts));
  const merged: Quirks = Object.assign({}, NO_QUIRKS, ...rows.map(({ behaviour }) => behaviour));
  return { ...merged, names: rows.map(({ name }) => name) };
}

/** What the name alone tells, before the first word is exchanged. */
export function quirksOfHost(host: string): Quirks {
  return quirksOf({ host, greeting: '', capabilities: new Set(), id: '' });
}

/**
 * Whether sending over `smtpHost` leaves a copy in Sent: where that was seen, where that host is known to, or where the
 * mailbox is of such a provider and the submission server is the same provider's. Null: nobody knows yet.
 */
export function filesSentCopy(
  mailbox: { readonly quirks: Quirks; readonly host: string },
  smtpHost: string,
  learned: boolean | undefined,
): boolean | null {
  if (learned !== undefined) return learned;
  if (quirksOfHost(smtpHost).filesSentCopy) return true;
  return mailbox.quirks.filesSentCopy && domainOf(mailbox.host) === domainOf(smtpHost) ? true : null;
}

/** The last two labels of a name; an address is one whole. */
function domainOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? host : host.toLowerCase().split('.').slice(-2).join('.');
}
