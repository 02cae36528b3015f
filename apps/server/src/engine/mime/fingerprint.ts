/**
 * Identity of a message across moves and UIDVALIDITY changes, from what ENVELOPE alone tells: SHA-256 over Message-ID,
 * Date, From, Subject and the sorted recipients, cut to 128 bits. And 64-bit keys for PostgreSQL bigint columns, as
 * decimal strings, because they do not fit a JavaScript number.
 */
import { createHash } from 'node:crypto';
import { type Address, normalizeEmail } from './addresses.ts';
import { bareMessageId } from './message-ids.ts';

/** What a fingerprint is taken of. */
export interface FingerprintInput {
  messageId?: string | null | undefined;
  date?: Date | null | undefined;
  from?: readonly Address[] | undefined;
  subject?: string | null | undefined;
  to?: readonly Address[] | undefined;
  cc?: readonly Address[] | undefined;
}

/** Sixteen bytes that stay the same wherever the message lies. */
export function fingerprint({ messageId, date, from, subject, to, cc }: FingerprintInput): Buffer {
  const time =
    date === null || date === undefined || Number.isNaN(date.getTime())
      ? ''
      : String(Math.floor(date.getTime() / 1000));
  const fields = [
    bareMessageId(messageId ?? ''),
    time,
    emails(from).join(','),
    (subject ?? '').normalize('NFC').replace(/\s+/g, ' ').trim(),
    emails([...(to ?? []), ...(cc ?? [])]).join(','),
  ];
  const hash = createHash('sha256');
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:${field}|`);
  return hash.digest().subarray(0, 16);
}

/** Key of a Message-ID: a signed 64-bit integer as a decimal string. */
export function messageIdHash(id: string): string {
  return hash64('id', bareMessageId(id));
}

/** Signed 64-bit hash of a kind and its parts, as a decimal string (a PostgreSQL bigint). */
export function hash64(kind: string, ...parts: string[]): string {
  const hash = createHash('sha256').update(kind);
  for (const part of parts) hash.update(`\0${part}`);
  return hash.digest().readBigInt64BE(0).toString();
}

function emails(addresses: readonly Address[] = []): string[] {
  return addresses.map(({ email }) => normalizeEmail(email).toLowerCase()).sort();
}
