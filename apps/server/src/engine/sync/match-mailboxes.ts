/**
 * Which mailbox of LIST is which of ours. By its name as it is; by the same name written otherwise (INBOX in any case, RFC
 * 9051 §5.1; modified UTF-7 in one session and UTF-8 in the next, RFC 6855); by MAILBOXID (RFC 8474 §4); by its name in
 * another case; and last by what is in it, for one that is gone and one that is new with the same UIDs given out. Pure.
 */
import type { MailboxId, Uid, UidValidity } from '@postroom/db';
import { decodeMailboxName, sameMailboxName } from '../imap/mailbox-name.ts';
import type { ListedMailbox } from '../imap/types.ts';

export interface KnownMailbox {
  readonly id: MailboxId;
  readonly path: string;
  readonly objectId: string | null;
  readonly uidValidity: UidValidity | null;
  readonly uidNext: Uid | null;
  readonly exists: number;
}

export interface MailboxMatch<Known, Listed> {
  readonly listed: Listed;
  /** Null: a new one. */
  readonly known: Known | null;
  /** A guess: its messages must be found again by what they are, not by their UIDs. */
  readonly isGuess: boolean;
}

type Test = (known: KnownMailbox, listed: ListedMailbox) => boolean;

const isOther: Test = (known, listed) =>
  known.objectId !== null && listed.objectId !== null && known.objectId !== listed.objectId;

type Key = (mailbox: Pick<KnownMailbox, 'path' | 'objectId'>) => string | null;

/** From sure to likely. What fits has the same key, so that thousands of mailboxes are not compared each with each. */
const TESTS: readonly { readonly key: Key; readonly same: Test; readonly isGuess?: true }[] = [
  { key: ({ path }) => path, same: () => true },
  {
    key: ({ path }) => decodeMailboxName(path).normalize('NFC').toUpperCase(),
    same: (known, listed) => sameMailboxName(known.path, listed.path, listed.delimiter),
  },
  { key: ({ objectId }) => objectId, same: () => true },
  { key: ({ path }) => path.toLowerCase(), same: (known, listed) => !isOther(known, listed) },
  {
    key: () => '',
    same: (known, listed) =>
      known.exists > 0 &&
      known.uidValidity !== null &&
      known.uidValidity === listed.status?.uidValidity &&
      known.uidNext === listed.status.uidNext &&
      known.exists === listed.status.messages &&
      !isOther(known, listed),
    isGuess: true,
  },
];

/** Each listed mailbox once, with ours. A test decides only where it fits one of each and no surer one did. */
export function matchMailboxes<Known extends KnownMailbox, Listed extends ListedMailbox>(
  known: readonly Known[],
  listed: readonly Listed[],
): MailboxMatch<Known, Listed>[] {
  const distinct = withoutDoubles(listed);
  const found = new Map<Listed, { known: Known; isGuess: boolean }>();
  const claimed = new Set<Known>();
  for (const { key, same, isGuess = false } of TESTS) {
    const left = byKey(
      distinct.filter((one) => !found.has(one)),
      key,
    );
    const free = byKey(
      known.filter((one) => !claimed.has(one)),
      key,
    );
    for (const [at, ones] of left) {
      for (const one of ones) {
        const fits = (free.get(at) ?? []).filter((candidate) => same(candidate, one));
        const [candidate] = fits;
        if (!candidate || fits.length > 1 || ones.filter((other) => same(candidate, other)).length > 1) continue;
        found.set(one, { known: candidate, isGuess });
        claimed.add(candidate);
      }
    }
  }
  return distinct.map((one) => ({ listed: one, ...(found.get(one) ?? { known: null, isGuess: false }) }));
}

function byKey<Mailbox extends Parameters<Key>[0]>(mailboxes: readonly Mailbox[], key: Key): Map<string, Mailbox[]> {
  const groups = new Map<string, Mailbox[]>();
  for (const mailbox of mailboxes) {
    const at = key(mailbox);
    if (at === null) continue;
    const group = groups.get(at);
    if (group) group.push(mailbox);
    else groups.set(at, [mailbox]);
  }
  return groups;
}

/** Some servers list INBOX twice, as `INBOX` and as they spell it. Other names are never taken for one. */
function withoutDoubles<Listed extends ListedMailbox>(listed: readonly Listed[]): Listed[] {
  const isInbox = ({ path }: ListedMailbox) => path.toUpperCase() === 'INBOX';
  const inbox = listed.find(({ path }) => path === 'INBOX') ?? listed.find(isInbox);
  const paths = new Set<string>();
  return listed.filter((one) => {
    if ((isInbox(one) && one !== inbox) || paths.has(one.path)) return false;
    paths.add(one.path);
    return true;
  });
}
