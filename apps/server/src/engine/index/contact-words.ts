/**
 * One person, however spelled, and the words that find them: the start of any word of name or address, accents and case
 * aside; CJK anywhere, because it has no spaces. Pure.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import { fold } from './search-words.ts';

/** QUIRK: Google takes an address with and without dots, under either domain, for the same. */
const DOTLESS = new Map([
  ['gmail.com', 'gmail.com'],
  ['googlemail.com', 'gmail.com'],
]);
const LETTERS: Readonly<Record<string, string>> = { æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const BREAKS = /[^\p{L}\p{N}]+/u;
/** Of one name and address. */
const MAX_WORDS = 60;
/** Of a query. */
const MAX_ASKED = 5;
/** Characters of one word, which PostgreSQL takes up to 2,046 octets of; what is longer is found by these. */
const MAX_LENGTH = 200;

/** What two spellings of one address have in common. */
export function personKey(email: string): string {
  const lower = email.toLowerCase();
  const at = lower.lastIndexOf('@');
  const local = lower.slice(0, at);
  const domain = lower.slice(at + 1);
  const dotless = DOTLESS.get(domain);
  if (dotless !== undefined) return `${local.replaceAll('.', '') || local}@${dotless}`;
  return `${local}@${domainToASCII(domain) || domain}`;
}

/** The name without quotation marks around it; none where it only repeats the address. */
export function personName(name: string, email: string): string {
  const bare = name.replace(/^["'“”‘’\s]+|["'“”‘’\s]+$/gu, '').slice(0, 200);
  return bare.toLowerCase() === email.toLowerCase() ? '' : bare;
}

/** Words with a space before each: those of the name, of the address, and both as they are written. */
export function contactWords(name: string, email: string): string {
  const address = foldName(email);
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const unicode = foldName(domainToUnicode(domain) || domain);
  const written = foldName(name).split(/\s+/);
  const words = [
    ...written,
    ...written.flatMap((word) => word.split(BREAKS)),
    address,
    ...address.split(BREAKS),
    `@${domain}`,
    unicode,
    ...unicode.split(BREAKS),
  ];
  const distinct = [...new Set(words.map(withoutMarks).filter((word) => word !== ''))];
  return distinct
    .slice(0, MAX_WORDS)
    .map((word) => ` ${word}`)
    .join('');
}

/** What such words have to hold, all of it: with a space before it, a word that begins so. */
export function wordStarts(query: string): string[] {
  const words = foldName(query).split(/[\s,;<>"()]+/);
  return words
    .map(withoutMarks)
    .filter((word) => word !== '')
    .slice(0, MAX_ASKED)
    .map((word) => (CJK.test(word) ? word : ` ${word}`));
}

/** Without punctuation in front, unless there is nothing else. */
function withoutMarks(word: string): string {
  const first = Math.max(0, word.search(/[\p{L}\p{N}@]/u));
  return word.slice(first, first + MAX_LENGTH);
}

function foldName(text: string): string {
  return fold(text).replace(/[æœđðþı]/g, (letter) => LETTERS[letter] ?? letter);
}
