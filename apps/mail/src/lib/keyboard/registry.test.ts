import { describe, expect, it } from 'vitest';
import { commands, findConflicts, keyCaps } from './registry.ts';

it('has no two commands on the same keys', () => {
  expect(findConflicts(commands)).toEqual([]);
});

it('has every command once', () => {
  expect(commands.map(({ id }) => id)).toEqual([...new Set(commands.map(({ id }) => id))]);
});

describe('conflicts', () => {
  it('finds the same key twice', () => {
    expect(
      findConflicts([
        { id: 'one', keys: ['e'] },
        { id: 'two', keys: ['x', 'e'] },
      ]),
    ).toEqual([{ keys: 'e', ids: ['one', 'two'] }]);
  });

  it('finds a key that is the beginning of a sequence', () => {
    expect(
      findConflicts([
        { id: 'one', keys: ['g'] },
        { id: 'two', keys: ['g i'] },
      ]),
    ).toEqual([{ keys: 'g', ids: ['one', 'two'] }]);
  });

  it('tells modifiers apart', () => {
    expect(
      findConflicts([
        { id: 'one', keys: ['u'] },
        { id: 'two', keys: ['Shift+u'] },
        { id: 'three', keys: ['$mod+u'] },
      ]),
    ).toEqual([]);
  });
});

it('prints key caps as they are written on keyboards', () => {
  expect([
    keyCaps('g i', false),
    keyCaps('$mod+k', false),
    keyCaps('$mod+k', true),
    keyCaps('[Shift]+?', true),
  ]).toEqual([['g', 'i'], ['Ctrl', 'k'], ['⌘', 'k'], ['?']]);
});
