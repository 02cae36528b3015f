import { expect, it } from 'vitest';
import { senderLine } from './sender-line.ts';

const ada = { name: 'Ada Lovelace', email: 'ada@example.org' };
const grace = { name: 'Grace Hopper', email: 'grace@example.org' };
const linus = { email: 'linus@example.org' };
const own = new Set(['me@example.org']);
const me = { name: 'Somebody', email: 'Me@example.org' };

it.each([
  ['one by the whole name', [ada], 'Ada Lovelace'],
  ['several by short names', [ada, grace], 'Ada, Grace'],
  ['one’s own address as me', [ada, me], 'Ada, me'],
  ['each once', [ada, { ...ada, email: 'ADA@example.org' }, grace], 'Ada, Grace'],
  ['the first and the last two of many', [ada, me, grace, linus], 'Ada … Grace, linus'],
  ['nobody', [], 'Unknown sender'],
])('shows %s', (_name, senders, line) => {
  expect(senderLine(senders, own)).toBe(line);
});
