/** What is a public id, and what only looks like one. */
import { describe, expect, it } from 'vitest';
import { isPublicId, parseConnectionId, parseId } from './ids.ts';

const NOT_FOUND = expect.objectContaining({ code: 'MESSAGE_NOT_FOUND' });

describe('a public id', () => {
  it('carries its account and its number', () => {
    expect(parseId('thread', 't12-345')).toEqual({ kind: 'thread', connectionId: 12, id: 345 });
    expect(parseId('label', 'l2147483647-2147483647').id).toBe(2_147_483_647);
    expect(parseConnectionId('c7')).toBe(7);
  });

  it.each([
    '',
    't1',
    't1-',
    't-1-1',
    't1--1',
    't1-1-1',
    't0-1',
    't1-0',
    't01-1',
    't1-01',
    ' t1-1',
    't1-1 ',
    't1-1\n',
    'T1-1',
    'm1-1',
    't1.5-1',
    't1e3-1',
    't0x1-1',
    't１-１',
    't١-١',
    't1-1\0',
    '__proto__',
    'constructor',
    't2147483648-1',
    't1-9007199254740992',
    't1-99999999999999999999',
  ])('of a conversation is not %j', (text) => {
    expect(isPublicId('thread', text)).toBe(false);
    expect(() => parseId('thread', text)).toThrow(NOT_FOUND);
  });

  it.each(['mailbox', 'label', 'identity'] as const)('of a %s has no larger number than its column', (kind) => {
    const prefix = { mailbox: 'f', label: 'l', identity: 'i' }[kind];
    expect(isPublicId(kind, `${prefix}1-2147483647`)).toBe(true);
    expect(isPublicId(kind, `${prefix}1-2147483648`)).toBe(false);
  });

  it.each(['', 'c', 'c0', 'c-1', 'c1 ', 'c01', 'c１', 'c2147483648', 'c9999999999', 't1-1', 'all', '1'])(
    'of an account is not %j',
    (text) => {
      expect(() => parseConnectionId(text)).toThrow(NOT_FOUND);
    },
  );
});
