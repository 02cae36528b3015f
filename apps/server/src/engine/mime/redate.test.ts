import { expect, it } from 'vitest';
import { buildMessage } from './build.ts';
import { redated } from './redate.ts';

const build = (date: Date) =>
  buildMessage({
    from: { email: 'ada@lab.test' },
    to: [{ email: 'bob@lab.test' }],
    subject: 'Date: of the meeting',
    html: '<p>Date: Thu, 01 Jan 2026 00:00:00 +0000</p>',
    messageId: '<one@lab.test>',
    date,
  });

it('changes the Date field and not an octet beside it, whatever the day', async () => {
  const frozen = await build(new Date('2026-01-01T00:00:00Z'));
  for (const day of ['2026-12-31T23:59:59Z', '2027-03-28T01:30:00Z']) {
    const moved = redated(frozen, new Date(day)).octets.toString();
    expect(moved).toBe(
      frozen.octets.toString().replace(/^Date: .*$/m, `Date: ${new Date(day).toUTCString().replace('GMT', '+0000')}`),
    );
  }
});

it('leaves the message that it was given as it was', async () => {
  const frozen = await build(new Date('2026-01-01T00:00:00Z'));
  const before = frozen.octets.toString();
  redated(frozen, new Date('2026-02-02T00:00:00Z'));
  expect(frozen.octets.toString()).toBe(before);
});

it('leaves alone what has no Date of ours', () => {
  const octets = Buffer.from('Subject: none\r\n\r\nDate: here\r\n');
  expect(redated({ octets, files: [] }, new Date()).octets.toString()).toBe(octets.toString());
});
