/**
 * Which results of sender checks are believed: those of the account's own server (RFC 8601 section 5). Whoever sends a
 * message can write an Authentication-Results field into it; a server that checks takes away those that bear its name
 * and puts its own on top. Its name, the authserv-id, is known in one of three ways: it is of the account's domain or
 * of its mail host's; the provider's is known (below); or nearly all mail here bears it, whoever sent it. Where most
 * mail bears none, the server does not check, and what bears its name is forged.
 */
import { siteOf } from '@postroom/mail-html';

/** How much of the mail that was read lately bears an authserv-id; null: no results at all. */
export interface SeenAuthserv {
  readonly id: string | null;
  readonly messages: number;
  /** From how many domains. */
  readonly domains: number;
}

export interface AuthservFacts {
  /** The account's address. */
  readonly email: string;
  /** Its IMAP and SMTP hosts. */
  readonly hosts: readonly string[];
  readonly seen: readonly SeenAuthserv[];
}

/** QUIRK: providers whose receiving servers are named by another domain than the one that users connect to. */
const SITES_BY_HOST: Readonly<Record<string, readonly string[]>> = {
  'gmail.com': ['google.com'],
  'googlemail.com': ['google.com'],
  'fastmail.com': ['messagingengine.com'],
  'me.com': ['icloud.com', 'apple.com'],
  'mail.yahoo.com': ['yahoo.com'],
  'gmx.com': ['gmx.net'],
  'zoho.com': ['zohomail.com'],
  'zoho.eu': ['zohomail.eu'],
  'protonmail.ch': ['proton.me', 'protonmail.com'],
};
/** QUIRK: Microsoft's servers leave their name out. */
const NAMELESS: ReadonlySet<string> = new Set(['outlook.com', 'office365.com', 'hotmail.com']);

const ENOUGH_MESSAGES = 10;
const ENOUGH_DOMAINS = 5;
const NEARLY_ALL = 0.9;

/** Whether results under this name are the account's own server's. */
export function isOwnAuthserv(id: string, { email, hosts, seen }: AuthservFacts): boolean {
  const total = seen.reduce((sum, { messages }) => sum + messages, 0);
  const shareOf = (which: string | null) => (seen.find((one) => one.id === which)?.messages ?? 0) / Math.max(total, 1);
  if (total >= ENOUGH_MESSAGES && shareOf(null) > NEARLY_ALL) return false;
  const sites = hosts.map(siteOf);
  if (id === '') return sites.some((site) => NAMELESS.has(site));
  const known = [
    siteOf(email.split('@').at(-1) ?? ''),
    ...sites,
    ...sites.flatMap((site) => SITES_BY_HOST[site] ?? []),
  ];
  if (known.includes(siteOf(id))) return true;
  const found = seen.find((one) => one.id === id);
  return (
    found !== undefined &&
    found.messages >= ENOUGH_MESSAGES &&
    found.domains >= ENOUGH_DOMAINS &&
    shareOf(id) >= NEARLY_ALL
  );
}
