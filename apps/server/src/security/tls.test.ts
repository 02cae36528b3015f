/** Who is believed: handshakes on loopback against certificates of every kind. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { createServer } from 'node:tls';
import { type CertificateKind, createCertificateAuthority } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import { createTlsPolicy, openTls, pinOf } from './tls.ts';

const authority = createCertificateAuthority();
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const known = { extraCa: authority.cert, insecureHosts: [] };

/** `secure`, or the code of the error; and whether the server heard the secret. */
async function handshake(options: {
  kind: CertificateKind;
  host?: string;
  policy?: Parameters<typeof createTlsPolicy>[0];
  pin?: 'right' | 'wrong';
  maxVersion?: 'TLSv1.1' | 'TLSv1.2';
}) {
  const { kind, host = 'localhost', policy = known, maxVersion } = options;
  const pair = authority.issue(kind);
  let heard = '';
  const server = createServer({ ...pair, ...(maxVersion ? { minVersion: 'TLSv1', maxVersion } : {}) }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk;
      socket.end();
    });
  });
  stops.push(() => server.close());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const pin = options.pin && (options.pin === 'right' ? pinOf(new X509Certificate(pair.cert)) : 'sha256/AAAA');
  const outcome = await new Promise<string>((resolve) => {
    const tls = createTlsPolicy(policy).optionsFor(host, pin);
    const socket = openTls({ ...tls, host: '127.0.0.1', port }, pin, () => socket.write('secret'));
    socket.on('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('secure'));
    socket.resume();
  });
  return [outcome, heard];
}

describe('a server', () => {
  it.each([
    { name: 'with a right certificate', kind: 'valid', outcome: 'secure' },
    { name: 'by its address', kind: 'valid', host: '127.0.0.1', outcome: 'secure' },
    { name: 'by its name with the final dot', kind: 'valid', host: 'localhost.', outcome: 'secure' },
    { name: 'that is too old for TLS 1.2', kind: 'valid', maxVersion: 'TLSv1.1', outcome: /PROTOCOL|ECONNRESET/ },
    { name: 'by another name', kind: 'valid', host: 'elsewhere.lab.test', outcome: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { name: 'of an authority that only MAIL_TLS_CA_FILE names', kind: 'valid', policy: null, outcome: /UNABLE_TO/ },
    { name: 'with an expired certificate', kind: 'expired', outcome: 'CERT_HAS_EXPIRED' },
    { name: 'that signs for itself', kind: 'self-signed', outcome: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { name: 'that signs for itself, with its key pinned', kind: 'self-signed', pin: 'right', outcome: 'secure' },
    { name: 'with an expired certificate, its key pinned', kind: 'expired', pin: 'right', outcome: 'secure' },
    { name: 'with another’s certificate, its key pinned', kind: 'wrong-host', pin: 'right', outcome: 'secure' },
    { name: 'with a right certificate, another key pinned', kind: 'valid', pin: 'wrong', outcome: 'PIN_MISMATCH' },
    { name: 'that the operator exempts', kind: 'self-signed', insecure: ['LOCALHOST'], outcome: 'secure' },
    { name: 'that is not the exempted one', kind: 'self-signed', insecure: ['other.lan'], outcome: /SELF_SIGNED/ },
    {
      name: 'that the operator exempts, another key pinned',
      kind: 'self-signed',
      insecure: ['localhost'],
      pin: 'wrong',
      outcome: 'PIN_MISMATCH',
    },
  ] as const)('$name: $outcome', async ({ outcome, ...row }) => {
    const { kind, host, maxVersion, pin, policy, insecure }: Row = row;
    const found = await handshake({
      kind,
      ...(host && { host }),
      ...(maxVersion && { maxVersion }),
      ...(pin && { pin }),
      policy: { extraCa: policy === null ? null : authority.cert, insecureHosts: insecure ?? [] },
    });
    const expected = typeof outcome === 'string' ? outcome : expect.stringMatching(outcome);
    expect(found).toEqual([expected, outcome === 'secure' ? 'secret' : '']);
  });
});

interface Row {
  kind: CertificateKind;
  host?: string;
  maxVersion?: 'TLSv1.1';
  pin?: 'right' | 'wrong';
  policy?: null;
  insecure?: readonly string[];
}

describe('the policy', () => {
  it('gives no address as server name', () => {
    const { optionsFor } = createTlsPolicy(known);
    expect(['mail.lab.test', '192.0.2.1', '2001:db8::1'].map((host) => optionsFor(host).servername)).toEqual([
      'mail.lab.test',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no PEM', 'authority'],
    ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('does not start with a file that holds %s', (_name, extraCa) => {
    expect(() => createTlsPolicy({ extraCa, insecureHosts: [] })).toThrow(/MAIL_TLS_CA_FILE/);
  });
});

describe('a pin', () => {
  it('is the digest of the key, so that a renewed certificate keeps it', () => {
    const { cert, key } = authority.issue();
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    const digest = createHash('sha256').update(spki).digest('base64');
    expect(pinOf(new X509Certificate(cert))).toBe(`sha256/${digest}`);
  });
});
