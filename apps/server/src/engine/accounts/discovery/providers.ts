/**
 * Mail providers, as data: their domains and mail exchangers, their servers, what they take as user name, which kind of
 * password they want and where one makes it. Hosts and ports are those of the providers' help pages and of Thunderbird's
 * ISPDB; docs/providers/README.md shows the same. How a provider's IMAP behaves is no matter of this table.
 */
import { HOSTERS } from './providers/hosters.ts';
import type { Provider } from './providers/provider.ts';
import { REGIONAL } from './providers/regional.ts';
import { WORLDWIDE } from './providers/worldwide.ts';

/** The table. Where two rows share servers, the later is the one for domains of one's own. */
export const PROVIDERS: readonly Provider[] = [...WORLDWIDE, ...REGIONAL, ...HOSTERS];

const byDomain = new Map(
  PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider] as const)),
);

const isBelow = (host: string, suffix: string) => host === suffix || host.endsWith(`.${suffix}`);
const plain = (host: string) => host.toLowerCase().replace(/\.$/, '');

/** The provider whose own domain this is. */
export function providerOfDomain(domain: string): Provider | undefined {
  return byDomain.get(domain);
}

/** The provider that takes in mail on this host (an MX record's exchange). */
export function providerOfExchange(exchange: string): Provider | undefined {
  const host = plain(exchange);
  return PROVIDERS.find(({ mx }) => mx.some((suffix) => isBelow(host, suffix)));
}

/** The provider whose two servers these are; of two rows the later, which is the one for domains of one's own. */
export function providerOfServers(imapHost: string, smtpHost: string): Provider | undefined {
  return PROVIDERS.findLast(({ imap, smtp }) => imap.host === plain(imapHost) && smtp.host === plain(smtpHost));
}
