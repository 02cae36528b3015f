/**
 * Message identifiers (RFC 5322 section 3.6.4), always with their angle brackets. Lists are read by the rule
 * `<…@…>`: phrases, commas and missing spaces between ids do not matter, nothing is made up. A Message-ID field of
 * its own may also lack the "@" or the brackets.
 */

const MAX_ID_LENGTH = 996;
const FIRST_REFERENCES = 1;
const LAST_REFERENCES = 50;

/** All ids in an In-Reply-To or References value, in order, each once. */
export function extractMessageIds(value: string | null | undefined): string[] {
  if (value === null || value === undefined) return [];
  const ids = new Set<string>();
  for (const match of value.matchAll(/<([^<>]{1,996})>/g)) {
    // QUIRK: some mailers fold in the middle of an id; white space inside brackets is no part of it.
    const id = (match[1] ?? '').replace(/\s+/g, '');
    if (/^[^@]+@[^@]*[^@\s]$/.test(id) || /^"[^"]*"@\S+$/.test(id)) ids.add(`<${id}>`);
  }
  return [...ids];
}

/** The id a Message-ID field holds, or undefined. Ids without "@", and bare ids that have one, are accepted. */
export function parseMessageId(value: string | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const proper = extractMessageIds(value)[0];
  if (proper !== undefined) return proper;
  const bracketed = /<([^<>]{1,996})>/.exec(value)?.[1]?.replace(/\s+/g, '');
  if (bracketed !== undefined && bracketed !== '') return `<${bracketed}>`;
  const bare = value.trim().replace(/^<|>$/g, '');
  return /^[^\s<>@]+@[^\s<>@]+$/.test(bare) && bare.length <= MAX_ID_LENGTH ? `<${bare}>` : undefined;
}

/** The ids of a References value: the first and the last fifty of it, which is where a conversation is decided. */
export function references(value: string | null | undefined): string[] {
  return capReferences(extractMessageIds(value));
}

/** Keeps the first and the last `last` ids of a list. */
export function capReferences(ids: readonly string[], last: number = LAST_REFERENCES): string[] {
  if (ids.length <= FIRST_REFERENCES + last) return [...ids];
  return [...ids.slice(0, FIRST_REFERENCES), ...(last > 0 ? ids.slice(-last) : [])];
}

/** The id without brackets and white space, for comparing and hashing. */
export function bareMessageId(id: string): string {
  return id.trim().replace(/^<|>$/g, '').replace(/\s+/g, '');
}
