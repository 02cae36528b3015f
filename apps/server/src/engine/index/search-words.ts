/**
 * Text to search words, the same for what is kept and what is asked: compatibility forms folded, accents and case aside,
 * runs of letters and digits; CJK by pairs of characters, because it has no spaces. Pure.
 */
const ACCENTS = /\p{M}+/gu;
const WORD = /[\p{L}\p{N}]+/gu;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const CJK_RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+/gu;
const MAX_WORD = 64;
/** Characters of one text that are indexed. */
export const MAX_TEXT = 64 * 1024;

/** Case, accents and compatibility forms aside. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o');
}

/** The words of a text in order. */
export function searchWords(text: string): string[] {
  const words: string[] = [];
  for (const [run] of fold(text.slice(0, MAX_TEXT)).normalize('NFC').matchAll(WORD)) {
    for (const [piece] of run.matchAll(CJK_RUN)) {
      if (CJK.test(piece)) words.push(...pairs(piece));
      else words.push(piece.slice(0, MAX_WORD));
    }
  }
  return words;
}

/** Every two neighbours; a single character alone. */
function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}

export type Weight = 'A' | 'B' | 'C' | 'D';

/** Positions a word may have (PostgreSQL keeps at most 16,383). */
const MAX_POSITION = 16_000;
/** Octets of words and positions; PostgreSQL refuses a tsvector of 1 MiB. What comes later is left out. */
const MAX_VECTOR = 900_000;

/** A text to be found by. With a field its words are also kept as `field:word`, so that a search can ask for them there. */
export interface IndexedText {
  readonly text: string;
  readonly weight: Weight;
  readonly field?: 'from' | 'to' | 'cc' | 'filename';
}

/** A PostgreSQL tsvector literal; words are letters and digits only, so nothing needs escaping. */
export function vectorOf(texts: readonly IndexedText[]): string {
  const positions = new Map<string, string[]>();
  let position = 0;
  let octets = 0;
  const note = (lexeme: string, weight: Weight) => {
    const at = positions.get(lexeme) ?? [];
    // A word costs its octets, a count and their alignment; each position two octets.
    const cost = (at.length === 0 ? Buffer.byteLength(lexeme) + 3 : 0) + 2;
    if (at.length >= 100 || octets + cost > MAX_VECTOR) return;
    octets += cost;
    at.push(`${position}${weight}`);
    positions.set(lexeme, at);
  };
  for (const { text, weight, field } of texts) {
    for (const word of searchWords(text)) {
      position = Math.min(position + 1, MAX_POSITION);
      note(word, weight);
      if (field) note(`${field}:${word}`, weight);
    }
    // A phrase never runs from one text into the next.
    position = Math.min(position + 10, MAX_POSITION);
  }
  return [...positions].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ');
}
