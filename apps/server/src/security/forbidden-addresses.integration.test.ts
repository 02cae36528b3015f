/**
 * Addresses that this server must not dial for its users, in every spelling we know of, from each place where a user or
 * a stranger names a host: connecting, discovery, signing in. Not one socket is opened. The name servers here are the
 * attacker's: every name leads to this machine.
 */
import { Socket } from 'node:net';
import type { ConnectionId } from '@postroom/db';
import { startMemoryImap } from '@postroom/mail-lab';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDialler } from '../engine/accounts/dialler.ts';
import { createDiscoveryNetwork } from '../engine/accounts/discovery/network.ts';
import { createOAuthClient, newSecrets } from '../engine/accounts/oauth/oauth-client.ts';
import { emailProviders, type OAuthProvider } from '../engine/accounts/oauth/providers.ts';
import { createEgress } from './egress.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { createHttpsClient } from './https-client.ts';
import { createTlsPolicy } from './tls.ts';

const list = (text: string) => text.trim().split(/\s+/);

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  'this machine': list(`
    127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.1.
    ::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:7f00:0001 64:ff9b::127.0.0.1 64:ff9b::7f00:1
    2002:7f00:1:: 2002:7f00:0001:0:0:0:0:1 ::127.0.0.1`),
  'this machine by name': list(`
    localhost localhost. LOCALHOST mail.localhost 127.0.0.1.nip.io 7f000001.nip.io 127-0-0-1.sslip.io localtest.me
    xn--lclhst-hyaa1d.example ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 rebind.evil.example`),
  'the local network': list(`
    10.0.0.1 10.1 0xa000001 167772161 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 3232235521
    0300.0250.0.1 100.64.0.1 fc00::1 fd12:3456::1 ::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:a00:1:: 2002:c0a8:101::`),
  'the link and what clouds tell of themselves': list(`
    169.254.0.1 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518 ::ffff:169.254.169.254
    ::ffff:a9fe:a9fe 64:ff9b::169.254.169.254 2002:a9fe:a9fe:: fe80::1 fe80::1%eth0 100.100.100.200 168.63.129.16
    fd00:ec2::254 fd20:ce::254 fec0::1 ::169.254.169.254`),
  'no place in the world': list(`
    0.0.0.0 0 0.1.2.3 :: 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 192.0.0.1 192.0.2.1 198.18.0.1
    198.51.100.1 203.0.113.1 2001:db8::1 2001::1 2001:0:4136:e378::1 ff02::1 64:ff9b:1::7f00:1`),
};
const ALL = Object.entries(SPELLINGS).flatMap(([kind, hosts]) => hosts.map((host) => ({ kind, host })));

const egress = createEgress({ mode: 'public', resolve: async () => ['127.0.0.1'] });
const tls = createTlsPolicy({ extraCa: null, insecureHosts: [] });
const dialler = createDialler({ egress, tls });
const https = createHttpsClient({ egress });
const guarded = createGuardedFetch({ egress, extraCa: null });
const network = createDiscoveryNetwork({ egress, https });
const oauth = createOAuthClient({ fetch: guarded.fetch, now: Date.now });
afterAll(async () => {
  await https.close();
  await guarded.close();
});

let dialled: string[];
beforeEach(() => {
  dialled = [];
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
    dialled.push(JSON.stringify(args));
    setImmediate(() => this.destroy());
    return this;
  });
});
afterEach(() => void vi.restoreAllMocks());

const account = (host: string, port: number, security: 'tls' | 'starttls' | 'none') => ({
  connectionId: 1 as ConnectionId,
  email: 'ada@lab.test',
  endpoint: { host, port, security, username: 'ada' },
  auth: { type: 'password', password: 'fake-password' } as const,
});
/** In an address of the web IPv6 stands in brackets. */
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);
const own = (issuer: string): OAuthProvider => {
  const server = { host: 'mail.example', port: 993, security: 'tls' } as const;
  const [provider] = emailProviders(
    { MAIL_OAUTH_ISSUER: issuer, MAIL_OAUTH_CLIENT_ID: 'fake-id' },
    { imap: server, smtp: server },
  );
  if (!provider) throw new Error('no provider');
  return provider;
};

