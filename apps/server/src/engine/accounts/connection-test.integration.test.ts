/**
 * The connection test against real servers and against everything else that may answer at an address: each case has its
 * code on the right side, words a person can act on, and no password on the wire before there is TLS with the right server.
 */
import {
  type CertificateKind,
  freePorts,
  type MailServer,
  startGuardedPort,
  startMailServer,
  startMemoryImap,
  startMemorySmtp,
  startProxy,
} from '@postroom/mail-lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../lib/driver/schemas.ts';
import { ADA, labDialler, listenWith, runTest, type Typed, typed } from './connection-test.fixture.ts';
import { createConnectionTest } from './connection-test.ts';

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.stop());

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
function ending<T extends { stop(): Promise<unknown> }>(started: T): T {
  stops.push(() => started.stop());
  return started;
}

const portsOf = ({ dovecot, postfix }: MailServer, security: 'tls' | 'starttls') =>
  security === 'tls'
    ? { imap: dovecot.imapsPort, smtp: postfix.submissionsPort }
    : { imap: dovecot.imapPort, smtp: postfix.submissionPort };

const SECRETS = [ADA.password, ...[0, 1, 2].map((shift) => base64Inside(ADA.password, shift))];
/** How it looks inside a longer base64 text that it begins in at this place. */
function base64Inside(text: string, shift: number): string {
  return Buffer.from('\0'.repeat(shift) + text)
    .toString('base64')
    .slice(4, -4);
}

/** Both probes as one tells them: code, words, and that there is a next step. */
function told({ imap, smtp }: { imap: Probe; smtp: Probe }) {
  const tell = ({ ok, code, message, fix }: Probe) => (ok ? 'ok' : { code, message, hasFix: fix !== undefined });
  return { imap: tell(imap), smtp: tell(smtp) };
}
const failing = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words), hasFix: true });
const both = (code: string, words: RegExp) => ({ imap: failing(code, words), smtp: failing(code, words) });

describe('settings that are right', () => {
  it.each(['tls', 'starttls'] as const)('are good on both sides (%s)', async (security) => {
    const found = await runTest({ ports: portsOf(server, security), security, ca: server.ca });
    expect(told(found)).toEqual({ imap: 'ok', smtp: 'ok' });
    expect(found.imap.capabilities).toContain('IMAP4rev1');
  });

  it('may have another user name and password to send with', async () => {
    const settings = typed({ ports: portsOf(server, 'tls') });
    const test = createConnectionTest({ dialler: labDialler({ ca: server.ca }) });
    const smtp = { ...settings.smtp, username: 'bob@lab.test', password: 'not-a-secret-bob' };
    expect(told(await test({ ...settings, smtp }))).toEqual({ imap: 'ok', smtp: 'ok' });
    expect(told(await test({ ...settings, smtp: { ...smtp, password: 'wrong' } }))).toEqual({
      imap: 'ok',
      smtp: failing('AUTHENTICATION_FAILED', /outgoing \(SMTP\).*user name and password/),
    });
  });

  it('need no certificate that is right where the operator has exempted the host', async () => {
    const test = createConnectionTest({ dialler: labDialler({ insecureHosts: ['LOCALHOST'] }) });
    expect(told(await test(typed({ ports: portsOf(server, 'tls') })))).toEqual({ imap: 'ok', smtp: 'ok' });
  });

  it('need no login for a relay in a private network that asks for none', async () => {
    const smtp = ending(await startMemorySmtp({ mechanisms: [], requireAuth: false }));
    const { dovecot } = server;
    const settings: Typed = { ports: { imap: dovecot.imapPort, smtp: smtp.port }, security: 'starttls' };
    expect(told(await runTest({ ...settings, ca: dovecot.ca + smtp.ca }))).toEqual({ imap: 'ok', smtp: 'ok' });
  });
});

