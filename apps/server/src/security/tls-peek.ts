/**
 * Looks at a server's certificate without trusting it, so that a person can compare its fingerprint and pin its key. Speaks
 * TLS at once or after STARTTLS (RFC 9051 section 6.2.1, RFC 3207), sends no credentials, and gives up after ten seconds
 * or some kilobytes.
 *
 * Leaves out: whether the address may be dialled (egress.ts) and what is done with the answer.
 */
import type { X509Certificate } from 'node:crypto';
import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ErrorSide } from '../lib/driver/errors.ts';
import type { Certificate } from '../lib/driver/schemas.ts';
import { withErrorHandler } from '../lib/driver/with-error-handler.ts';
import { pinOf, type TlsPolicy } from './tls.ts';

export interface PeekTarget {
  /** As checked by the egress guard. */
  readonly address: string;
  readonly port: number;
  /** The name that the certificate should have. */
  readonly host: string;
  readonly security: 'tls' | 'starttls';
  readonly protocol: ErrorSide;
}

interface Step {
  readonly say?: string;
  /** Tested on all that was heard since. */
  readonly hear: RegExp;
}

const PEEK_MS = 10_000;
const MAX_CLEAR_TEXT = 16_384;
const MAX_NAMES = 100;
const MAX_TEXT = 300;

const STARTTLS: Readonly<Record<ErrorSide, readonly Step[]>> = {
  imap: [{ hear: /^\* OK\b[^\n]*\n/i }, { say: 'a STARTTLS\r\n', hear: /^a OK\b[^\n]*\n/im }],
  smtp: [
    { hear: /^220\b(?!-)[^\n]*\n/m },
    { say: 'EHLO [127.0.0.1]\r\n', hear: /^250\b(?!-)[^\n]*\n/m },
    { say: 'STARTTLS\r\n', hear: /^220\b(?!-)[^\n]*\n/m },
  ],
};

/** The certificate that the server shows, and what is wrong with it. Throws MailError when it shows none. */
export function peekCertificate(target: PeekTarget, policy: TlsPolicy): Promise<Certificate> {
  const { address, port, host, protocol } = target;
  return withErrorHandler({ on: protocol, host, port }, async () => {
    const signal = AbortSignal.timeout(PEEK_MS);
    const socket = connect({ host: address, port });
    // What comes after the answer, or after the limit, is nobody's concern.
    socket.on('error', () => undefined);
    try {
      return await look(socket, target, { policy, signal });
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw Object.assign(new Error('no certificate in time', { cause }), { code: 'ETIMEDOUT' });
    } finally {
      socket.destroy();
    }
  });
}

async function look(
  socket: Socket,
  { address, host, security, protocol }: PeekTarget,
  { policy, signal }: { policy: TlsPolicy; signal: AbortSignal },
): Promise<Certificate> {
  await once(socket, 'connect', { signal });
  if (security === 'starttls') {
    for (const { say, hear } of STARTTLS[protocol]) {
      if (say) socket.write(say);
      await heard(socket, hear, signal);
    }
  }
  const secure = connectTls({ ...policy.optionsFor(host), socket, host: address, rejectUnauthorized: false });
  secure.on('error', () => undefined);
  await once(secure, 'secureConnect', { signal });
  const certificate = secure.getPeerX509Certificate();
  if (!certificate) throw new Error('the server showed no certificate');
  return describeCertificate(certificate, problemOf(secure));
}

async function heard(socket: Socket, expected: RegExp, signal: AbortSignal): Promise<void> {
  let text = '';
  for await (const chunks of on(socket, 'data', { signal, close: ['close'] })) {
    text += chunks.join('');
    if (expected.test(text)) return;
    if (text.length > MAX_CLEAR_TEXT) break;
  }
  throw new Error('the server did not take up STARTTLS');
}

function problemOf({ authorizationError }: TLSSocket): Certificate['problem'] {
  // Node's types say Error; it is the code, as a string.
  const code = authorizationError ? String(authorizationError) : '';
  switch (code) {
    case '':
      return undefined;
    case 'CERT_HAS_EXPIRED':
      return 'expired';
    case 'CERT_NOT_YET_VALID':
      return 'not-yet-valid';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'wrong-host';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'self-signed';
    default:
      return 'unknown-authority';
  }
}

/** A certificate as people compare it. Its texts are the server's: cleaned and cut. */
function describeCertificate(certificate: X509Certificate, problem?: Certificate['problem']): Certificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    altNames: namesOf(certificate.subjectAltName),
    validFrom: isoDate(certificate.validFrom),
    validTo: isoDate(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
    pin: pinOf(certificate),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** `O=Example\nCN=mail.example.org` as `O=Example, CN=mail.example.org`. Undefined for a certificate without a subject. */
function oneLine(name: string | undefined): string {
  return (name ?? '')
    .split('\n')
    .filter(Boolean)
    .join(', ')
    .replace(/\p{C}+/gu, ' ')
    .slice(0, MAX_TEXT);
}

/** From Node's `DNS:a.example, IP Address:192.0.2.1`; values with special characters are quoted there. */
function namesOf(altNames: string | undefined): string[] {
  const found = (altNames ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  return [...found].slice(0, MAX_NAMES).map(([, name]) => oneLine(name));
}

function isoDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
