/**
 * What the sources of discovery give, and how it becomes the list the user sees: the same servers once, what is known
 * of a provider told with them, and a warning where settings lead away from the address's own domain. Pure.
 */
import { getDomain } from 'tldts';
import { type Candidate, candidateSchema, type NewConnection } from '../../../lib/driver/schemas.ts';
import type { MailAddress } from './address.ts';
import type { Provider, ProviderServer } from './providers/provider.ts';
import { providerOfServers } from './providers.ts';

export type AuthKind = Candidate['auth'][number];
export type Endpoint = Pick<NewConnection['imap'], 'host' | 'port' | 'security'>;
export type Server = Candidate['imap'];

/** A sign-in page that this server is set up for, and the server it is for. */
export interface SignIn {
  readonly id: string;
  readonly imap: { readonly host: string };
}

/** Where settings come from, best first. */
export type Source = 'instance' | 'provider' | 'ispdb' | 'autoconfig' | 'srv' | 'mx' | 'probe' | 'guess';

/** Settings one source found. */
export interface Finding {
  readonly source: Source;
  /** The name shown. */
  readonly provider: string;
  readonly imap: Server;
  readonly smtp: Server;
  readonly auth: readonly AuthKind[];
  readonly oauth?: string;
  readonly help?: { readonly text: string; readonly url?: string };
}

/**
 * Sources that may lead to another domain without a warning: this server's operator, our table, Thunderbird's. What a
 * domain says of itself, in DNS or on its web server, may have been put there by somebody else.
 */
const VOUCHED: ReadonlySet<Source> = new Set(['instance', 'provider', 'ispdb', 'mx']);

/** A provider's settings for this address. */
export function findingOfProvider(provider: Provider, source: Source, address: MailAddress): Finding {
  // Names without their domain mean something only in the provider's own domains.
  const isOwn = provider.domains.includes(address.domain);
  const fill = ({ username, ...endpoint }: ProviderServer): Server => ({
    ...endpoint,
    username: username === 'local-part' && isOwn ? address.localPart : address.email,
  });
  const { name, auth, help } = provider;
  return { source, provider: name, imap: fill(provider.imap), smtp: fill(provider.smtp), auth, help };
}

/** Settings of a server nothing more is known about: it wants the whole address and a password. */
export function findingOfEndpoints(
  source: Source,
  servers: { readonly imap: Endpoint; readonly smtp: Endpoint },
  address: MailAddress,
): Finding {
  const username = address.email;
  return {
    source,
    provider: address.domain,
    imap: { ...servers.imap, username },
    smtp: { ...servers.smtp, username },
    auth: ['password'],
  };
}

/** The domain one registers; the host itself where there is none (addresses, `localhost`). */
export function registrableDomain(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}

/** The candidates of findings that are in the order of trust. */
export function presentFindings(
  findings: readonly Finding[],
  address: MailAddress,
  signIns: readonly SignIn[] = [],
): Candidate[] {
  const merged = new Map<string, { finding: Finding; isVouched: boolean }>();
  for (const found of findings.map(withProvider).map((one) => withSignIn(one, signIns))) {
    const key = [found.imap, found.smtp].map(({ host, port, security }) => `${host}:${port}:${security}`).join(' ');
    const known = merged.get(key);
    const isVouched = VOUCHED.has(found.source);
    if (known) known.isVouched ||= isVouched;
    else merged.set(key, { finding: found, isVouched });
  }
  return [...merged.values()].flatMap(({ finding, isVouched }) => {
    const candidate = candidateSchema.safeParse(isVouched ? finding : withWarning(finding, address));
    return candidate.success ? [candidate.data] : [];
  });
}

/** A domain of its own may lead to a provider we know: then its password and its help are known as well. */
function withProvider(finding: Finding): Finding {
  if (['instance', 'provider', 'mx'].includes(finding.source)) return finding;
  const provider = providerOfServers(finding.imap.host, finding.smtp.host);
  return provider ? { ...finding, provider: provider.name, auth: provider.auth, help: provider.help } : finding;
}

/** Where this server is set up for the sign-in page of who runs these servers, that is the first way in. */
function withSignIn(finding: Finding, signIns: readonly SignIn[]): Finding {
  const host = finding.imap.host.toLowerCase();
  const signIn = signIns.find(({ imap }) => imap.host.toLowerCase() === host);
  if (!signIn) return finding;
  const others = finding.auth.filter((way) => way !== 'oauth2');
  const { help, ...rest } = finding;
  return {
    ...rest,
    oauth: signIn.id,
    auth: ['oauth2', ...others],
    // What is said of the other ways in.
    ...(help && others.length > 0 ? { help } : {}),
  };
}

function withWarning(finding: Finding, address: MailAddress): Finding {
  const home = registrableDomain(address.domain);
  const led = new Set([finding.imap.host, finding.smtp.host].map(registrableDomain));
  led.delete(home);
  if (led.size === 0) return finding;
  const warning = `These settings lead to ${[...led].join(' and ')}, a different domain than yours. Check that this is your provider.`;
  return { ...finding, help: { ...finding.help, text: finding.help ? `${warning} ${finding.help.text}` : warning } };
}
