/**
 * How TLS is spoken to mail servers: which authorities are believed, which hosts the operator exempts, and what a pin
 * means. Made once from the environment; nothing else in the server decides about certificates.
 *
 * A pin is the SHA-256 of the leaf's SubjectPublicKeyInfo that the user has compared and trusted. With one, authorities,
 * names and dates do not matter and the key alone does: Node is told not to verify, so whoever connects must ask
 * `pinProblem` after the handshake and before the first secret octet. `openTls` does that by itself.
 *
 * Leaves out: resolving names (egress.ts), looking at a certificate nobody trusts yet (tls-peek.ts), and words for people
 * (lib/driver/with-error-handler.ts).
 */
import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, getCACertificates, TLSSocket } from 'node:tls';
import { MailError } from '../lib/driver/errors.ts';

/** Where to connect to: an address that the egress guard has checked, and how TLS is judged there. */
export interface Dial {
  readonly address: string;
  /** For `tls.connect`; made by `TlsPolicy.optionsFor`. */
  readonly tls: ConnectionOptions;
  /** `sha256/` + base64: the only key that is accepted. */
  readonly pin?: string | undefined;
  /** So long it has to answer (reach.ts). */
  readonly reachMs?: number | undefined;
}

export interface TlsPolicy {
  /** What `tls.connect` needs for this host. With a pin the chain is not verified: the pin is. */
  optionsFor(host: string, pin?: string): ConnectionOptions;
}

const MIN_VERSION = 'TLSv1.2';
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Throws INVALID_INPUT when `extraCa` holds no certificate that can be read. */
export function createTlsPolicy(options: {
  /** PEM text of MAIL_TLS_CA_FILE: further authorities, beside those Node knows. */
  readonly extraCa: string | null;
  /** MAIL_TLS_INSECURE_HOSTS: encrypted, but nobody knows with whom. */
  readonly insecureHosts: readonly string[];
}): TlsPolicy {
  const insecure = new Set(options.insecureHosts.map(hostKey));
  const secureContext = createSecureContext({
    minVersion: MIN_VERSION,
    // `ca` takes the place of the known authorities, so they are named along with it.
    ...(options.extraCa === null ? {} : { ca: [...getCACertificates('default'), ...readAuthorities(options.extraCa)] }),
  });
  return {
    optionsFor(host, pin) {
      const name = hostKey(host);
      return {
        secureContext,
        // RFC 6066 section 3 allows no address as SNI; Node then checks the certificate for the address itself.
        ...(isIP(name) === 0 ? { servername: name } : {}),
        rejectUnauthorized: pin === undefined && !insecure.has(name),
      };
    },
  };
}

/** The pin of this certificate's key: `sha256/` + base64 of the digest of the SubjectPublicKeyInfo (as in RFC 7469). */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

/** Why this socket must not be trusted with a secret: no TLS, or another key than the pinned one. Without a pin nothing. */
export function pinProblem(socket: unknown, pin: string | undefined): Error | undefined {
  if (pin === undefined) return undefined;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate && pinOf(certificate) === pin) return undefined;
  return Object.assign(new Error('the key of the server is not the pinned one'), { code: 'PIN_MISMATCH' });
}

/** Starts TLS; `onSecure` is called when the handshake is done and the pin, if any, holds. Else the socket ends in error. */
export function openTls(options: ConnectionOptions, pin: string | undefined, onSecure: () => void): TLSSocket {
  const socket = connect(options, () => {
    const problem = pinProblem(socket, pin);
    if (problem) socket.destroy(problem);
    else onSecure();
  });
  return socket;
}

const hostKey = (host: string): string => host.trim().toLowerCase().replace(/\.$/, '');

/** Node would skip what it cannot read, and the operator would wonder. */
function readAuthorities(text: string): string[] {
  const blocks = text.match(PEM) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw noAuthorities(cause);
  }
  if (blocks.length === 0) throw noAuthorities();
  return blocks;
}

function noAuthorities(cause?: unknown): MailError {
  return new MailError({
    code: 'INVALID_INPUT',
    message: 'The file with additional certificate authorities (MAIL_TLS_CA_FILE) cannot be used.',
    fix: 'It must hold certificates as PEM text: -----BEGIN CERTIFICATE----- and so on.',
    cause,
  });
}
