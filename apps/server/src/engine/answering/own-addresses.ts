/**
 * Which addresses are the user's: those of the identities, each with a part after a plus (RFC 5233), and all of a domain
 * where an identity is a catch-all (`*@example.org`). docs/decisions/010. Pure.
 */
import type { Address } from '../mime/index.ts';

/** `*@example.org`: all of a domain is the user's. */
export const isCatchAll = (email: string): boolean => email.startsWith('*@');

/** By how a message came to be the user's; the surest first. */
export interface OwnAddresses<Identity extends Address = Address> {
  /** The identity with that very address. */
  exact(email: string): Identity | undefined;
  /** The identity whose address it is, but for what stands after a plus. */
  plus(email: string): Identity | undefined;
  /** The catch-all of its domain. */
  catchAll(email: string): Identity | undefined;
}

export function createOwnAddresses<Identity extends Address>(identities: readonly Identity[]): OwnAddresses<Identity> {
  const known = new Map<string, Identity>();
  // The first of two that spell one address.
  for (const one of identities.toReversed()) known.set(one.email.toLowerCase(), one);
  const exact = (email: string) => (isCatchAll(email) ? undefined : known.get(email.toLowerCase()));
  return {
    exact,
    plus: (email) => {
      const found = /^([^+]+)\+[^@]*(@[^@]+)$/.exec(email);
      return found ? exact(`${found[1]}${found[2]}`) : undefined;
    },
    catchAll: (email) => {
      const at = email.lastIndexOf('@');
      return at < 1 || isCatchAll(email) ? undefined : known.get(`*${email.slice(at)}`.toLowerCase());
    },
  };
}

/** The address to write from for one that is asked for or was written to; undefined: it is not the user's. */
export function writingAs(own: OwnAddresses, email: string): Address | undefined {
  const named = own.exact(email);
  if (named) return addressOf(named, named.email);
  const all = own.catchAll(email);
  return all && addressOf(all, email);
}

export function addressOf({ name }: Address, email: string): Address {
  return name === undefined || name === '' ? { email } : { name, email };
}
