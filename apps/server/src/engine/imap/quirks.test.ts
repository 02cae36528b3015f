import { expect, test } from 'vitest';
import { quirksOf } from './quirks.ts';

test.each([
  ['imap.mail.yahoo.com', { idleMs: 180_000 }],
  ['IMAP.AOL.COM.', { idleMs: 180_000 }],
  ['p42.imap.mail.me.com', { qresync: false }],
  ['imap.163.com', { idleMs: 55_000, pollBy: 'STATUS' }],
  ['notimap.163.com', {}],
  ['mail.lab.test', {}],
])('what is known of %s', (host, quirks) => {
  expect(quirksOf(host)).toMatchObject(quirks);
  expect(
    Object.keys(quirksOf(host))
      .filter((key) => key !== 'hosts')
      .sort(),
  ).toEqual(Object.keys(quirks).sort());
});
