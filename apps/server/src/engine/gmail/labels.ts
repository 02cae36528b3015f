/**
 * X-GM-LABELS in our words. Labels of the user are kept like keywords, and so are `\Important` (as `$Important`, RFC 8457)
 * and `\Starred` (which \Flagged says as well); `\Inbox`, `\Sent` and `\Draft` say in which mailboxes a message is shown.
 * Pure. docs/decisions/004-gmail-labels.md.
 */
import type { Flags, LabelChange } from '../imap/types.ts';
import { type FlagChange, sameKeyword } from '../index/flags.ts';

const IMPORTANT = '$Important';

export interface ReadLabels {
  /** `\Inbox`, `\Sent`, `\Draft`: as `mailbox.label` has them. */
  readonly shownIn: readonly string[];
  /** The user's. */
  readonly own: readonly string[];
  readonly isImportant: boolean;
  readonly isStarred: boolean;
}

/** QUIRK: system labels come as `\Inbox` or `\\Inbox`, and drafts as `\Draft` or `\Drafts`. Unknown ones say nothing. */
export function readLabels(labels: readonly string[]): ReadLabels {
  const system = new Set(
    labels.flatMap((label) => (label.startsWith('\\') ? [label.replace(/^\\+/, '').toLowerCase()] : [])),
  );
  return {
    shownIn: [
      ...(system.has('inbox') ? ['\\Inbox'] : []),
      ...(system.has('sent') ? ['\\Sent'] : []),
      ...(system.has('draft') || system.has('drafts') ? ['\\Draft'] : []),
    ],
    own: labels.filter((label) => label !== '' && !label.startsWith('\\')),
    isImportant: system.has('important'),
    isStarred: system.has('starred'),
  };
}

/** The message's flags with what its labels say. */
export function flagsWithLabels(flags: Flags, labels: ReadLabels): Flags {
  const keywords = [...flags.keywords];
  for (const one of [...labels.own, ...(labels.isImportant ? [IMPORTANT] : [])]) {
    if (!keywords.some((have) => sameKeyword(have, one))) keywords.push(one);
  }
  const isStarred = labels.isStarred && !flags.system.includes('flagged');
  return { system: isStarred ? [...flags.system, 'flagged'] : flags.system, keywords };
}

/** What of a change goes to FLAGS and what to X-GM-LABELS. `own`: names of the user's labels, lower case. */
export function splitChange(
  { add, remove }: FlagChange,
  own: ReadonlySet<string>,
): { flags: FlagChange; labels: LabelChange } {
  const isLabel = (keyword: string) => own.has(keyword.toLowerCase()) || sameKeyword(keyword, IMPORTANT);
  const named = ({ keywords }: Flags) =>
    keywords.filter(isLabel).map((keyword) => (sameKeyword(keyword, IMPORTANT) ? '\\Important' : keyword));
  const plain = ({ system, keywords }: Flags): Flags => ({
    system,
    keywords: keywords.filter((keyword) => !isLabel(keyword)),
  });
  return {
    flags: { add: plain(add), remove: plain(remove) },
    labels: { add: named(add), remove: named(remove) },
  };
}
