/**
 * The egress guard: which addresses this server dials for its users. A name is resolved here, every address it has is
 * checked, and the caller connects to the checked address with the name as server name, so that a second look-up can
 * change nothing (DNS rebinding).
 *
 * `public`: global unicast only, plus the hosts and networks listed. `private`: LAN and loopback too. Link-local and
 * metadata addresses never, not even when listed.
 */
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { MailError } from '../lib/driver/errors.ts';

export type EgressMode = 'public' | 'private';

export interface Checked {
  readonly address: string;
  readonly family: 4 | 6;
  /** The name's further addresses, checked as well, for when nothing answers at the first. */
  readonly alternatives: readonly string[];
  /** For TLS: the name that was asked for. */
  readonly servername: string;
}

export interface Egress {
  /** Throws HOST_NOT_FOUND or HOST_NOT_ALLOWED. */
  resolve(host: string): Promise<Checked>;
}

export type Resolve = (host: string) => Promise<readonly string[]>;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const METADATA = ['100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254', '168.63.129.16'];
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** The IPv4 address that an IPv6 form carries (mapped, compatible, NAT64, 6to4), or the address itself. */
function unwrap(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const octets = address.toByteArray();
  const carried = (at: number) => new ipaddr.IPv4(octets.slice(at, at + 4));
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  // RFC 4291 section 2.5.5.1, long deprecated; some systems still route it. `::` and `::1` are themselves.
  const isCompatible = octets.slice(0, 12).every((octet) => octet === 0) && address.range() === 'unicast';
  if (isCompatible) return carried(12);
  switch (address.range()) {
    case 'rfc6145':
    case 'rfc6052':
      return carried(12);
    case '6to4':
      return carried(2);
    default:
      return address;
  }
}

function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[|\]$/g, '');
  // Decimal, octal and short forms of IPv4 are spellings of an address as well.
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined;
}

type Network = readonly [Address, number];

function parseNetworks(allow: readonly string[]): { hosts: ReadonlySet<string>; networks: readonly Network[] } {
  const hosts = new Set<string>();
  const networks: Network[] = [];
  for (const entry of allow.map((one) => one.trim()).filter(Boolean)) {
    if (ipaddr.isValidCIDR(entry)) networks.push(ipaddr.parseCIDR(entry));
    else {
      const address = parseAddress(entry);
      if (address) networks.push([address, address.kind() === 'ipv4' ? 32 : 128]);
      else hosts.add(entry.toLowerCase());
    }
  }
  return { hosts, networks };
}

export type Verdict = 'public' | 'private' | 'never';

/** What kind of address this is, all its spellings aside. */
export function classify(text: string): Verdict {
  const parsed = parseAddress(text.split('%')[0] ?? '');
  if (!parsed || text.includes('%')) return 'never';
  const address = unwrap(parsed);
  if (METADATA.includes(address.toString())) return 'never';
  const range = address.range();
  if (range === 'unicast') return 'public';
  return PRIVATE_RANGES.has(range) ? 'private' : 'never';
}

export function createEgress(options: {
  readonly mode: EgressMode;
  /** Host names (exact), addresses and CIDRs. */
  readonly allow?: readonly string[];
  readonly resolve?: Resolve;
}): Egress {
  const { mode, resolve = resolveAll } = options;
  const { hosts, networks } = parseNetworks(options.allow ?? []);

  function isAllowed(host: string, text: string): boolean {
    const verdict = classify(text);
    if (verdict !== 'private') return verdict === 'public';
    if (mode === 'private' || hosts.has(host.toLowerCase())) return true;
    const parsed = parseAddress(text);
    const address = parsed && unwrap(parsed);
    return networks.some(([network, bits]) => address?.kind() === network.kind() && address.match(network, bits));
  }

  async function addressesOf(host: string): Promise<readonly string[]> {
    const literal = parseAddress(host);
    if (literal) return [literal.toString()];
    try {
      return await resolve(host);
    } catch (cause) {
      throw hostNotFound(host, cause);
    }
  }

  return {
    async resolve(host) {
      const addresses = await addressesOf(host);
      const [first, ...alternatives] = addresses;
      if (first === undefined) throw hostNotFound(host);
      if (!addresses.every((address) => isAllowed(host, address))) throw hostNotAllowed(host);
      return { address: first, family: first.includes(':') ? 6 : 4, alternatives, servername: host };
    },
  };
}

function hostNotFound(host: string, cause?: unknown): MailError {
  return new MailError({
    code: 'HOST_NOT_FOUND',
    message: `There is no server by the name of ${host}.`,
    fix: 'Check the spelling of the server name.',
    // A name server that does not answer says nothing about the name.
    retryable: cause instanceof Error && 'code' in cause && cause.code === 'EAI_AGAIN',
    cause,
  });
}

function hostNotAllowed(host: string): MailError {
  return new MailError({
    code: 'HOST_NOT_ALLOWED',
    message: `This server does not connect to ${host}: its address is not a public one.`,
    fix: 'Whoever runs this server can allow it with MAIL_EGRESS_ALLOW (host name or network), or with MAIL_EGRESS=private.',
  });
}
