import { describe, expect, it } from 'vitest';
import { emptyFields, isComplete, newConnectionOf, withCandidate, withGuess, withSecurity } from './connect-form.ts';

const fields = { ...emptyFields(), email: 'ada@example.org', password: 'not-a-real-password' };

it('sends only what was filled in', () => {
  const filled = withCandidate(fields, {
    imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'ada' },
    smtp: { host: 'smtp.example.org', port: 587, security: 'starttls', username: '' },
  });
  expect(newConnectionOf(filled)).toEqual({
    email: 'ada@example.org',
    imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'ada' },
    smtp: { host: 'smtp.example.org', port: 587, security: 'starttls' },
    auth: { type: 'password', password: 'not-a-real-password' },
  });
});

it('sends the pin of a trusted certificate and the password for sending', () => {
  const sent = newConnectionOf({ ...fields, smtpPassword: 'another-fake', pins: { imap: 'sha256/AAAA' } });
  expect([sent.tls, sent.smtp.password]).toEqual([{ pins: { imap: 'sha256/AAAA' } }, 'another-fake']);
});

it('forgets pins when the servers change', () => {
  expect(withGuess({ ...fields, pins: { imap: 'sha256/AAAA' } }, null).pins).toEqual({});
});

it('prefers the server’s own mail server over a guess', () => {
  const own = { host: 'mail.example.net', port: 993, security: 'tls' } as const;
  expect(withGuess(fields, { imap: own, smtp: { ...own, port: 465 } }).imap.host).toBe('mail.example.net');
  expect(withGuess(fields, null).imap.host).toBe('imap.example.org');
});

describe('the port follows the security', () => {
  it('when it is the usual one', () => {
    expect(withSecurity('smtp', fields.smtp, 'starttls').port).toBe('587');
  });
  it('but not when it was chosen by hand', () => {
    expect(withSecurity('smtp', { ...fields.smtp, port: '2525' }, 'starttls').port).toBe('2525');
  });
});

it.each([
  ['a missing host', { host: ' ' }, false],
  ['a port that is no number', { port: 'x' }, false],
  ['a port out of range', { port: '70000' }, false],
  ['both filled in', {}, true],
])('judges %s', (_name, change, complete) => {
  const filled = withGuess(fields, null);
  expect(isComplete({ ...filled, imap: { ...filled.imap, ...change } })).toBe(complete);
});
