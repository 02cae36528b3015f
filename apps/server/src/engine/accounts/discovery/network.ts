/**
 * The network as discovery asks it: HTTPS and TCP through the egress guard, SRV and MX by the system's name servers.
 * Nothing here knows what the answers mean.
 */
import { Resolver } from 'node:dns/promises';
import { connect, type TcpNetConnectOpts } from 'node:net';
import { dialChecked } from '../../../security/dial-checked.ts';
import type { Checked, Egress } from '../../../security/egress.ts';
import type { HttpsClient } from '../../../security/https-client.ts';
import type { DiscoveryNetwork } from './sources.ts';

const DNS = { timeout: 1500, tries: 2 };
/** So long a port has to answer: after that it does not listen, be it closed or guarded by a firewall. */
const LISTEN_MS = 2_000;

/** The real network for createDiscovery. */
export function createDiscoveryNetwork(deps: {
  readonly egress: Egress;
  readonly https: HttpsClient;
  readonly listenMs?: number;
}): DiscoveryNetwork {
  const { listenMs = LISTEN_MS } = deps;
  const resolver = new Resolver(DNS);
  const resolve = sharedResolve(deps.egress);
  return {
    get: (url, options) => deps.https.get(url, options),
    resolveSrv: (name) => resolver.resolveSrv(name),
    resolveMx: (domain) => resolver.resolveMx(domain),
    async listens({ host, port }, signal) {
      const checked = await resolve(host);
      return !signal.aborted && accepts({ host, port, ...dialChecked(checked) }, { signal, listenMs });
    },
  };
}

/** A name that is asked for while its answer is still out is asked once: look-ups occupy Node's few threads. */
function sharedResolve(egress: Egress): (host: string) => Promise<Checked> {
  const asked = new Map<string, Promise<Checked>>();
  return (host) => {
    const known = asked.get(host);
    if (known) return known;
    const answer = egress.resolve(host).finally(() => asked.delete(host));
    asked.set(host, answer);
    return answer;
  };
}

interface Patience {
  readonly signal: AbortSignal;
  readonly listenMs: number;
}

/** A refusal comes at once and silence never ends: neither the answer nor its time tells which it was (docs/decisions/013). */
function accepts(options: TcpNetConnectOpts, { signal, listenMs }: Patience): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ ...options, signal });
    const end = (answer: boolean) => {
      clearTimeout(late);
      socket.destroy();
      settle(answer);
    };
    const late = setTimeout(end, listenMs, false);
    socket.once('connect', () => end(true));
    socket.on('error', () => {
      if (signal.aborted) end(false);
    });
  });
}
