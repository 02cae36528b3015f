/**
 * For sockets of Node: a look-up that answers with the addresses the egress guard has checked, whatever is asked. The
 * name stays the TLS server name, several addresses are tried in turn (RFC 8305), and no name server is asked again.
 */
import { isIP, type LookupFunction } from 'node:net';
import type { Checked } from './egress.ts';

/** Socket options that connect a host name to what was checked for it. */
export function dialChecked({ address, alternatives }: Checked): {
  readonly lookup: LookupFunction;
  readonly autoSelectFamily: true;
} {
  const addresses = [address, ...alternatives].map((one) => ({ address: one, family: isIP(one) }));
  return {
    autoSelectFamily: true,
    lookup: (_host, options, callback) => {
      if (options.all) callback(null, addresses);
      else callback(null, address, isIP(address));
    },
  };
}
