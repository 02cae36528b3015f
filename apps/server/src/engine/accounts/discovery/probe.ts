/**
 * For domains that publish nothing: tries which of the usual server names and ports accept a TCP connection. No TLS, no
 * greeting, no login; whether a mail server is behind it, the test of the connection says. And the guess for when
 * nothing answered at all.
 */
import type { MailAddress } from './address.ts';
import { type Endpoint, type Finding, findingOfEndpoints } from './findings.ts';
import type { DiscoveryNetwork } from './sources.ts';

type Port = readonly [port: number, security: 'tls' | 'starttls'];

const IMAP_PORTS: readonly Port[] = [
  [993, 'tls'],
  [143, 'starttls'],
];
const SMTP_PORTS: readonly Port[] = [
  [465, 'tls'],
  [587, 'starttls'],
];

/** TLS on any name before STARTTLS on any. */
function endpoints(hosts: readonly string[], ports: readonly Port[]): Endpoint[] {
  return ports.flatMap(([port, security]) => hosts.map((host) => ({ host, port, security })));
}

/** The first of the usual servers that listen, if there is one for both directions. */
export async function probe(
  network: DiscoveryNetwork,
  address: MailAddress,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { domain } = address;
  const [imap, smtp] = await Promise.all([
    firstListening(network, endpoints([`imap.${domain}`, `mail.${domain}`, domain], IMAP_PORTS), signal),
    firstListening(network, endpoints([`smtp.${domain}`, `mail.${domain}`], SMTP_PORTS), signal),
  ]);
  return imap && smtp ? [findingOfEndpoints('probe', { imap, smtp }, address)] : [];
}

/** All are tried at once; a better one that is still out is waited for, a worse one is not. */
async function firstListening(
  network: DiscoveryNetwork,
  choices: readonly Endpoint[],
  signal: AbortSignal,
): Promise<Endpoint | undefined> {
  const tries = choices.map((endpoint) => network.listens(endpoint, signal).catch(() => false));
  for (const [at, listens] of tries.entries()) if (await listens) return choices[at];
  return undefined;
}

/** The names most domains use, said to be a guess. */
export function guess(address: MailAddress): Finding {
  const { domain } = address;
  const imap = { host: `imap.${domain}`, port: 993, security: 'tls' } as const;
  const smtp = { host: `smtp.${domain}`, port: 465, security: 'tls' } as const;
  return {
    ...findingOfEndpoints('guess', { imap, smtp }, address),
    help: {
      text: `Nothing was found for ${domain}. These are the server names most domains use; compare them with what your provider says.`,
    },
  };
}
