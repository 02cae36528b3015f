import { describe, expect, it } from 'vitest';
import { advance, emptyListState, type ListEvent, reduceList } from './list-state.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const after = (...events: ListEvent[]) => {
  const { focusId, selected } = events.reduce((state, event) => reduceList(state, event, ids), emptyListState);
  return { focusId, selected: [...selected] };
};

describe('moving', () => {
  it('starts at the top and stays inside the list', () => {
    expect(after({ type: 'step', by: 1 })).toEqual({ focusId: 'a', selected: [] });
    expect(after({ type: 'focus', id: 'e' }, { type: 'step', by: 1 })).toEqual({ focusId: 'e', selected: [] });
    expect(after({ type: 'focus', id: 'a' }, { type: 'step', by: -1 })).toEqual({ focusId: 'a', selected: [] });
  });
});

describe('selecting', () => {
  it('toggles one', () => {
    expect(after({ type: 'toggle', id: 'b' }, { type: 'toggle', id: 'd' }, { type: 'toggle', id: 'b' })).toEqual({
      focusId: 'b',
      selected: ['d'],
    });
  });

  it('takes the range from where the selection began, in either direction', () => {
    expect(after({ type: 'toggle', id: 'b' }, { type: 'range', id: 'd' }).selected).toEqual(['b', 'c', 'd']);
    expect(after({ type: 'toggle', id: 'd' }, { type: 'range', id: 'b' }).selected).toEqual(['d', 'b', 'c']);
  });

  it('grows and shrinks by the keyboard', () => {
    const grown: ListEvent[] = [
      { type: 'focus', id: 'b' },
      { type: 'extend', by: 1 },
      { type: 'extend', by: 1 },
    ];
    expect(after(...grown)).toEqual({ focusId: 'd', selected: ['b', 'c', 'd'] });
    expect(after(...grown, { type: 'extend', by: -1 })).toEqual({ focusId: 'c', selected: ['b', 'c'] });
  });

  it('takes all, and none', () => {
    expect(after({ type: 'selectAll' }).selected).toEqual(ids);
    expect(after({ type: 'selectAll' }, { type: 'clear' }).selected).toEqual([]);
  });
});

describe('what is opened after the open conversation left', () => {
  it.each([
    ['the next', ['b'], 'b', 'next', 'c'],
    ['the next that stays', ['b', 'c'], 'b', 'next', 'd'],
    ['the previous at the end of the list', ['e'], 'e', 'next', 'd'],
    ['the previous', ['c'], 'c', 'previous', 'b'],
    ['nothing, when the list is wanted', ['c'], 'c', 'list', undefined],
    ['nothing, when nothing stays', ids, 'c', 'next', undefined],
  ] as const)('%s', (_name, leaving, openId, to, opened) => {
    expect(advance(ids, new Set(leaving), openId, to)).toBe(opened);
  });
});
