import { expect, it } from 'vitest';
import { resent } from './resent.ts';

const octets = Buffer.from('From: a@x.example\r\nSubject: é\r\nX-Odd:\tas it\r\n  was \r\n\r\nBody\n.\r\n');
const from = { name: 'Ada Lund', email: 'ada@lab.test' };
const sending = {
  from,
  to: [{ name: 'Zoë', email: 'zoe@lab.test' }, { email: 'bob@lab.test' }],
  date: new Date('2026-05-01T10:00:00Z'),
  messageId: '<r1@lab.test>',
};

it('puts the Resent- fields before a message, and leaves the rest as it is', () => {
  expect(resent(octets, { ...sending, cc: [from] }).toString()).toBe(
    [
      'Resent-Date: Fri, 01 May 2026 10:00:00 +0000',
      'Resent-From: Ada Lund <ada@lab.test>',
      'Resent-To: =?UTF-8?B?Wm/Dqw==?= <zoe@lab.test>, bob@lab.test',
      'Resent-Cc: Ada Lund <ada@lab.test>',
      'Resent-Message-ID: <r1@lab.test>',
      octets.toString(),
    ].join('\r\n'),
  );
});

it('comes before the fields of one who sent it on before', () => {
  const once = resent(octets, sending);
  const twice = resent(once, { ...sending, messageId: '<r2@lab.test>' });
  expect(twice.subarray(-once.length).equals(once)).toBe(true);
});

it.each([
  { to: [{ email: 'bob@lab.test\r\nBcc: eve@lab.test' }] },
  { to: [{ name: 'Bob\r\nX-Pwned: 1', email: 'bob@lab.test' }] },
  { messageId: 'X-Pwned: 1' },
  { from: { email: 'nobody' } },
])('refuses what would be more than a field: %j', (change) => {
  expect(() => resent(octets, { ...sending, ...change })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});
