/**
 * Text that can be kept and sent at all. NUL ends a string in half of the world and PostgreSQL stores none; half of a
 * surrogate pair is no character, and its JSON no valid one. What carries either is refused where it comes in, whatever
 * field it is in, so that nothing behind needs to think of it.
 */
import { MailError } from './driver/errors.ts';

/** Deeper than any input of ours; what is nested further is refused like bad text. */
const MAX_DEPTH = 20;

function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_DEPTH) return false;
  return Object.entries(value).every(([key, inner]) => isPlain(key) && isPlain(inner, depth + 1));
}

/** Looks through all of a decoded input, names of fields included. Throws INVALID_INPUT. */
export function requirePlainText(input: unknown): void {
  if (isPlain(input)) return;
  throw new MailError({
    code: 'INVALID_INPUT',
    message: 'The text contains a character that cannot be stored or sent.',
    fix: 'Remove it and try again.',
  });
}
