import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { message } from '../message/message.ts';
import { type MemorySmtp, type MemorySmtpOptions, startMemorySmtp } from './memory-smtp.ts';
import type { SmtpCut } from './script.ts';

let server: MemorySmtp;
const raw = message({ text: 'line\n.dot\n' });

async function start(options: MemorySmtpOptions = {}): Promise<void> {
  server = await startMemorySmtp(options);
}

async function send(to = ['bob@lab.test'], pass = 'not-a-secret-ada', secure = false) {
  const transport = createTransport({
    host: 'localhost',
    port: server.port,
    secure,
    tls: { ca: server.ca },
    auth: { user: 'ada@lab.test', pass },
  });
  return transport.sendMail({ envelope: { from: 'ada@lab.test', to }, raw });
}

afterEach(() => server.stop());

describe('startMemorySmtp', () => {
  it.each(['starttls', 'implicit'] as const)('takes a message byte for byte (%s)', async (tls) => {
    await start({ tls });
    await send(['bob@lab.test'], 'not-a-secret-ada', tls === 'implicit');
    expect(server.messages).toEqual([
      { mailFrom: 'ada@lab.test', rcptTo: ['bob@lab.test'], raw, user: 'ada@lab.test', connection: 1 },
    ]);
  });

  it('answers each recipient as it is told', async () => {
    await start({
      recipientReplies: { 'gone@lab.test': '550 5.1.1 No such user', 'later@lab.test': '450 4.2.0 Later' },
    });
    const info = await send(['bob@lab.test', 'gone@lab.test', 'later@lab.test']);
    expect({ accepted: info.accepted, rejected: info.rejected }).toEqual({
      accepted: ['bob@lab.test'],
      rejected: ['gone@lab.test', 'later@lab.test'],
    });
  });

  const cuts: { cut: SmtpCut; kept: number }[] = [
    { cut: 'connect', kept: 0 },
    { cut: 'mail', kept: 0 },
    { cut: 'rcpt', kept: 0 },
    { cut: 'data', kept: 0 },
    { cut: 'mid-data', kept: 0 },
    { cut: 'before-dot-reply', kept: 0 },
    { cut: 'after-dot', kept: 1 },
  ];
  it.each(cuts)('ends the connection at $cut with $kept kept', async ({ cut, kept }) => {
    await start({ cut });
    await expect(send()).rejects.toThrow();
    expect(server.messages.length).toBe(kept);
    server.heal();
    await send();
    expect(server.messages.length).toBe(kept + 1);
  });

  it('answers with any text', async () => {
    await start({ replies: { dot: '452 4.3.1 Disk is full' } });
    await expect(send()).rejects.toMatchObject({ responseCode: 452, response: '452 4.3.1 Disk is full' });
    server.set({ replies: { auth: '535 5.7.139 Basic authentication is disabled' } });
    await expect(send(['bob@lab.test'], 'wrong')).rejects.toMatchObject({
      code: 'EAUTH',
      response: '535 5.7.139 Basic authentication is disabled',
    });
  });

  it('refuses what is too big by SIZE', async () => {
    await start({ sizeLimit: 20 });
    await expect(send()).rejects.toThrow();
    expect(server.messages).toEqual([]);
  });
});
