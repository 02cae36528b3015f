/**
 * The index against what the server says of a mailbox (every UID, RFC 9051 §2.3.1.1, and its flags, §2.3.2), and when an
 * account is next compared. Pure; `audit.ts` asks, repairs and writes down.
 */
import type { ConnectionId, MessageRowId, PlacementId, Uid } from '@postroom/db';
import type { ShownIn } from '../gmail/show-labels.ts';
import type { FlagUpdate } from '../imap/types.ts';
import type { UidSet } from '../imap/uid-set.ts';
import { flagBits } from '../index/flags.ts';
import { type OpenFlagOp, overlayPending } from '../operations/overlay.ts';

/** A placement as the index has it. */
export interface IndexedPlacement {
  readonly uid: Uid;
  readonly placementId: PlacementId;
  readonly messageId: MessageRowId;
  readonly flags: number;
  readonly keywords: readonly string[];
}

/** What the server says of one; `shownIn`: the labels of mailboxes that show it (Gmail), null where none are read. */
export interface ToldPlacement extends FlagUpdate {
  readonly shownIn: readonly string[] | null;
}

export interface Drift {
  /** There, and not here. */
  readonly missing: UidSet;
  /** Here, and not there. */
  readonly superfluous: UidSet;
  /** Both have them, with other flags: the server's. */
  readonly flags: readonly FlagUpdate[];
}

/** Of what both have: where flags or labels are not as the server says, and nothing of ours on its way explains it. */
export function differentFlags(
  index: readonly IndexedPlacement[],
  server: readonly ToldPlacement[],
  open: readonly OpenFlagOp[],
  shown?: ShownIn,
): ToldPlacement[] {
  const here = new Map(index.map((placement) => [placement.uid, placement]));
  return server.filter(({ uid, flags, shownIn }) => {
    const placement = here.get(uid);
    if (!placement) return false;
    const isShownIn = shown?.labels.get(placement.messageId);
    const toBeShownIn = shownIn?.filter((label) => shown?.known.has(label));
    if (toBeShownIn && isShownIn && keyOf(toBeShownIn) !== keyOf(isShownIn)) return true;
    const wanted = overlayPending({ bits: flagBits(flags.system), keywords: flags.keywords }, placement, open);
    return wanted.bits !== placement.flags || keyOf(wanted.keywords) !== keyOf(placement.keywords);
  });
}

const keyOf = (keywords: readonly string[]) =>
  [...new Set(keywords.map((keyword) => keyword.toLowerCase()))].sort().join(' ');

export function isEmpty({ missing, superfluous, flags }: Drift): boolean {
  return missing.isEmpty && superfluous.isEmpty && flags.length === 0;
}

/** What both comparisons found: between them the mailbox was synced, so that the rest was mere delay. */
export function confirmedDrift(first: Drift, second: Drift): Drift {
  const before = new Map(first.flags.map((update) => [update.uid, update]));
  return {
    missing: first.missing.intersect(second.missing),
    superfluous: first.superfluous.intersect(second.superfluous),
    flags: second.flags.filter((update) => {
      const known = before.get(update.uid);
      return known !== undefined && flagsKey(known) === flagsKey(update);
    }),
  };
}

const flagsKey = ({ flags, labels }: FlagUpdate) =>
  `${flagBits(flags.system)} ${keyOf(flags.keywords)} ${keyOf(labels ?? [])}`;

const NIGHT_FROM_HOUR = 1;
const NIGHT_MS = 4 * 3_600_000;

/** Every account has its own minute of the night, so that they do not all ask at once. */
export function nextAuditAt(connectionId: ConnectionId, now: Date): Date {
  // Knuth's multiplicative hash: neighbours are far apart.
  const share = (Math.imul(connectionId, 2_654_435_761) >>> 0) / 2 ** 32;
  const at = new Date(now);
  at.setHours(NIGHT_FROM_HOUR, 0, 0, 0);
  at.setTime(at.getTime() + Math.floor(share * NIGHT_MS));
  if (at <= now) at.setDate(at.getDate() + 1);
  return at;
}
