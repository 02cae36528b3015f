/**
 * `Range` (RFC 9110 section 14): one range of bytes. Several ranges, other units and what does not parse are ignored,
 * as the RFC allows: the answer is then the whole.
 */

/** First and last octet, both of them included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is asked for, before the size is known: from `start` on, or the last `suffix` octets. */
export type RangeRequest = { readonly start: number; readonly end: number } | { readonly suffix: number };

const SINGLE_RANGE = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i;

/** The one range that is asked for, or null: the whole. */
export function parseRange(header: string | undefined): RangeRequest | null {
  const match = SINGLE_RANGE.exec(header ?? '');
  if (!match) return null;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? null : { suffix: Number(last) };
  const start = Number(first);
  const end = last === '' ? Number.MAX_SAFE_INTEGER : Number(last);
  return end < start ? null : { start, end };
}

/** The octets of a file of this size that are meant, or null where it has none of them (416). */
export function resolveRange(range: RangeRequest, size: number): ByteRange | null {
  const start = 'suffix' in range ? Math.max(0, size - range.suffix) : range.start;
  const end = 'suffix' in range ? size - 1 : Math.min(range.end, size - 1);
  return start > end ? null : { start, end };
}
