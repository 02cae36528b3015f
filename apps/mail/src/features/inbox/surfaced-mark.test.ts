import { expect, it } from 'vitest';
import { surfacedWords } from './surfaced-mark.tsx';

const now = new Date('2026-11-26T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();

it.each([
  { surfaced: { at: ago(0), by: 'snooze' as const }, words: 'Snoozed until now' },
  { surfaced: { at: ago(23), by: 'snooze' as const }, words: 'Snoozed until now' },
  { surfaced: { at: ago(72), by: 'snooze' as const }, words: 'Snoozed until 23 Nov' },
  { surfaced: { at: ago(1), by: 'reminder' as const, since: ago(73) }, words: 'No answer for 3 days' },
  { surfaced: { at: ago(0), by: 'reminder' as const, since: ago(5) }, words: 'No answer for 5 hours' },
  { surfaced: { at: ago(0), by: 'reminder' as const, since: ago(0) }, words: 'No answer for 1 minute' },
])('says “$words”', ({ surfaced, words }) => {
  expect(surfacedWords(surfaced, now)).toBe(words);
});
