/**
 * The header of a message that is built (RFC 5322 §3.6), but for Date, Message-ID and what MIME says of the body: who, what
 * about, in answer to what. Nothing that is given can begin a field of its own.
 */
import { MailError } from '../../lib/driver/errors.ts';
import { type Address, assertSendable } from './addresses.ts';
import type { BuildInput } from './build.ts';
import { addressField, structuredField, textField } from './header-encoding.ts';
import { capReferences, parseMessageId } from './message-ids.ts';

const ALLOWED_HEADERS =
  /^(?:x-[a-z0-9-]{1,60}|importance|priority|sensitivity|auto-submitted|precedence|disposition-notification-to|list-(?:id|unsubscribe|unsubscribe-post|post|help|archive)|organization|comments|keywords|user-agent|in-reply-to|references)$/i;
const ID = /^<[!-;=?-~]{1,990}>$/;
/** A subject is folded everywhere: what has no place to fold is encoded. */
const LONGEST_OF_SUBJECT = 66;

/** The fields, each with its line end. Throws `MailError` INVALID_INPUT for what cannot stand in a header. */
export function headerOf(input: BuildInput): string {
  const lists = [
    ['From', checked([input.from], false)],
    ['Reply-To', checked(input.replyTo, input.skipUnsendable)],
    ['To', checked(input.to, input.skipUnsendable)],
    ['Cc', checked(input.cc, input.skipUnsendable)],
    ['Bcc', input.keepBcc === true ? checked(input.bcc, input.skipUnsendable) : []],
  ] as const;
  const addresses = lists.map(([name, list]) => (list.length === 0 ? '' : addressField(name, list)));
  const subject = requireOneLine('subject', input.subject ?? '').trim();
  return [
    ...addresses,
    textField('Subject', subject, LONGEST_OF_SUBJECT),
    ...ancestry(input),
    ...further(input.headers ?? {}),
  ].join('');
}

/** A Message-ID that can stand in a header. */
export function requireId(messageId: string): string {
  const id = parseMessageId(messageId);
  if (id === undefined || !ID.test(id)) throw invalid('The Message-ID is not usable.');
  return id;
}

export function invalid(message: string): MailError {
  return new MailError({ code: 'INVALID_INPUT', message, fix: 'Correct it and try again.' });
}

/** In-Reply-To and References, as given for themselves or among the further fields. */
function ancestry({ inReplyTo, references, headers = {} }: BuildInput): string[] {
  const fieldOf = (key: string) =>
    Object.entries(headers)
      .find(([name]) => name.toLowerCase() === key)?.[1]
      .split(/(?<=>)\s*/) ?? [];
  const parents = ids(inReplyTo === undefined ? fieldOf('in-reply-to') : [inReplyTo].flat());
  const ancestors = capReferences(ids(references ?? fieldOf('references')));
  return [
    ...(parents.length > 0 ? [structuredField('In-Reply-To', parents.join(' '))] : []),
    ...(ancestors.length > 0 ? [structuredField('References', ancestors.join(' '))] : []),
  ];
}

function further(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!ALLOWED_HEADERS.test(name)) throw invalid(`The header field “${name.slice(0, 60)}” cannot be set.`);
    if (/^(?:in-reply-to|references)$/i.test(name)) return [];
    return [textField(name, requireOneLine(name, value).trim())];
  });
}

function checked(addresses: readonly Address[] = [], skipUnsendable = false): Address[] {
  return addresses
    .filter((address) => isUsable(address, skipUnsendable))
    .map(({ name = '', email }) => ({ name: name.replace(/\s+/gu, ' ').trim(), email }));
}

function isUsable(address: Address, skipUnsendable: boolean): boolean {
  try {
    assertSendable(address);
    return true;
  } catch (error) {
    if (skipUnsendable && error instanceof MailError) return false;
    throw error;
  }
}

/** Ids that come from other people's mail: what is not clean ASCII in brackets is left out. */
function ids(values: readonly string[]): string[] {
  return values
    .map((value) => value.trim())
    .map((value) => (value === '' || value.startsWith('<') ? value : `<${value}>`))
    .filter((value) => ID.test(value));
}

function requireOneLine(name: string, value: string): string {
  const spaced = value.replaceAll('\t', ' ');
  if (/[\p{Cc}\u2028\u2029]/u.test(spaced))
    throw invalid(`The ${name} contains a line break or another control character.`);
  return spaced.toWellFormed();
}
