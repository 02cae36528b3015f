/**
 * What about a message makes it look like somebody else's: its own server found it unauthentic, its sender's name is an
 * address or a person that it is not from, its host passes for another one, answers go somewhere else. Pure. Quiet for
 * clean mail: a warning that is always there is read by nobody.
 */
import { passesFor, siteOf, skeleton, unicodeHost } from '@postroom/mail-html';
import type { Address } from './addresses.ts';

/** A reason for care. `shown` is what the message pretends, `actual` what it is; both are text for the screen. */
export interface SpoofingWarning {
  kind: 'unauthentic' | 'forged-name' | 'known-name' | 'look-alike' | 'other-reply-to' | 'several-authors';
  shown: string;
  actual: string;
}

/** What is looked at of a message. */
export interface SuspectMessage {
  from: Address | undefined;
  /** How many addresses stand in From. */
  authors: number;
  replyTo: readonly Address[];
  recipients: readonly Address[];
  /** Only what the account's own server says. */
  dmarc: string | undefined;
  arc: string | undefined;
}

/** Whom the account knows. */
export interface KnownPeople {
  own: readonly Address[];
  /** Those the account has written to, by lower-case name: their addresses. */
  names: ReadonlyMap<string, readonly string[]>;
}

/** Names that are imitated more than all others. */
const IMITATED = [
  'adobe.com',
  'amazon.com',
  'apple.com',
  'bankofamerica.com',
  'booking.com',
  'chase.com',
  'coinbase.com',
  'dhl.com',
  'docusign.com',
  'dropbox.com',
  'ebay.com',
  'facebook.com',
  'fedex.com',
  'github.com',
  'gmail.com',
  'google.com',
  'icloud.com',
  'instagram.com',
  'linkedin.com',
  'microsoft.com',
  'netflix.com',
  'office.com',
  'outlook.com',
  'paypal.com',
  'stripe.com',
  'whatsapp.com',
];
const ADDRESS = /[\w.+-]{1,64}@((?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63})/iu;

/** The warnings for a message, the gravest first; none for clean mail and for one's own. */
export function spoofingWarnings(message: SuspectMessage, known: KnownPeople): SpoofingWarning[] {
  const { from } = message;
  if (from === undefined) return [];
  const email = from.email.toLowerCase();
  const host = hostOf(email);
  const isOwn = known.own.some((one) => one.email.toLowerCase() === email);
  const warnings: (SpoofingWarning | undefined)[] = [
    // A mailing list that vouches for what came to it (ARC) has changed it with good reason.
    message.dmarc === 'fail' && message.arc !== 'pass'
      ? { kind: 'unauthentic', shown: from.email, actual: host }
      : undefined,
    lookAlike(host, known),
    isOwn ? undefined : forgedName(from, host),
    isOwn ? undefined : knownName(from, known),
    message.authors > 1 ? { kind: 'several-authors', shown: from.email, actual: String(message.authors) } : undefined,
    otherReplyTo(message, host),
  ];
  return warnings.filter((warning) => warning !== undefined);
}

function hostOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

function lookAlike(host: string, { own }: KnownPeople): SpoofingWarning | undefined {
  const plain = passesFor(host);
  if (plain !== undefined) return { kind: 'look-alike', shown: plain, actual: host };
  const site = siteOf(host);
  const others = [...IMITATED, ...own.map(({ email }) => siteOf(hostOf(email.toLowerCase())))];
  if (others.includes(site)) return undefined;
  const shape = skeleton(site);
  const shown = others.find((other) => skeleton(other) === shape);
  return shown === undefined ? undefined : { kind: 'look-alike', shown, actual: unicodeHost(host) };
}

/** The name holds an address, of another site than the one it is from. */
function forgedName({ name = '', email }: Address, host: string): SpoofingWarning | undefined {
  const found = ADDRESS.exec(name.slice(0, 1000));
  if (found === null || siteOf((found[1] ?? '').toLowerCase()) === siteOf(host)) return undefined;
  return { kind: 'forged-name', shown: found[0], actual: email };
}

/** The name of somebody one writes to, or one's own, from an address and a site that are not theirs. */
function knownName({ name = '', email }: Address, { own, names }: KnownPeople): SpoofingWarning | undefined {
  const key = nameKey(name);
  if (!/\s/.test(key)) return undefined;
  const owned = own.filter((one) => nameKey(one.name ?? '') === key).map((one) => one.email);
  const theirs = [...owned, ...(names.get(key) ?? [])].map((one) => one.toLowerCase());
  const site = siteOf(hostOf(email.toLowerCase()));
  if (theirs.length === 0 || theirs.some((one) => siteOf(hostOf(one)) === site)) return undefined;
  return { kind: 'known-name', shown: theirs[0] ?? '', actual: email };
}

/** Answers to somebody that the message is addressed to as well are a list's, and go where everybody sees them. */
function otherReplyTo({ replyTo, recipients }: SuspectMessage, host: string): SpoofingWarning | undefined {
  const everybody = new Set(recipients.map(({ email }) => email.toLowerCase()));
  const other = replyTo.find(
    ({ email }) => siteOf(hostOf(email.toLowerCase())) !== siteOf(host) && !everybody.has(email.toLowerCase()),
  );
  return other === undefined ? undefined : { kind: 'other-reply-to', shown: host, actual: other.email };
}

/** A name as it is compared: case, width and white space aside. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/["'\p{Cf}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