describe('settings that are wrong', () => {
  it.each(['tls', 'starttls'] as const)('a wrong password (%s)', async (security) => {
    const settings: Typed = { ports: portsOf(server, security), security, ca: server.ca, password: 'another-fake' };
    expect(told(await runTest(settings))).toEqual({
      imap: failing('AUTHENTICATION_FAILED', /incoming \(IMAP\) server does not accept this user name and password/),
      smtp: failing('AUTHENTICATION_FAILED', /outgoing \(SMTP\) server does not accept this user name and password/),
    });
  });

  it('a host that is nowhere', async () => {
    const settings: Typed = { ports: { imap: 993, smtp: 465 }, host: 'mail.nowhere.test' };
    expect(told(await runTest(settings))).toEqual(
      both('HOST_NOT_FOUND', /no server by the name of mail\.nowhere\.test/),
    );
  });

  it.each(['tls', 'starttls', 'none'] as const)('a port where nothing listens (%s)', async (security) => {
    const [imap = 0, smtp = 0] = await freePorts(2);
    expect(told(await runTest({ ports: { imap, smtp }, security }))).toEqual(
      both('CONNECTION_REFUSED', /localhost does not answer on port \d+/),
    );
  });

  it('a port that a firewall guards, which is told from a closed one by nothing, and by no time', async () => {
    const guarded = ending(await startGuardedPort());
    const [closed = 0] = await freePorts(1);
    const told = new Set<string>();
    const times: number[] = [];
    for (const [imap, smtp] of [
      [closed, closed],
      [guarded.port, guarded.port],
      [closed, guarded.port],
    ] as const) {
      const tookMs: number[] = [];
      // The best of three: what the machine does beside this is not meant.
      for (let turn = 0; turn < 3; turn += 1) {
        const startedAt = performance.now();
        const found = await runTest({ ports: { imap, smtp }, security: 'starttls' });
        tookMs.push(performance.now() - startedAt);
        told.add(JSON.stringify(found).replaceAll(String(imap), 'PORT').replaceAll(String(smtp), 'PORT'));
      }
      times.push(Math.min(...tookMs));
    }
    expect([...told]).toEqual([expect.stringContaining('CONNECTION_REFUSED')]);
    expect(Math.min(...times)).toBeGreaterThan(749);
    expect(Math.max(...times) / Math.min(...times)).toBeLessThan(1.2);
  });

  it('TLS on a port that begins in clear text', async () => {
    expect(told(await runTest({ ports: portsOf(server, 'starttls'), security: 'tls' }))).toEqual(
      both('TLS_REQUIRED', /does not begin with TLS on port \d+, so no password was sent/),
    );
  });

  it('clear text on a port that begins with TLS, which waits for it', async () => {
    const settings: Typed = { ports: portsOf(server, 'tls'), security: 'starttls', limitMs: 500 };
    expect(told(await runTest(settings))).toEqual(both('TIMEOUT', /did not answer on port \d+ in time/));
  });

  it.each(['tls', 'starttls', 'none'] as const)(
    'a server that takes the call and says nothing (%s)',
    async (security) => {
      const silent = ending(await listenWith());
      const settings: Typed = { ports: { imap: silent.port, smtp: silent.port }, security, limitMs: 200 };
      expect(told(await runTest(settings))).toEqual(both('TIMEOUT', /did not answer on port \d+ in time/));
    },
  );
});

describe('a certificate that is wrong', () => {
  it.each<{ kind: CertificateKind; words: RegExp }>([
    { kind: 'expired', words: /certificate of localhost is not valid: it has expired/ },
    { kind: 'not-yet-valid', words: /it is not valid yet/ },
    { kind: 'self-signed', words: /the server signed it itself/ },
    { kind: 'wrong-host', words: /it was made for another server name/ },
    { kind: 'unknown-authority', words: /nobody this server knows has signed it/ },
  ])('is refused and shown, and its pinned key is enough: $kind', async ({ kind, words }) => {
    const bad = ending(await startMailServer({ certificate: kind }));
    for (const security of ['tls', 'starttls'] as const) {
      const settings: Typed = { ports: portsOf(bad, security), security, ca: bad.ca };
      const found = await runTest(settings);
      expect(told(found)).toEqual(both('CERTIFICATE_INVALID', words));
      const { imap, smtp } = { imap: found.imap.certificate, smtp: found.smtp.certificate };
      expect([imap?.problem, smtp?.problem]).toEqual([kind, kind]);

      const pins = { imap: imap?.pin ?? '', smtp: smtp?.pin ?? '' };
      expect(told(await runTest({ ...settings, pins }))).toEqual({ imap: 'ok', smtp: 'ok' });
      // Dovecot and Postfix have a key each.
      expect(told(await runTest({ ...settings, pins: { imap: pins.smtp, smtp: pins.imap } }))).toEqual(
        both('CERTIFICATE_CHANGED', /not show the certificate that you trusted.*No password was sent/),
      );
    }
  });

  it.each(['tls', 'starttls'] as const)(
    'sends no login to a server with another key, be it trusted (%s)',
    async (security) => {
      const how = security === 'tls' ? 'implicit' : 'starttls';
      const imap = ending(await startMemoryImap({ tls: how }));
      const smtp = ending(await startMemorySmtp({ tls: how }));
      const settings: Typed = { ports: { imap: imap.port, smtp: smtp.port }, security, ca: `${imap.ca}${smtp.ca}` };
      const logins = () => [
        imap.commands().filter((command) => /^(LOGIN|AUTHENTICATE)\b/i.test(command)).length,
        smtp.transcript.filter(({ line }) => /^AUTH\b/i.test(line)).length,
      ];
      const pin = `sha256/${Buffer.alloc(32).toString('base64')}`;
      const found = await runTest({ ...settings, pins: { imap: pin, smtp: pin } });
      expect(told(found)).toEqual(both('CERTIFICATE_CHANGED', /not show the certificate that you trusted/));
      expect(found.imap.certificate).toMatchObject({ pin: expect.stringMatching(/^sha256\/.{44}$/) });
      expect(found.imap.certificate?.problem).toBeUndefined();
      expect(logins()).toEqual([0, 0]);
      // What the line before must not have seen.
      await runTest(settings);
      expect(logins()).toEqual([1, 1]);
    },
  );
});

