/** Names in an archive: each once, for whoever unpacks it on whatever system. */
import { expect, it } from 'vitest';
import { distinctNames } from './attachments-zip.ts';

it('tells names apart, without regard to case, and by none that is there already', () => {
  expect(distinctNames(['a.txt', 'A.TXT', 'a (2).txt', 'a.txt', 'b', 'B', '.c', '.c'])).toEqual([
    'a.txt',
    'A (2).TXT',
    'a (2) (2).txt',
    'a (3).txt',
    'b',
    'B (2)',
    '.c',
    '.c (2)',
  ]);
});
