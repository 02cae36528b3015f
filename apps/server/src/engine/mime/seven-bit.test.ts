import { expect, it } from 'vitest';
import { type BuildInput, buildMessage } from './build.ts';
import { readAll, sourceOf } from './frozen.ts';
import { parseMessage } from './parse.ts';
import { inSevenBits } from './seven-bit.ts';

const eight = Buffer.from('Subject: Grüße\r\n\r\nGrüße\r\n');
const seven = Buffer.from('Subject: Greetings\r\n\r\nGreetings\r\n');
const stored = Buffer.from('the plan');
const input = (...messages: Buffer[]): BuildInput => ({
  from: { email: 'ada@lab.test' },
  subject: 'Größe',
  html: '<p>會議</p>',
  messageId: '<a@lab.test>',
  date: new Date('2026-01-02T03:04:05Z'),
  attachments: [
    ...messages.map((content, index) => ({ filename: `${index}.eml`, mimeType: 'message/rfc822', content })),
    {
      filename: 'plan.txt',
      mimeType: 'text/plain',
      content: { uploadId: 'plan', size: stored.length, sha256: Buffer.from('plan') },
    },
  ],
});
async function* read() {
  yield stored;
}

it('what is ASCII is left as it is', async () => {
  expect(inSevenBits(await buildMessage(input(seven)))).toBeUndefined();
});

it('messages with eight bits within the message keep every octet, and files stay in their places', async () => {
  const sent = inSevenBits(await buildMessage(input(eight, seven, eight)));
  if (!sent) throw new Error('It has eight bits');
  const octets = await readAll(sourceOf(sent, read));
  expect(octets.every((octet) => octet < 0x80)).toBe(true);
  expect(parseMessage(octets).attachments.map(({ mimeType, content }) => [mimeType, content])).toEqual([
    ['message/global', eight],
    ['message/rfc822', seven],
    ['message/global', eight],
    ['text/plain', stored],
  ]);
});
