/**
 * The sources of settings that a domain, or somebody for it, publishes: Thunderbird's ISPDB, the domain's own
 * autoconfiguration, SRV records (RFC 6186, RFC 8314), and its mail exchangers. A source that is not there, does not
 * answer or answers nonsense has nothing to say: none throws, none is asked twice.
 */
import type { MxRecord, SrvRecord } from 'node:dns';
import type { MailAddress } from './address.ts';
import { MAX_AUTOCONFIG_BYTES, parseAutoconfig } from './autoconfig.ts';
import { type Endpoint, type Finding, findingOfEndpoints, findingOfProvider, registrableDomain } from './findings.ts';
import { providerOfExchange } from './providers.ts';

/** What discovery asks of the network; network.ts has the real thing. Each may throw. */
export interface DiscoveryNetwork {
  /** HTTPS through the egress guard. */
  readonly get: (
    url: string,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ) => Promise<{ readonly status: number; readonly body: Buffer }>;
  readonly resolveSrv: (name: string) => Promise<readonly SrvRecord[]>;
  readonly resolveMx: (domain: string) => Promise<readonly MxRecord[]>;
  /** Whether something accepts a TCP connection there. Nothing is sent. */
  readonly listens: (endpoint: Endpoint, signal: AbortSignal) => Promise<boolean>;
}

type Ask = (network: DiscoveryNetwork, address: MailAddress, signal: AbortSignal) => Promise<readonly Finding[]>;

const ISPDB = 'https://autoconfig.thunderbird.net/v1.1/';

/** In the order of trust. */
export const SOURCES: readonly Ask[] = [
  (network, address, signal) => fromIspdb(network, address.domain, address, signal),
  (network, address, signal) =>
    fromAutoconfig(network, `https://autoconfig.${address.domain}/mail/config-v1.1.xml`, address, signal),
  (network, address, signal) =>
    fromAutoconfig(network, `https://${address.domain}/.well-known/autoconfig/mail/config-v1.1.xml`, address, signal),
  fromSrv,
  fromExchanges,
];

/** ISPDB learns the domain only, never the address. */
async function fromIspdb(
  network: DiscoveryNetwork,
  domain: string,
  address: MailAddress,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await readAutoconfig(network, `${ISPDB}${domain}`, address, signal);
  return found ? [{ ...found, source: 'ispdb', provider: found.name || domain }] : [];
}

/** A domain names itself whatever it likes, so it is shown as what it is. */
async function fromAutoconfig(
  network: DiscoveryNetwork,
  location: string,
  address: MailAddress,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const url = `${location}?emailaddress=${encodeURIComponent(address.email)}`;
  const found = await readAutoconfig(network, url, address, signal);
  return found ? [{ ...found, source: 'autoconfig', provider: address.domain }] : [];
}

async function readAutoconfig(network: DiscoveryNetwork, url: string, address: MailAddress, signal: AbortSignal) {
  const answer = await network.get(url, { maxBytes: MAX_AUTOCONFIG_BYTES, signal }).catch(() => null);
  return answer?.status === 200 ? parseAutoconfig(answer.body, address) : null;
}

async function fromSrv(network: DiscoveryNetwork, address: MailAddress): Promise<readonly Finding[]> {
  const service = async (name: string, security: 'tls' | 'starttls'): Promise<Endpoint | undefined> => {
    const records = await network.resolveSrv(`${name}._tcp.${address.domain}`).catch(() => []);
    const [first] = records
      // RFC 6186 section 3.4: the root as target says that the service is not offered.
      .filter((record) => record.name !== '' && record.name !== '.')
      .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
    return first && { host: first.name.toLowerCase().replace(/\.$/, ''), port: first.port, security };
  };
  const [imaps, imap, submissions, submission] = await Promise.all([
    service('_imaps', 'tls'),
    service('_imap', 'starttls'),
    service('_submissions', 'tls'),
    service('_submission', 'starttls'),
  ]);
  const incoming = imaps ?? imap;
  const outgoing = submissions ?? submission;
  return incoming && outgoing ? [findingOfEndpoints('srv', { imap: incoming, smtp: outgoing }, address)] : [];
}

/** Who takes in a domain's mail mostly keeps it too: a provider of our table, or else one that ISPDB knows. */
async function fromExchanges(
  network: DiscoveryNetwork,
  address: MailAddress,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const records = await network.resolveMx(address.domain).catch(() => []);
  const [first] = records.filter(({ exchange }) => exchange !== '').toSorted((a, b) => a.priority - b.priority);
  if (!first) return [];
  const provider = providerOfExchange(first.exchange);
  if (provider) return [findingOfProvider(provider, 'mx', address)];
  const keeper = registrableDomain(first.exchange.toLowerCase().replace(/\.$/, ''));
  if (keeper === registrableDomain(address.domain)) return [];
  const found = await fromIspdb(network, keeper, address, signal);
  return found.map((finding) => ({ ...finding, source: 'mx' }));
}
