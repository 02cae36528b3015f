/**
 * connections.discover: from an address to server settings, best first, in at most five seconds whatever the network
 * does. Asked are, in the order of trust: this server's operator, our provider table, ISPDB and the domain's own
 * autoconfiguration, SRV, MX, then the usual names. No password is known here, so none is sent. What comes out is a
 * proposal: the connection test and the user decide.
 */
import type { Candidate } from '../../../lib/driver/schemas.ts';
import { type MailAddress, parseMailAddress } from './address.ts';
import {
  type Endpoint,
  type Finding,
  findingOfEndpoints,
  findingOfProvider,
  presentFindings,
  type SignIn,
} from './findings.ts';
import { guess, probe } from './probe.ts';
import { providerOfDomain } from './providers.ts';
import { type DiscoveryNetwork, SOURCES } from './sources.ts';

/** All answers that have not come by then are gone without. */
const DEADLINE_MS = 4500;
/** How long what the domain publishes may take before the usual names are tried as well. */
const PATIENCE_MS = 2000;

/** The instance's own mail server. */
export interface OwnServer {
  readonly imap: Endpoint;
  readonly smtp: Endpoint;
  /** The domains it serves; empty where the operator named none. */
  readonly domains: readonly string[];
}

export interface DiscoveryDeps extends DiscoveryNetwork {
  readonly ownServer: OwnServer | null;
  /** Providers whose sign-in page can be used here. */
  readonly signIns?: readonly SignIn[];
}

/**
 * Finds settings for an address. Domains that the operator or the table know need no network; for all others there is
 * at least a guess. Throws INVALID_INPUT for what is no address, and nothing else.
 */
export function createDiscovery(deps: DiscoveryDeps): (email: string) => Promise<Candidate[]> {
  return async (email) => {
    const address = parseMailAddress(email);
    const own = ownFinding(deps.ownServer, address);
    const provider = providerOfDomain(address.domain);
    const known = provider && findingOfProvider(provider, 'provider', address);
    return presentFindings(await inOrder(deps, address, own, known), address, deps.signIns);
  };
}

/**
 * An operator who named domains means them, and only them. One who named none means everybody but those whose address
 * is plainly elsewhere: then the own server comes second.
 */
async function inOrder(
  deps: DiscoveryDeps,
  address: MailAddress,
  own: Finding | undefined,
  known: Finding | undefined,
): Promise<readonly Finding[]> {
  const isNamed = deps.ownServer?.domains.includes(address.domain) ?? false;
  const certain = (isNamed ? [own, known] : [known, own]).filter((finding) => finding !== undefined);
  if (isNamed || known) return certain;
  return [...certain, ...(await askNetwork(deps, address, certain.length === 0))];
}

function ownFinding(server: OwnServer | null, address: MailAddress): Finding | undefined {
  if (!server || (server.domains.length > 0 && !server.domains.includes(address.domain))) return undefined;
  return { ...findingOfEndpoints('instance', server, address), provider: server.imap.host };
}

/** What the sources found, in the order of trust. The usual names are tried only where nothing else is known. */
async function askNetwork(
  network: DiscoveryNetwork,
  address: MailAddress,
  isGuessing: boolean,
): Promise<readonly Finding[]> {
  const stop = new AbortController();
  const { signal } = stop;
  const deadline = after(DEADLINE_MS, signal);
  const found: (readonly Finding[])[] = [];
  const keep = async (at: number, answer: Promise<readonly Finding[]>) => {
    found[at] = await answer;
  };
  const published = Promise.all(SOURCES.map((ask, at) => keep(at, ask(network, address, signal))));
  try {
    await Promise.race([published, after(PATIENCE_MS, signal)]);
    if (!isGuessing || found.flat().length > 0) return found.flat();
    const probed = keep(SOURCES.length, probe(network, address, signal));
    await Promise.race([Promise.all([published, probed]), deadline]);
    return found.flat().length > 0 ? found.flat() : [guess(address)];
  } finally {
    stop.abort();
  }
}

/** Resolves after a while, and at once when it is not waited for any more. */
function after(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