/** Every way in which somebody's host is reached. */
const WAYS: Readonly<Record<string, (host: string) => Promise<unknown>>> = {
  'IMAP with TLS': (host) => dialler.dialImap(account(host, 993, 'tls')),
  'IMAP in clear text': (host) => dialler.dialImap(account(host, 143, 'none')),
  submission: (host) => dialler.verifySubmission(account(host, 587, 'starttls')),
  'a look at the certificate': (host) => dialler.peekCertificate('imap', account(host, 993, 'tls').endpoint),
  autoconfiguration: (host) => https.get(`https://${inUrl(host)}/mail/config-v1.1.xml`, { maxBytes: 1000 }),
  'trying the usual ports': async (host) => {
    const { signal } = new AbortController();
    const listens = await network.listens({ host, port: 993, security: 'tls' }, signal);
    if (!listens) throw new Error('nothing listens');
  },
  ...Object.fromEntries(
    ['https', 'http'].map((scheme) => [
      `a sign-in page by ${scheme}`,
      (host: string) =>
        Promise.resolve().then(() =>
          oauth.authorizationUrl({
            provider: own(`${scheme}://${inUrl(host)}`),
            redirectUri: 'https://app.example/connect/mail',
            secrets: newSecrets(),
          }),
        ),
    ]),
  ),
};

it('knows more than sixty spellings', () => {
  expect(new Set(ALL.map(({ host }) => host)).size).toBeGreaterThan(60);
});

describe.each(ALL)('$kind: $host', ({ host }) => {
  it('is dialled in no way', async () => {
    const reached: string[] = [];
    for (const [way, reach] of Object.entries(WAYS)) {
      await reach(host).then(
        () => reached.push(way),
        () => undefined,
      );
    }
    expect({ reached, dialled }).toEqual({ reached: [], dialled: [] });
  });
});

it('a name that is public when it is checked and this machine when it is dialled is dialled as it was checked', async () => {
  const answers = [['8.8.8.8'], ['127.0.0.1']];
  const rebinding = createEgress({ mode: 'public', resolve: async () => answers.shift() ?? ['127.0.0.1'] });
  await createDialler({ egress: rebinding, tls })
    .dialImap(account('rebind.evil.example', 993, 'tls'), { signal: AbortSignal.timeout(300) })
    .catch(() => undefined);
  expect(dialled.map((args) => [args.includes('8.8.8.8'), args.includes('127.0.0.1')])).toEqual([[true, false]]);
});

describe('with MAIL_EGRESS_ALLOW', () => {
  const allowing = (...allow: string[]) =>
    createDialler({ egress: createEgress({ mode: 'public', allow, resolve: async () => ['127.0.0.1'] }), tls });

  it('the host that is named is dialled, and no other name of the same address', async () => {
    vi.restoreAllMocks();
    const imap = await startMemoryImap();
    const user = imap.users[0] ?? { user: '', password: '' };
    const to = (host: string) => ({
      ...account(host, imap.port, 'none'),
      endpoint: { host, port: imap.port, security: 'none', username: user.user } as const,
      auth: { type: 'password', password: user.password } as const,
    });
    const session = await allowing('nas.lan').dialImap(to('nas.lan'));
    await session.logout();
    await expect(allowing('nas.lan').dialImap(to('other.lan'))).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    await expect(allowing('nas.lan').dialImap(to('127.0.0.1'))).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    await imap.stop();
  });

  it.each(['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', 'fe80::1'])('%s stays out of reach', async (host) => {
    const dialling = allowing(host, '169.254.0.0/16', '::/0', '0.0.0.0/0').dialImap(account(host, 993, 'tls'));
    await expect(dialling).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    expect(dialled).toEqual([]);
  });

  it('the refusal names the variable', async () => {
    const refusal = dialler.dialImap(account('nas.lan', 993, 'tls'));
    await expect(refusal).rejects.toMatchObject({ fix: expect.stringContaining('MAIL_EGRESS_ALLOW') });
  });
});
