/**
 * Whom an answer goes to, and from which address: Reply-To (RFC 5322 §3.6.2), List-Post (RFC 2369 §3.4), Mail-Reply-To and
 * Mail-Followup-To (draft-ietf-drums-mail-followup-to), X-Original-To and Delivered-To. Made here so that every client
 * answers alike. What a message says only fills in the composer; nothing is sent by it. Pure.
 */
import type { Address } from '../mime/index.ts';
import { addressOf, type OwnAddresses, writingAs } from './own-addresses.ts';

/** What is answered. */
export interface Answerable {
  readonly sender: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: readonly Address[];
  /** Mail-Reply-To. */
  readonly answerTo?: readonly Address[] | undefined;
  /** Mail-Followup-To. */
  readonly followUpTo?: readonly Address[] | undefined;
  /** List-Post as it stands there. */
  readonly listPost?: string | undefined;
  /** X-Original-To and Envelope-To: what the envelope said before the server rewrote it. The last hop's first. */
  readonly originalTo?: readonly string[] | undefined;
  /** Delivered-To, the last hop's first. */
  readonly deliveredTo?: readonly string[] | undefined;
}

export interface Answer {
  /** The address it was written to; left out where none of the user's is named: the default serves. */
  readonly from?: Address;
  readonly to: Address[];
  readonly all: { readonly to: Address[]; readonly cc: Address[] };
  /** The mailing list it came through, where it takes posts. */
  readonly list?: Address;
}

/** `own`: the account's identities. `everywhere`: those of all the user's accounts, which a reply to all leaves out. */
export function answerTo(message: Answerable, own: OwnAddresses, everywhere: OwnAddresses): Answer {
  const from = answerFrom(message, own);
  const list = listOf(message.listPost);
  const isMe = ({ email }: Address) =>
    everywhere.exact(email) !== undefined ||
    everywhere.plus(email) !== undefined ||
    email.toLowerCase() === from?.email.toLowerCase();
  const others = (addresses: readonly Address[]) => addresses.filter((one) => !isMe(one));
  /** Without the user, unless there is nobody else. */
  const orMe = (addresses: readonly Address[]) => {
    const left = others(addresses);
    return once(left.length > 0 ? left : addresses);
  };
  const both = { ...(from ? { from } : {}), ...(list ? { list } : {}) };
  if (isMe(message.sender)) {
    const to = once(message.to.length > 0 ? message.to : [message.sender]);
    return { ...both, to, all: withoutDoubles(to, others(message.cc)) };
  }
  const to = once(firstOf(message.answerTo, message.replyTo) ?? [message.sender]);
  if (message.followUpTo && message.followUpTo.length > 0) {
    return { ...both, to, all: { to: orMe(message.followUpTo), cc: [] } };
  }
  const everybody = orMe([...to, ...message.to]);
  return { ...both, to, all: withoutDoubles(everybody, [...others(message.cc), ...(list ? [list] : [])]) };
}

/** The address of the user's that it was written to; for one's own message, the one it was written from. */
function answerFrom(message: Answerable, own: OwnAddresses): Address | undefined {
  const { to, cc, bcc, originalTo = [], deliveredTo = [] } = message;
  const ofMine = writingAs(own, message.sender.email);
  if (ofMine) return ofMine;
  const named = [...to, ...cc, ...bcc].map(({ email }) => email);
  const all = (email: string) => {
    const found = own.catchAll(email);
    return found && addressOf(found, email);
  };
  const known = (email: string) => {
    const found = own.exact(email) ?? own.plus(email);
    return found && addressOf(found, found.email);
  };
  const any = (email: string) => known(email) ?? all(email);
  // A catch-all takes in the neighbours that are named too: the envelope knows better which of them it was for.
  return first(named, known) ?? first(originalTo, any) ?? first(named, all) ?? first(deliveredTo, any);
}

function first<T>(values: readonly string[], find: (value: string) => T | undefined): T | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const firstOf = (...lists: readonly (readonly Address[] | undefined)[]) =>
  lists.find((list) => list?.some(({ email }) => email !== ''));

function once(addresses: readonly Address[]): Address[] {
  const seen = new Set(['']);
  return addresses.filter(({ email }) => !seen.has(email.toLowerCase()) && seen.add(email.toLowerCase()));
}

function withoutDoubles(to: Address[], cc: readonly Address[]): { to: Address[]; cc: Address[] } {
  const known = new Set(to.map(({ email }) => email.toLowerCase()));
  return { to, cc: once(cc).filter(({ email }) => !known.has(email.toLowerCase())) };
}

/** The address of `<mailto:list@example.org?subject=…>`; `NO` is a list that takes no posts. */
function listOf(listPost: string | undefined): Address | undefined {
  const found = /<\s*mailto:([^<>?\s]{1,320})[^<>]*>/i.exec(listPost ?? '')?.[1];
  if (found === undefined) return undefined;
  const email = unescaped(found);
  return /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(email) ? { email } : undefined;
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // A stray percent sign stands for itself.
    return value;
  }
}