describe('encryption that is missing', () => {
  it('where the server has no STARTTLS', async () => {
    const imap = ending(await startMemoryImap());
    const smtp = ending(await startMemorySmtp({ tls: 'none' }));
    expect(told(await runTest({ ports: { imap: imap.port, smtp: smtp.port }, security: 'starttls' }))).toEqual(
      both('TLS_REQUIRED', /offers no encryption on port \d+, so no password was sent/),
    );
    expect(imap.commands().filter((command) => /^(LOGIN|AUTHENTICATE)\b/i.test(command))).toEqual([]);
    expect(smtp.transcript.filter(({ line }) => /^AUTH\b/i.test(line))).toEqual([]);
  });

  it('where somebody on the way strips STARTTLS', async () => {
    const toServer: string[] = [];
    const throughThief = async (port: number) =>
      ending(
        await startProxy({
          target: { port },
          faults: {
            lineToClient: (line) => (line === '250-STARTTLS' ? null : line.replace(/ STARTTLS/gi, '')),
            lineToServer: (line) => {
              toServer.push(line);
              return line.replace(/^STARTTLS$/i, 'XSTARTTLS');
            },
          },
        }),
      );
    const imap = await throughThief(server.dovecot.imapPort);
    const smtp = await throughThief(server.postfix.submissionPort);
    const settings: Typed = { ports: { imap: imap.port, smtp: smtp.port }, security: 'starttls', ca: server.ca };
    expect(told(await runTest(settings))).toEqual(both('TLS_REQUIRED', /offers no encryption on port \d+/));
    const sawSecret = () => SECRETS.some((secret) => toServer.join('\n').includes(secret));
    expect(sawSecret()).toBe(false);
    // What the line before must not have seen.
    await runTest({ ...settings, security: 'none' });
    expect(sawSecret()).toBe(true);
  });
});

describe('a server that is no mail server', () => {
  it.each([
    { name: 'a web server', banner: 'HTTP/1.1 400 Bad Request\r\nServer: hidden-banner\r\n\r\n' },
    { name: 'a shell server', banner: 'SSH-2.0-hidden-banner\r\n' },
    { name: 'a file server', banner: '220 hidden-banner FTP\r\n', answer: '500 hidden-banner what?\r\n' },
    { name: 'a POP3 server', banner: '+OK hidden-banner POP3\r\n' },
    { name: 'a server that hangs up', banner: '' },
  ])('is none, in plain words and none of its own: $name', async ({ banner, answer }) => {
    const other = ending(
      await listenWith((socket) => {
        if (banner === '') socket.end();
        else socket.write(banner);
        if (answer) socket.on('data', () => socket.write(answer));
      }),
    );
    for (const security of ['starttls', 'none', 'tls'] as const) {
      const found = await runTest({ ports: { imap: other.port, smtp: other.port }, security });
      for (const { ok, code, message, fix } of [found.imap, found.smtp]) {
        expect({ ok, code, words: `${message} ${fix}` }).toEqual({
          ok: false,
          code: expect.stringMatching(/^(SERVER_UNAVAILABLE|TLS_REQUIRED)$/),
          words: expect.not.stringMatching(/hidden|HTTP|SSH|FTP|POP3/),
        });
      }
      if (security === 'none') {
        expect(told(found)).toEqual(both('SERVER_UNAVAILABLE', /is no .*mail server/));
      }
    }
    for (const secret of SECRETS) expect(other.heard()).not.toContain(secret);
  });

  it('says which kind of mail server it is not, where the ports were mixed up', async () => {
    const imap = ending(await startMemoryImap());
    const smtp = ending(await startMemorySmtp({ tls: 'none' }));
    expect(told(await runTest({ ports: { imap: smtp.port, smtp: imap.port }, security: 'none' }))).toEqual({
      imap: failing('SERVER_UNAVAILABLE', /is no incoming \(IMAP\) mail server/),
      smtp: failing('SERVER_UNAVAILABLE', /is no outgoing \(SMTP\) mail server/),
    });
  });
});

describe('a login that is refused for a reason', () => {
  it.each([
    {
      name: 'sending is turned off',
      reply: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
      code: 'SUBMISSION_DISABLED',
      words: /turned off for this account.*SmtpClientAuthentication/,
    },
    {
      name: 'an app password is wanted',
      reply: '534 5.7.9 Application-specific password required.',
      code: 'APP_PASSWORD_REQUIRED',
      words: /wants an app password/,
    },
    {
      name: 'the server is busy',
      reply: '454 4.7.0 Temporary authentication failure',
      code: 'SERVER_UNAVAILABLE',
      words: /cannot serve this account at the moment.*Temporary/,
    },
  ])('$name', async ({ reply, code, words }) => {
    const smtp = ending(await startMemorySmtp({ replies: { auth: reply } }));
    const ports = { imap: server.dovecot.imapPort, smtp: smtp.port };
    const found = await runTest({ ports, security: 'starttls', ca: server.ca + smtp.ca });
    expect(told(found)).toEqual({ imap: 'ok', smtp: failing(code, words) });
  });
});
