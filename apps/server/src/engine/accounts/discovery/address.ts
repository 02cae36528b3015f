/**
 * The address that settings are looked for, taken apart once: everything that asks the network works with the ASCII form
 * of the domain (IDNA), everything that is a user name with what was typed. No judgement of odd local parts.
 */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { MailError } from '../../../lib/driver/errors.ts';

export interface MailAddress {
  /** As typed, without spaces around it. */
  readonly email: string;
  /** All before the last `@`, quotes included. */
  readonly localPart: string;
  /** ASCII, lower case. */
  readonly domain: string;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;
const NOT_IN_NAMES = /[^\p{L}\p{M}\p{N}._\-。]/u;

/** Throws INVALID_INPUT where there is no local part or no domain that could be looked up. */
export function parseMailAddress(typed: string): MailAddress {
  const email = typed.trim();
  const at = email.lastIndexOf('@');
  const localPart = email.slice(0, Math.max(at, 0));
  const typedDomain = email.slice(at + 1).toLowerCase();
  // domainToASCII reads a domain as browsers do, up to the first slash or colon.
  const domain = NOT_IN_NAMES.test(typedDomain) ? '' : domainToASCII(typedDomain).replace(/\.$/, '');
  if (localPart === '' || /\p{Cc}/u.test(email) || !DOMAIN.test(domain) || isIP(domain) !== 0) {
    throw new MailError({
      code: 'INVALID_INPUT',
      message: 'This is not a mail address.',
      fix: 'Type it like name@example.org.',
    });
  }
  return { email, localPart, domain };
}
