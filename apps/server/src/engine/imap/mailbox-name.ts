/**
 * Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 as it is where UTF8=ACCEPT (RFC 6855) is on. imapflow
 * does this for its own commands; here for what it does not know, and to tell whether two names are one mailbox's. Pure.
 */

/** Modified UTF-7 of a name. */
export function encodeMailboxName(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** The name that modified UTF-7 stands for; what is none stays as it is, for a name may hold `&` where UTF-8 is spoken. */
export function decodeMailboxName(name: string): string {
  const decoded = name.replace(/&([A-Za-z0-9+,]*)-/g, (_run, encoded: string) => {
    if (encoded === '') return '&';
    const bytes = Buffer.from(encoded.replaceAll(',', '/'), 'base64');
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  });
  return encodeMailboxName(decoded) === name ? decoded : name;
}

/**
 * Whether two names are one mailbox's. INBOX has no case (RFC 9051 §5.1), alone or as the root of others; one name may come
 * in modified UTF-7 in one session and in UTF-8 in the next, composed or decomposed. The case of all else is the server's.
 */
export function sameMailboxName(a: string, b: string, delimiter: string | null): boolean {
  return a === b || canonical(a, delimiter) === canonical(b, delimiter);
}

function canonical(name: string, delimiter: string | null): string {
  const plain = decodeMailboxName(name).normalize('NFC');
  const [root = '', ...below] = delimiter === null ? [plain] : plain.split(delimiter);
  return root.toUpperCase() === 'INBOX' ? ['INBOX', ...below].join(delimiter ?? '') : plain;
}
