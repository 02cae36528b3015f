/** System flags (RFC 9051 §2.3.2) as bits of `placement.flags`, and what keywords mean as state. Pure. */
import type { Flags, SystemFlag } from '../imap/types.ts';

export const FLAG = { seen: 1, answered: 2, flagged: 4, deleted: 8, draft: 16 } as const satisfies Record<
  SystemFlag,
  number
>;

const SYSTEM_FLAGS = Object.keys(FLAG) as SystemFlag[];

export function flagBits(flags: readonly SystemFlag[]): number {
  return flags.reduce((bits, flag) => bits | FLAG[flag], 0);
}

export function systemFlagsOf(bits: number): SystemFlag[] {
  return SYSTEM_FLAGS.filter((flag) => (bits & FLAG[flag]) !== 0);
}

/** The label that stands for "snoozed by us" where mailboxes are labels. Gmail keeps the plain word for itself. */
export const SNOOZE_LABEL = 'Postroom/Snoozed';

/**
 * Keywords that are state, not labels (contract, Labels): those that begin with `$` but Thunderbird's five, junk's, and ours
 * for what is snoozed.
 */
export function isStateKeyword(keyword: string): boolean {
  if (sameKeyword(keyword, SNOOZE_LABEL)) return true;
  if (/^\$label[1-5]$/i.test(keyword)) return false;
  return keyword.startsWith('$') || /^(junk|nonjunk|notjunk|forwarded)$/i.test(keyword);
}

const THUNDERBIRD_LABELS: Readonly<Record<string, string>> = {
  $label1: 'Important',
  $label2: 'Work',
  $label3: 'Personal',
  $label4: 'To Do',
  $label5: 'Later',
};

/** The name a label for this keyword is shown by: Thunderbird's for its five, else the keyword itself. */
export function labelNameOfKeyword(keyword: string): string {
  return THUNDERBIRD_LABELS[keyword.toLowerCase()] ?? keyword;
}

export function sameKeyword(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A change of flags on one message; keywords compare without case. Removal after addition. */
export interface FlagChange {
  readonly add: Flags;
  readonly remove: Flags;
}

/** `bits` and `keywords` after the change. Keeps the server's spelling of keywords that are there already. */
export function applyFlagChange(
  current: { bits: number; keywords: readonly string[] },
  change: FlagChange,
): { bits: number; keywords: string[] } {
  const keywords = current.keywords.filter((have) => !change.remove.keywords.some((gone) => sameKeyword(have, gone)));
  for (const added of change.add.keywords) {
    if (!keywords.some((have) => sameKeyword(have, added))) keywords.push(added);
  }
  return { bits: (current.bits | flagBits(change.add.system)) & ~flagBits(change.remove.system), keywords };
}
