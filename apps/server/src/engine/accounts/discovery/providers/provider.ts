/** What a row of the provider table is, and short names for what most rows have in common. */
import type { Candidate } from '../../../../lib/driver/schemas.ts';

/** What a server takes as user name; `local-part` only for the provider's own domains. */
export type UsernameRule = 'address' | 'local-part';

export interface ProviderServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly username: UsernameRule;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Domains of its addresses. */
  readonly domains: readonly string[];
  /** Its mail exchangers, these hosts and all below: by them a domain of one's own is known to be kept there. */
  readonly mx: readonly string[];
  readonly imap: ProviderServer;
  readonly smtp: ProviderServer;
  readonly auth: Candidate['auth'];
  readonly help: { readonly text: string; readonly url?: string };
}

/** One server; its user name is the whole address. */
export const server = (host: string, port: number, security: 'tls' | 'starttls'): ProviderServer => ({
  host,
  port,
  security,
  username: 'address',
});
/** IMAP with TLS. */
export const imap = (host: string) => server(host, 993, 'tls');
/** Submission with TLS (RFC 8314). */
export const smtp = (host: string) => server(host, 465, 'tls');
/** Submission with STARTTLS. */
export const submission = (host: string) => server(host, 587, 'starttls');

/** A list, written as words. */
export const words = (text: string): readonly string[] => text.split(/\s+/);
