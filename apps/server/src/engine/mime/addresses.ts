/**
 * Address lists (RFC 5322 section 3.4, and what is sent instead): display names with encoded-words, comments, groups
 * (flattened), source routes, missing brackets, semicolons between addresses, commas in unquoted names. One pass,
 * linear. Reading is tolerant; {@link assertSendable} is strict, so that what is shown is what is put into RCPT TO.
 */
import { domainToASCII } from 'node:url';
import { MailError } from '../../lib/driver/errors.ts';
import { storable } from './charsets.ts';
import { decodeEncodedWords } from './encoded-words.ts';
import { unfold } from './headers.ts';

/** A person at an address. */
export interface Address {
  name?: string;
  email: string;
}

const MAX_ADDRESSES = 10_000;
const MAX_PHRASE = 2000;
/** Of a name that is sent: encoded, it is still read whole. */
const MAX_NAME = 300;

/** Pieces of one address while it is read. */
interface Draft {
  phrase: string;
  angle: string | undefined;
  comments: string;
  quoted: boolean;
}

/** The text of a quoted string or a comment, and where it ends. */
interface Enclosed {
  text: string;
  next: number;
}

/** Reads an address list. Unreadable pieces are left out; at most 10,000 addresses are returned. */
export function parseAddresses(headerValue: string | Uint8Array | null | undefined): Address[] {
  if (headerValue === null || headerValue === undefined) return [];
  const source = typeof headerValue === 'string' ? headerValue.replace(/[\r\n]+[ \t]*/g, ' ') : unfold(headerValue);
  const addresses: Address[] = [];
  let pendingName = '';
  for (const draft of drafts(source)) {
    const address = finish(draft, pendingName);
    pendingName = '';
    if (address === undefined) continue;
    // QUIRK: "Doe, Jane <jane@example.org>" without quotes: a part without any address is the start of a name.
    if (address.email === '' && !draft.quoted && draft.angle === undefined && draft.comments === '') {
      pendingName = draft.phrase.trim();
      continue;
    }
    addresses.push(address);
    if (addresses.length >= MAX_ADDRESSES) break;
  }
  if (pendingName !== '' && addresses.length === 0) addresses.push({ name: cleanName(pendingName), email: '' });
  return addresses;
}

/** Splits a list at its separators, quoted strings, comments, brackets and groups minded. */
function* drafts(source: string): Generator<Draft> {
  let draft = emptyDraft();
  // Once a quote or comment turned out never to be closed, later ones are plain characters: keeps this linear.
  let quotesClose = true;
  let commentsClose = true;
  const isEmpty = () => draft.phrase.trim() === '' && draft.angle === undefined && draft.comments === '';
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i] ?? '';
    if (char === '"') {
      const quoted: Enclosed | undefined = quotesClose ? readQuoted(source, i) : undefined;
      quotesClose = quoted !== undefined;
      if (quoted === undefined) continue;
      if (draft.angle === undefined) {
        // A quoted local part must keep its quotes; a quoted name must lose them.
        const isLocalPart = source[quoted.next] === '@';
        draft.phrase += isLocalPart ? source.slice(i, quoted.next) : quoted.text;
        draft.quoted ||= !isLocalPart;
      }
      i = quoted.next - 1;
    } else if (char === '(') {
      const comment: Enclosed | undefined = commentsClose ? readComment(source, i) : undefined;
      commentsClose = comment !== undefined;
      if (comment === undefined) continue;
      draft.comments += `${draft.comments === '' ? '' : ' '}${comment.text}`;
      draft.phrase += ' ';
      i = comment.next - 1;
    } else if (char === '<') {
      const end = angleEnd(source, i + 1);
      if (draft.angle === undefined || draft.angle === '') draft.angle = source.slice(i + 1, end);
      i = source[end] === '>' ? end : end - 1;
    } else if (char === ',' || char === ';') {
      if (!isEmpty()) yield draft;
      draft = emptyDraft();
    } else if (char === ':' && draft.angle === undefined && !draft.phrase.includes('@')) {
      draft = emptyDraft();
    } else if (char !== '>') draft.phrase += char;
  }
  if (!isEmpty()) yield draft;
}

function emptyDraft(): Draft {
  return { phrase: '', angle: undefined, comments: '', quoted: false };
}

