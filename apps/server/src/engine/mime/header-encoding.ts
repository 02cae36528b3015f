/**
 * Header fields as they are sent: encoded-words (RFC 2047), phrases and address lists (RFC 5322 §3.4, RFC 6532 for local
 * parts that are no ASCII), folded at 76 characters where there is a place to fold. What was typed is what is read: text
 * that looks like an encoded-word is encoded itself. Pure; the values are one line each, which the caller has made sure of.
 */
import { domainToASCII } from 'node:url';
import type { Address } from './addresses.ts';

/** A folded line is at most so long. */
const LINE = 76;
/** Octets of text in one encoded-word: with `=?UTF-8?B?…?=` it fits a line beside the name of its field. */
const WORD_OCTETS = 39;
/** RFC 5322 §2.1.1: no line may be longer than 998. */
const MAX_TOKEN = 900;

/** One field with its line end. The value stands as it is, folded at its spaces. */
export function structuredField(name: string, value: string): string {
  return field(name, value.split(' '));
}

/** One field of text, with its line end. `longest`: a word that is longer is encoded, so that the line can be folded. */
export function textField(name: string, value: string, longest = MAX_TOKEN): string {
  return field(name, isPlain(value, longest) ? value.split(' ') : encodedWords(value));
}

/** One field of addresses, with its line end. */
export function addressField(name: string, addresses: readonly Address[]): string {
  const tokens = addresses.flatMap((address, index) => {
    const written = mailbox(address);
    const end = index === addresses.length - 1 ? '' : ',';
    return written.map((token, at) => (at === written.length - 1 ? `${token}${end}` : token));
  });
  return field(name, tokens);
}

/** The address as it goes over the wire: the domain in ASCII, unless what stands before it needs SMTPUTF8 anyway. */
export function wireAddress(email: string): string {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  const domain = email.slice(at + 1);
  if (at === -1 || !isAscii(local) || isAscii(domain)) return email;
  return `${local}@${domainToASCII(domain) || domain}`;
}

/** Whether the text is ASCII and has no control characters. */
export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function mailbox({ name, email }: Address): string[] {
  const address = wireAddress(email);
  return name === undefined || name === '' ? [address] : [...phrase(name), `<${address}>`];
}

/** A display name: atoms, a quoted string, or encoded-words. */
function phrase(name: string): string[] {
  if (!isPlain(name, LINE)) return encodedWords(name);
  if (/^[\w!#$%&'*+/=?^`{|}~ -]+$/.test(name)) return name.split(' ');
  return `"${name.replace(/[\\"]/g, '\\$&')}"`.split(' ');
}

/** Nothing to encode: ASCII that folds, and that nobody takes for an encoded-word. */
function isPlain(value: string, longest: number): boolean {
  return isAscii(value) && !value.includes('=?') && !value.split(' ').some((word) => word.length > longest);
}

/** Encoded-words of whole characters; white space between two of them is no text. */
function encodedWords(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let octets = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (octets + size > WORD_OCTETS) {
      pieces.push(piece);
      piece = '';
      octets = 0;
    }
    piece += character;
    octets += size;
  }
  return [...pieces, piece].map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`);
}

/** Tokens with single spaces between them, on as many lines as it takes. A line that is blank would end the header. */
function field(name: string, tokens: readonly string[]): string {
  let out = `${name}:`;
  let length = out.length;
  let isBlank = true;
  for (const token of tokens) {
    if (length + 1 + token.length > LINE && !isBlank && token !== '') {
      out += '\r\n';
      length = 0;
      isBlank = true;
    }
    out += ` ${token}`;
    length += 1 + token.length;
    isBlank &&= token === '';
  }
  return `${out.trimEnd()}\r\n`;
}
