/** Servers that should not be trusted, or do not answer: each has its code, and no password leaves before TLS stands. */
import { createServer } from 'node:net';
import type { ConnectionId } from '@postroom/db';
import { startDovecot, startMemoryImap, startProxy } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import { createTlsPolicy } from '../../security/tls.ts';
import type { AccountAuth } from '../accounts/account-auth.ts';
import { connectImap } from './connect.ts';

const USER = { user: 'ada@lab.test', password: 'fake-password' };
const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function connect(
  port: number,
  options: { security?: 'tls' | 'starttls' | 'none'; password?: string; auth?: AccountAuth; ca?: string } = {},
) {
  const { security = 'tls', password = USER.password, ca = null } = options;
  const { auth = { type: 'password', password } } = options;
  return connectImap(
    {
      connectionId: 1 as ConnectionId,
      email: USER.user,
      endpoint: { host: 'localhost', port, security, username: USER.user },
      auth,
    },
    { address: '127.0.0.1', tls: createTlsPolicy({ extraCa: ca, insecureHosts: [] }).optionsFor('localhost') },
  );
}

const codeOf = (attempt: Promise<{ destroy(): void }>) =>
  attempt.then(
    (session) => {
      session.destroy();
      return 'connected';
    },
    (error: { code?: string }) => error.code,
  );

/** The commands that carry a password. */
const logins = (commands: readonly string[]) => commands.filter((command) => /^(LOGIN|AUTHENTICATE) /i.test(command));

async function listenWith(greet: (write: (text: string) => void) => void): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    greet((text) => socket.write(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('connecting', () => {
  it.each(['expired', 'not-yet-valid', 'self-signed', 'wrong-host', 'unknown-authority'] as const)(
    'refuses a certificate that is %s',
    async (certificate) => {
      const dovecot = await startDovecot({ users: [USER], certificate });
      stops.push(() => dovecot.stop());
      expect(await codeOf(connect(dovecot.imapsPort, { ca: dovecot.ca }))).toBe('CERTIFICATE_INVALID');
      expect(await codeOf(connect(dovecot.imapPort, { ca: dovecot.ca, security: 'starttls' }))).toBe(
        'CERTIFICATE_INVALID',
      );
    },
  );

  it('works by TLS and by STARTTLS where the certificate is right', async () => {
    const dovecot = await startDovecot({ users: [USER] });
    stops.push(() => dovecot.stop());
    expect(await codeOf(connect(dovecot.imapsPort, { ca: dovecot.ca }))).toBe('connected');
    expect(await codeOf(connect(dovecot.imapPort, { ca: dovecot.ca, security: 'starttls' }))).toBe('connected');
  });

  it('says that the password is wrong', async () => {
    const dovecot = await startDovecot({ users: [USER] });
    stops.push(() => dovecot.stop());
    expect(await codeOf(connect(dovecot.imapsPort, { ca: dovecot.ca, password: 'another-fake' }))).toBe(
      'AUTHENTICATION_FAILED',
    );
  });

  it('says who it is, and where no TLS was asked for logs in: what the next two must not see', async () => {
    const imap = await startMemoryImap();
    stops.push(() => imap.stop());
    await codeOf(connect(imap.port, { security: 'none' }));
    expect(logins(imap.commands())).toHaveLength(1);
    const id = imap.commands().find((command) => command.startsWith('ID '));
    expect(id).toContain('"name" "Postroom"');
    expect(id).not.toMatch(/imapflow|postal/i);
  });

  it('sends no password where STARTTLS is missing', async () => {
    const imap = await startMemoryImap();
    stops.push(() => imap.stop());
    expect(await codeOf(connect(imap.port, { security: 'starttls' }))).toBe('TLS_REQUIRED');
    expect(logins(imap.commands())).toEqual([]);
  });

  it('sends no password where somebody on the way strips STARTTLS', async () => {
    const imap = await startMemoryImap({ tls: 'starttls' });
    const proxy = await startProxy({
      target: { port: imap.port },
      faults: { lineToClient: (line) => line.replace(/ STARTTLS/gi, '') },
    });
    stops.push(
      () => imap.stop(),
      () => proxy.stop(),
    );
    expect(await codeOf(connect(proxy.port, { security: 'starttls' }))).toBe('TLS_REQUIRED');
    expect(logins(imap.commands())).toEqual([]);
  });

  it('sends no token where the server takes none, and says so', async () => {
    const imap = await startMemoryImap({ capabilities: ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR'] });
    stops.push(() => imap.stop());
    const token = async () => 'not-a-secret-token';
    expect(await codeOf(connect(imap.port, { security: 'none', auth: { type: 'oauth2', token } }))).toBe(
      'NOT_SUPPORTED',
    );
    expect(logins(imap.commands())).toEqual([]);
  });

  it('says that nothing listens', async () => {
    const port = await listenWith(() => undefined);
    await stops.pop()?.();
    expect(await codeOf(connect(port))).toBe('CONNECTION_REFUSED');
  });

  it.each([
    { name: 'a web server', greeting: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
    { name: 'a shell server', greeting: 'SSH-2.0-OpenSSH_9.2\r\n' },
  ])('does not repeat what $name says', async ({ greeting }) => {
    const port = await listenWith((write) => write(greeting));
    const error: unknown = await connect(port, { security: 'starttls' }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'MailError' });
    expect(String(error)).not.toMatch(/HTTP|SSH/);
  });
});
