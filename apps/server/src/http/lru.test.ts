import { expect, it } from 'vitest';
import { createLru } from './lru.ts';

const byLength = () => createLru<string>({ maxWeight: 10, weigh: (value) => value.length });

it('forgets what was not used for longest', () => {
  const lru = byLength();
  lru.set('a', '12345');
  lru.set('b', '12345');
  lru.get('a');
  lru.set('c', '1');
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual(['12345', undefined, '1']);
});

it('does not keep what is too heavy for all of it', () => {
  const lru = byLength();
  lru.set('a', 'x'.repeat(11));
  lru.set('b', '12345');
  expect([lru.get('a'), lru.get('b')]).toEqual([undefined, '12345']);
});

it('counts a value once that is set again', () => {
  const lru = byLength();
  for (let turn = 0; turn < 5; turn += 1) lru.set('a', '12345');
  lru.set('b', '12345');
  expect([lru.get('a'), lru.get('b')]).toEqual(['12345', '12345']);
});
