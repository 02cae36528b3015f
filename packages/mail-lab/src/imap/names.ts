/** Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3), or UTF-8 once UTF8=ACCEPT is on (RFC 6855 section 3). */
import { decodeMailboxName, encodeMailboxName } from '../dovecot/mailbox-name.ts';
import type { Session } from './session.ts';
import { writeMailbox } from './token.ts';

const speaksUtf8 = (session: Pick<Session, 'enabled'>): boolean => session.enabled.has('UTF8=ACCEPT');

/** A name that a client sent; text is one character a byte. */
export function readName(session: Pick<Session, 'enabled'>, text: string): string {
  return speaksUtf8(session) ? Buffer.from(text, 'latin1').toString('utf8') : decodeMailboxName(text);
}

/** A name as it is written to this client, before quoting. */
export function encodeName(session: Pick<Session, 'enabled'>, path: string): string {
  return speaksUtf8(session) ? Buffer.from(path, 'utf8').toString('latin1') : encodeMailboxName(path);
}

/** A name on the wire. UTF-8 stands in quotes. */
export function wireName(session: Pick<Session, 'enabled'>, path: string): string {
  const name = encodeName(session, path);
  return /^[\x20-\x7e]*$/.test(name) ? writeMailbox(name) : `"${name.replace(/["\\]/g, '\\$&')}"`;
}
