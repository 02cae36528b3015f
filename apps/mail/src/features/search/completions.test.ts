import { expect, it } from 'vitest';
import { completions } from './completions.ts';

const values = (query: string) => completions(query).map(({ value }) => value);

it('offers the usual operators for an empty box', () => {
  expect(values('').slice(0, 3)).toEqual(['from:', 'to:', 'subject:']);
});

it('completes the last word and keeps what stands before it', () => {
  expect(values('invoice is:')).toEqual(['invoice is:unread ', 'invoice is:starred ', 'invoice is:read ']);
});

it('offers nothing for ordinary words, after a space, or for what is complete', () => {
  expect([values('invoice'), values('invoice '), values('from:')]).toEqual([[], [], []]);
});
