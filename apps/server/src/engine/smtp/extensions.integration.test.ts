/** What a message needs of the server, held against what the server offers: on a real Dovecot, with a scriptable submission server. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SendInput } from '../../lib/driver/schemas.ts';
import { row } from '../index/sql.ts';
import { parseMessage } from '../mime/index.ts';
import { withSending } from '../outbox/sending.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const MESSAGE = Buffer.from('Subject: Grüße\r\n\r\nGrüße\r\n');
const attached: Partial<SendInput> = {
  attachments: [{ name: 'm.eml', type: 'message/rfc822', size: MESSAGE.length, base64: MESSAGE.toString('base64') }],
};

interface Sent {
  readonly smtp: MemorySmtp;
  readonly state: { state: string; recipients: { email: string; status: string }[]; error: { code: string } | null };
}

async function sendTo(extensions: string[], input: Partial<SendInput>): Promise<Sent> {
  const smtp = await startMemorySmtp({ tls: 'starttls', extensions });
  const sent: Sent[] = [];
  try {
    await withSending(database, smtp, async ({ send, run }) => {
      await send(input);
      await run();
      const state = await row<Sent['state']>(
        database.pool,
        'select state, recipients, error from outbox order by id desc limit 1',
      );
      sent.push({ smtp, state: state as Sent['state'] });
    });
  } finally {
    await smtp.stop();
  }
  return sent[0] as Sent;
}

it('a message with eight bits goes as it is where they are taken', async () => {
  const { smtp, state } = await sendTo(['8BITMIME'], attached);
  const [file] = parseMessage(smtp.messages[0]?.raw ?? Buffer.alloc(0)).attachments;
  expect([state.state, file?.mimeType, file?.content]).toEqual(['sent', 'message/rfc822', MESSAGE]);
});

it('and in seven bits where they are not, with every octet', async () => {
  const { smtp, state } = await sendTo([], attached);
  const raw = smtp.messages[0]?.raw ?? Buffer.alloc(0);
  const [file] = parseMessage(raw).attachments;
  expect([state.state, file?.mimeType, file?.content]).toEqual(['sent', 'message/global', MESSAGE]);
  expect(raw.every((octet) => octet < 0x80)).toBe(true);
});

it('an international domain is written in ASCII, and needs nothing of the server', async () => {
  const { smtp, state } = await sendTo([], { to: [{ email: 'info@bücher.example' }] });
  expect([smtp.messages[0]?.rcptTo, state]).toMatchObject([
    ['info@xn--bcher-kva.example'],
    { state: 'sent', recipients: [{ email: 'info@bücher.example', status: 'accepted' }] },
  ]);
});

it('other letters before the @ go by SMTPUTF8, and nowhere without it', async () => {
  const to = [{ email: 'änne@bücher.example' }, { email: 'bob@lab.test' }];
  const offered = await sendTo(['8BITMIME', 'SMTPUTF8'], { to });
  // The scriptable server notes octets.
  const named = offered.smtp.messages[0]?.rcptTo.map((one) => Buffer.from(one, 'latin1').toString());
  expect([named, offered.state.state]).toEqual([['änne@bücher.example', 'bob@lab.test'], 'sent']);
  const { smtp, state } = await sendTo(['8BITMIME'], { to });
  expect([smtp.messages, state]).toMatchObject([
    [],
    { state: 'failed', recipients: [{ status: 'refused' }, { status: 'refused' }], error: { code: 'NOT_SUPPORTED' } },
  ]);
});
