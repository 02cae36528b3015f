import { describe, expect, it } from 'vitest';
import { withKey } from './typed-ahead.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, repeat: false };
const typing = (...keys: string[]) => keys.reduce((text, key) => withKey(text, { ...none, key }), '');

describe('what is typed while a composer opens', () => {
  it('is kept in order, whatever script it is in', () => {
    expect(typing('D', 'é', ' ', '山', '😀')).toBe('Dé 山😀');
  });

  it('is taken back by Backspace, a whole character at a time', () => {
    expect(typing('a', '😀', 'Backspace', 'b')).toBe('ab');
    expect(typing('Backspace')).toBe('');
  });

  it('has nothing of keys that write nothing', () => {
    expect(typing('Shift', 'A', 'Enter', 'Tab', 'ArrowLeft', 'Dead')).toBe('A');
  });

  it.each(['ctrlKey', 'metaKey', 'altKey', 'repeat'] as const)('has nothing of a key with %s', (how) => {
    expect(withKey('a', { ...none, key: 'c', [how]: true })).toBe('a');
  });
});