function finish(draft: Draft, pendingName: string): Address | undefined {
  const phrase = draft.phrase.slice(0, MAX_PHRASE).replace(/\s+/g, ' ').trim();
  if (draft.angle !== undefined) {
    const name = cleanName(
      [pendingName, phrase === '' ? draft.comments : phrase].filter((part) => part !== '').join(', '),
    );
    const email = cleanEmail(draft.angle);
    // QUIRK: "user@example.org <>" and "user@example.org <Jane>" have it the wrong way round.
    if (!email.includes('@') && /^\S+@\S+$/.test(phrase)) return withName(cleanName(draft.angle), cleanEmail(phrase));
    return name === '' && email === '' ? undefined : withName(name, email);
  }
  const words = phrase.split(' ');
  const bare = phrase.replace(/ ?@ ?/g, '@').replace(/ ?\. ?/g, '.');
  if (/^(?:\S+|"[^"]*")@\S+$/.test(bare)) return withName(cleanName(draft.comments), cleanEmail(bare));
  const at = words.findLastIndex((word) => /^[^@]+@[^@]+$/.test(word));
  if (at !== -1) {
    const name = cleanName(words.filter((_, i) => i !== at).join(' ')) || cleanName(draft.comments);
    return withName(name, cleanEmail(words[at] ?? ''));
  }
  if (phrase === '' && draft.comments === '') return undefined;
  return withName(cleanName(phrase), '');
}

function withName(name: string, email: string): Address {
  return name === '' || name.toLowerCase() === email.toLowerCase() ? { email } : { name, email };
}

function cleanName(raw: string): string {
  const name = decodeEncodedWords(raw.slice(0, MAX_PHRASE)).replace(/\s+/g, ' ').trim();
  const unquoted = /^(["'])(.*)\1$/.exec(name);
  return (unquoted?.[2] ?? name).trim();
}

/** Lower-cases the domain, removes route, brackets, white space and control characters. */
export function normalizeEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at === -1
    ? email.trim()
    : `${email.slice(0, at).trim()}@${email
        .slice(at + 1)
        .trim()
        .toLowerCase()}`;
}

function cleanEmail(raw: string): string {
  const decoded = (raw.includes('=?') ? decodeEncodedWords(raw) : raw).slice(0, MAX_PHRASE);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const text = storable(decoded.replace(/[\x01-\x1f\x7f<>]/g, ' ')).trim();
  const unrouted = text.replace(/^@[^:]{0,1000}:/, '').replace(/^mailto:/i, '');
  return normalizeEmail(unrouted.startsWith('"') ? unrouted : unrouted.replace(/\s+/g, ''));
}

function readQuoted(source: string, start: number): Enclosed | undefined {
  let text = '';
  for (let i = start + 1; i < source.length; i += 1) {
    const char = source[i] ?? '';
    if (char === '\\' && i + 1 < source.length) {
      text += source[i + 1];
      i += 1;
    } else if (char === '"') return { text, next: i + 1 };
    else text += char;
  }
  // QUIRK: a quote that is never closed must not swallow the rest of the list.
  return undefined;
}

function readComment(source: string, start: number): Enclosed | undefined {
  let depth = 0;
  let text = '';
  for (let i = start; i < source.length; i += 1) {
    const char = source[i] ?? '';
    if (char === '\\' && i + 1 < source.length) {
      text += source[i + 1];
      i += 1;
    } else if (char === '(') {
      if (depth > 0) text += char;
      depth += 1;
    } else if (char === ')') {
      depth -= 1;
      if (depth === 0) return { text, next: i + 1 };
      text += char;
    } else text += char;
  }
  return undefined;
}

/** Where an angle address ends: at ">", or before the separator when it is never closed. */
function angleEnd(source: string, start: number): number {
  let quoted = false;
  for (let i = start; i < source.length; i += 1) {
    const char = source[i];
    if (char === '\\') i += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === '>') return i;
    else if (!quoted && (char === ';' || char === '<' || (char === ',' && !source.startsWith('@', start)))) return i;
  }
  if (!quoted) return source.length;
  const close = source.indexOf('>', start);
  return close === -1 ? source.length : close;
}

/** Writes an address as it stands in a header or a text field; the name is quoted where it must be. */
export function formatAddress({ name, email }: Address): string {
  if (name === undefined || name === '') return email;
  const isPhrase = /^[^\p{Cc}()<>[\]:;@\\,."]+$/u.test(name);
  const written = isPhrase ? name : `"${name.replace(/[\\"]/g, '\\$&')}"`;
  return `${written} <${email}>`;
}

/** Writes an address list. */
export function formatAddresses(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(', ');
}

const LOCAL_PART = /^[^\p{C}\p{Z}()<>[\]:;@\\,"]+$/u;
const DOMAIN =
  /^(?=.{1,255}$)[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]{0,62})(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]{0,62}))*$/u;
const DOMAIN_LITERAL = /^\[(?:IPv6:[0-9a-f:.]{2,45}|\d{1,3}(?:\.\d{1,3}){3})\]$/i;

/**
 * Refuses an address that could be read in two ways or break out of its line: CR, LF, NUL and other controls, quoted
 * local parts, several "@", groups, comments. Throws `MailError` INVALID_INPUT.
 */
export function assertSendable(address: Address): void {
  const { name = '', email } = address;
  const refuse = (why: string): never => {
    throw new MailError({
      code: 'INVALID_INPUT',
      message: `“${storable(email)
        .replace(/\p{Cc}/gu, ' ')
        .slice(0, 120)}” cannot be used as an address: ${why}.`,
      fix: 'Correct the address, in the form name@example.org.',
    });
  };
  if (/\p{Cc}|\u2028|\u2029/u.test(email) || /\p{Cc}|\u2028|\u2029/u.test(name))
    refuse('it contains a control character');
  const at = email.indexOf('@');
  if (at === -1 || at !== email.lastIndexOf('@')) refuse('it must contain exactly one @');
  const local = email.slice(0, at);
  const domain = email.slice(at + 1);
  if (!LOCAL_PART.test(local) || local.includes('=?') || Buffer.byteLength(local) > 64)
    refuse('the part before the @ is not usable');
  const isHostName = DOMAIN.test(domain) && (/^[ -~]*$/.test(domain) || domainToASCII(domain) !== '');
  if (!isHostName && !DOMAIN_LITERAL.test(domain)) refuse('the part after the @ is no host name');
  if (name.length > MAX_NAME) refuse('the name is too long');
  if (!email.isWellFormed() || !name.isWellFormed()) refuse('it is not well-formed text');
}
