import { expect, it } from 'vitest';
import { hasMarkup } from './has-markup.ts';

it.each([
  ['<p>Ada</p>', true],
  ['Ada<br>Lund', true],
  ['Ada<br/>Lund', true],
  ['<a href="https://lab.test">Ada</a>', true],
  ['<H1 class=x>', true],
  ['Ada Lund', false],
  ['Ada <ada@lab.test>', false],
  ['<https://lab.test>', false],
  ['I <3 mail, 1 < 2 > 0', false],
  ['', false],
])('%s: %s', (text, is) => {
  expect(hasMarkup(text)).toBe(is);
});
