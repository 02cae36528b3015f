/** What is asked once before a message goes: what a template left open, a file that is spoken of and not there, no subject. Pure. */
import { ATTACHMENT_WORDS } from './attachment-words.ts';
import { openPlaceholder } from './placeholders.ts';

export type SendQuestion =
  | { kind: 'placeholder'; placeholder: string }
  | { kind: 'no-file'; word: string }
  | { kind: 'no-subject' };

/** Scripts that put no spaces between words: what is looked for may stand anywhere. */
const WITHOUT_SPACES = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]+$/u;

function patternOf(word: string): string {
  if (WITHOUT_SPACES.test(word)) return word;
  const stem = word.replace(/\*$/, '').replaceAll(' ', '\\s+');
  return `(?<![\\p{L}\\p{M}])${stem}${word.endsWith('*') ? '[\\p{L}\\p{M}]*' : '(?![\\p{L}\\p{M}])'}`;
}

const SPOKEN_OF = new RegExp(Object.values(ATTACHMENT_WORDS).flat().map(patternOf).join('|'), 'iu');

/** The words that speak of a file, in any of the languages. `written`: what the person wrote, without signature and quote. */
export function wordOfFile(written: string): string | undefined {
  return SPOKEN_OF.exec(written.normalize('NFC'))?.[0];
}

/** The first of what there is to ask. `asked`: what has been answered already. */
export function questionBefore(
  message: { subject: string; written: string; hasFiles: boolean },
  asked: ReadonlySet<SendQuestion['kind']>,
): SendQuestion | undefined {
  const placeholder = openPlaceholder(`${message.subject}\n${message.written}`);
  if (placeholder !== undefined && !asked.has('placeholder')) return { kind: 'placeholder', placeholder };
  const word = message.hasFiles ? undefined : wordOfFile(message.written);
  if (word !== undefined && !asked.has('no-file')) return { kind: 'no-file', word };
  if (message.subject.trim() === '' && !asked.has('no-subject')) return { kind: 'no-subject' };
  return undefined;
}
