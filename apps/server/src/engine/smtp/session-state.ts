/** What nodemailer knows of a session and keeps to itself. The only file that looks into it. */
import type SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Octets of a message at most (RFC 1870): null where EHLO named no limit. */
export function sizeLimitOf(connection: SMTPConnection): number | null {
  const limit: unknown = Reflect.get(connection, '_maxAllowedSize');
  return typeof limit === 'number' && limit > 0 ? limit : null;
}

/** Whether EHLO named this mechanism of AUTH. */
export function offers(connection: SMTPConnection, mechanism: string): boolean {
  const lines: unknown = Reflect.get(connection, '_ehloLines');
  const words = (Array.isArray(lines) ? lines : []).map((line) =>
    String(line)
      .toUpperCase()
      .split(/[\s=]+/),
  );
  return words.some(([verb, ...mechanisms]) => verb === 'AUTH' && mechanisms.includes(mechanism));
}

/** Answers to RCPT that were no 2xx, in the transaction at hand or the last one. */
export function refusedRecipients(connection: SMTPConnection): readonly unknown[] {
  const envelope: unknown = Reflect.get(connection, '_envelope');
  const errors: unknown =
    typeof envelope === 'object' && envelope !== null ? Reflect.get(envelope, 'rejectedErrors') : [];
  return Array.isArray(errors) ? errors : [];
}

/** What EHLO offered. */
export function extensionsOf(connection: SMTPConnection): ReadonlySet<string> {
  const kept: unknown = Reflect.get(connection, '_supportedExtensions');
  return new Set(Array.isArray(kept) ? kept.map(String) : []);
}
