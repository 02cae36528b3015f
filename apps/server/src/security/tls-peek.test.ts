/** What a person gets to see of a certificate before there is trust. */
import { createServer } from 'node:net';
import { type CertificateKind, startMemoryImap, startMemorySmtp } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import { createTlsPolicy } from './tls.ts';
import { peekCertificate } from './tls-peek.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function peekAt(protocol: 'imap' | 'smtp', security: 'tls' | 'starttls', certificate: CertificateKind) {
  const tls = security === 'tls' ? 'implicit' : 'starttls';
  const server = await (protocol === 'imap' ? startMemoryImap : startMemorySmtp)({ tls, certificate });
  stops.push(() => server.stop());
  const policy = createTlsPolicy({ extraCa: server.ca ?? null, insecureHosts: [] });
  const target = { address: '127.0.0.1', port: server.port, host: 'localhost', security, protocol };
  const commands = () =>
    'commands' in server ? server.commands() : server.transcript.map(({ line }: { line: string }) => line);
  return { certificate: await peekCertificate(target, policy), commands };
}

describe('a look at a certificate', () => {
  it('tells all that people compare', async () => {
    const { certificate } = await peekAt('imap', 'tls', 'valid');
    expect(certificate).toEqual({
      subject: 'O=Postroom mail lab, CN=localhost',
      issuer: 'O=Postroom mail lab, CN=Postroom mail lab authority',
      altNames: ['localhost', 'mail.lab.test', '127.0.0.1', '0:0:0:0:0:0:0:1'],
      validFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      validTo: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      pin: expect.stringMatching(/^sha256\/[A-Za-z0-9+/]{43}=$/),
    });
  });

  it.each([
    ['imap', 'tls'],
    ['imap', 'starttls'],
    ['smtp', 'tls'],
    ['smtp', 'starttls'],
  ] as const)('says what is wrong, and sends no login (%s, %s)', async (protocol, security) => {
    for (const kind of ['expired', 'not-yet-valid', 'self-signed', 'wrong-host', 'unknown-authority'] as const) {
      const { certificate, commands } = await peekAt(protocol, security, kind);
      expect(certificate.problem).toBe(kind);
      expect(commands().filter((command) => /LOGIN|AUTH/i.test(command))).toEqual([]);
    }
  });

  it.each([
    { name: 'hangs up', answer: undefined },
    { name: 'talks on and on without a line', answer: 'x'.repeat(32_768) },
  ])('gives up on a server that $name', async ({ answer }) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (answer) socket.write(answer);
      else socket.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    stops.push(() => new Promise((done) => server.close(done)));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const target = { address: '127.0.0.1', port, host: 'localhost', security: 'starttls', protocol: 'imap' } as const;
    const policy = createTlsPolicy({ extraCa: null, insecureHosts: [] });
    await expect(peekCertificate(target, policy)).rejects.toMatchObject({ name: 'MailError', on: 'imap' });
  });
});
