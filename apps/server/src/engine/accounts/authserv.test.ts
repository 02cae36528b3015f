import { describe, expect, it } from 'vitest';
import { type AuthservFacts, isOwnAuthserv } from './authserv.ts';

const facts = (change: Partial<AuthservFacts> = {}): AuthservFacts => ({
  email: 'ada@example.org',
  hosts: ['imap.host.example', 'smtp.host.example'],
  seen: [],
  ...change,
});
const seen = (id: string | null, messages: number, domains = messages) => ({ id, messages, domains });

describe('isOwnAuthserv', () => {
  it.each<[string, string, AuthservFacts, boolean]>([
    ['a name in the account’s domain', 'mx1.example.org', facts(), true],
    ['a name in the domain of its mail host', 'mx.host.example', facts(), true],
    ['any other name', 'mx.evil.test', facts(), false],
    ['a name that only ends alike', 'notexample.org', facts(), false],
    ['Google’s for a Gmail account', 'mx.google.com', facts({ hosts: ['imap.gmail.com'] }), true],
    ['Google’s for any other account', 'mx.google.com', facts(), false],
    ['no name at Microsoft', '', facts({ hosts: ['outlook.office365.com'] }), true],
    ['no name anywhere else', '', facts(), false],
    [
      'what nearly all mail bears',
      'filter.example.net',
      facts({ seen: [seen('filter.example.net', 40), seen(null, 2)] }),
      true,
    ],
    [
      'what all mail of one sender bears',
      'lists.example.net',
      facts({ seen: [seen('lists.example.net', 40, 1)] }),
      false,
    ],
    [
      'what some mail bears',
      'filter.example.net',
      facts({ seen: [seen('filter.example.net', 20), seen(null, 20)] }),
      false,
    ],
    ['what a few messages bear', 'filter.example.net', facts({ seen: [seen('filter.example.net', 6)] }), false],
    [
      'our own name where mail bears none',
      'mx.example.org',
      facts({ seen: [seen(null, 30), seen('mx.example.org', 1)] }),
      false,
    ],
  ])('%s', (_, id, known, isOwn) => {
    expect(isOwnAuthserv(id, known)).toBe(isOwn);
  });
});
