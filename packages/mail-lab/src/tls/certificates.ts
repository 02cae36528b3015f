/**
 * Certificates for the lab's servers: a throw-away authority and server certificates of it, good and bad in each way
 * a mail server's certificate is bad in life. X.509 v3 (RFC 5280), P-256 keys, written by hand so that no tool is needed.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { bits, der, integer, octets, oid, sequence, set, time, utf8, yes } from './der.ts';

/** What is wrong with a server's certificate; `valid` is nothing. */
export type CertificateKind =
  | 'valid'
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'wrong-host'
  | 'unknown-authority';

/** A key and the certificate for it, as PEM. */
export interface KeyPair {
  key: string;
  cert: string;
}

/** A server's key and certificate, and the authority a client must trust to accept it. */
export interface ServerCertificate extends KeyPair {
  /** PEM of the lab's authority: also where the certificate is not of it. */
  ca: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

interface Identity {
  name: string;
  privateKey: KeyObject;
  spki: Buffer;
  keyId: Buffer;
}

interface Request {
  subject: Identity;
  issuer: Identity;
  validFrom: Date;
  validTo: Date;
  authority: boolean;
  altNames: string[];
}

const DAY_MS = 86_400_000;
/** Names the server certificates are good for. */
export const LAB_HOST_NAMES = ['localhost', 'mail.lab.test', '127.0.0.1', '::1'];

function createIdentity(name: string): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { name, privateKey, spki, keyId: createHash('sha1').update(spki.subarray(-65)).digest() };
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  return sequence(attribute('2.5.4.10', 'Postroom mail lab'), attribute('2.5.4.3', commonName));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const middle = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...middle, ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function generalName(name: string): Buffer {
  return isIP(name) ? der(0x87, addressBytes(name)) : der(0x82, Buffer.from(name, 'ascii'));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value));
}

function extensions(request: Request): Buffer {
  const list = [
    extension('2.5.29.19', true, request.authority ? sequence(yes) : sequence()),
    extension('2.5.29.14', false, octets(request.subject.keyId)),
    extension('2.5.29.35', false, sequence(der(0x80, request.issuer.keyId))),
  ];
  if (request.authority) list.push(extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)));
  else {
    list.push(extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)));
    list.push(extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))));
    list.push(extension('2.5.29.17', false, sequence(...request.altNames.map(generalName))));
  }
  return der(0xa3, sequence(...list));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function issue(request: Request): KeyPair {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const serial = randomBytes(12);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    distinguishedName(request.issuer.name),
    sequence(time(request.validFrom), time(request.validTo)),
    distinguishedName(request.subject.name),
    request.subject.spki,
    extensions(request),
  );
  const signature = sign('sha256', toBeSigned, request.issuer.privateKey);
  return {
    key: request.subject.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem('CERTIFICATE', sequence(toBeSigned, algorithm, bits(signature))),
  };
}

/** An authority that issues server certificates of every kind. */
export interface CertificateAuthority {
  /** PEM of its own certificate. */
  readonly cert: string;
  /** A server's key and certificate. `names` replaces the host names of a certificate that is right. */
  issue(kind?: CertificateKind, names?: string[]): KeyPair;
}

/** Makes a new authority. Nothing is written to disk. */
export function createCertificateAuthority(now = new Date()): CertificateAuthority {
  const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const root = createIdentity('Postroom mail lab authority');
  const stranger = createIdentity('An authority nobody knows');
  const self: Request = {
    subject: root,
    issuer: root,
    validFrom: at(-400),
    validTo: at(400),
    authority: true,
    altNames: [],
  };
  const rootPair = issue(self);
  return {
    cert: rootPair.cert,
    issue(kind = 'valid', names = LAB_HOST_NAMES) {
      const server = createIdentity(names[0] ?? 'localhost');
      const issuers: Partial<Record<CertificateKind, Identity>> = {
        'self-signed': server,
        'unknown-authority': stranger,
      };
      return issue({
        subject: server,
        issuer: issuers[kind] ?? root,
        validFrom: kind === 'not-yet-valid' ? at(30) : at(-200),
        validTo: kind === 'expired' ? at(-30) : at(390),
        authority: false,
        altNames: kind === 'wrong-host' ? ['elsewhere.invalid'] : names,
      });
    },
  };
}

/** Issues a certificate and writes key, certificate and authority below `directory` (`ca.pem`, `cert.pem`, `key.pem`). */
export function writeCertificate(
  directory: string,
  kind: CertificateKind = 'valid',
  authority: CertificateAuthority = createCertificateAuthority(),
): ServerCertificate {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const pair = authority.issue(kind);
  const files = {
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'cert.pem'),
    keyFile: join(directory, 'key.pem'),
  };
  writeFileSync(files.caFile, authority.cert, { mode: 0o644 });
  writeFileSync(files.certFile, pair.cert, { mode: 0o644 });
  writeFileSync(files.keyFile, pair.key, { mode: 0o600 });
  return { ...pair, ...files, ca: authority.cert };
}
