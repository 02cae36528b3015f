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

/** The real network for createDiscovery. */
export function createDiscoveryNetwork(deps: {
  readonly egress: Egress;
  readonly https: HttpsClient;
}): DiscoveryNetwork {
  const resolver = new Resolver(DNS);
  const resolve = sharedResolve(deps.egress);
  return {
    get: (url, options) => deps.https.get(url, options),
    resolveSrv: (name) => resolver.resolveSrv(name),
    resolveMx: (domain) => resolver.resolveMx(domain),
    async listens({ host, port }, signal) {
      const checked = await resolve(host);
      return !signal.aborted && accepts({ host, port, ...dialChecked(checked) }, signal);
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

function accepts(options: TcpNetConnectOpts, signal: AbortSignal): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ ...options, signal });
    socket.once('connect', () => {
      settle(true);
      socket.destroy();
    });
    socket.once('error', () => settle(false));
  });
}
