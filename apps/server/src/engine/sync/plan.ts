/**
 * What to do about one mailbox: a pure function of what is known here, what the server said with SELECT, and what the
 * server can do. RFC 9051 §2.3.1 (UIDs), RFC 7162 (CONDSTORE, QRESYNC); the plain way needs RFC 3501 only.
 *
 * Nothing here talks to anybody; `mailbox-sync.ts` carries the plan out, `apply.ts` writes it down.
 */
import type { ModSeq, Uid, UidValidity } from '@postroom/db';

/** What the index knows of a mailbox. */
export interface LocalMailbox {
  /** Null: never synced, or the server never told one. */
  readonly uidValidity: UidValidity | null;
  /** Every UID below this one was considered. */
  readonly uidNext: Uid | null;
  readonly highestModSeq: ModSeq | null;
  /** Initial sync goes backwards; every UID from here up is indexed. 0: complete. */
  readonly syncedMinUid: Uid | null;
  /** Placements with a UID. */
  readonly count: number;
  /** When all UIDs and flags were last compared. Null where all older mail is here: what is known of flags is not trusted. */
  readonly reconciledAt: Date | null;
}

/** What SELECT said. */
export interface RemoteMailbox {
  readonly uidValidity: UidValidity | null;
  readonly uidNext: Uid | null;
  readonly exists: number;
  readonly highestModSeq: ModSeq | null;
  /** The server took the QRESYNC parameters up: vanished and changed messages came with SELECT. */
  readonly resynced: boolean;
}

export type FlagsStep =
  | { readonly kind: 'none' }
  /** They came with SELECT (QRESYNC). */
  | { readonly kind: 'told' }
  | { readonly kind: 'changed-since'; readonly modSeq: ModSeq }
  /** No CONDSTORE: read FLAGS again, of the newest or of all. */
  | { readonly kind: 'sweep'; readonly newest: number | null };

export type VanishedStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'told' }
  /** The counts do not prove that nothing vanished: compare all UIDs. */
  | { readonly kind: 'compare' };

export type SyncPlan =
  /** Never synced, or not begun: take the cursor now, then read backwards. */
  | { readonly kind: 'begin' }
  /** Other UIDs now: unlink all placements and read again; identity finds the messages. */
  | { readonly kind: 'relink' }
  | {
      readonly kind: 'incremental';
      /** First UID that is new; null when there is none. */
      readonly newFrom: Uid | null;
      readonly flags: FlagsStep;
      readonly vanished: VanishedStep;
      /** Older mail is still to be read. */
      readonly backfill: boolean;
    };

/** FLAGS are read again of so many newest messages at each look; of all, every SWEEP_ALL_MS. */
export const SWEEP_NEWEST = 2000;
export const SWEEP_ALL_MS = 10 * 60_000;

export function planSync(local: LocalMailbox, remote: RemoteMailbox, now: Date): SyncPlan {
  if (local.uidNext === null || local.syncedMinUid === null) return { kind: 'begin' };
  // A UIDVALIDITY that is absent or 0 is not believed; what we know stays, even if that is nothing.
  if (remote.uidValidity !== null && remote.uidValidity !== local.uidValidity) return { kind: 'relink' };

  const backfill = local.syncedMinUid > 0;
  const newFrom = remote.uidNext === null || remote.uidNext > local.uidNext ? local.uidNext : null;
  const wentBack = remote.uidNext !== null && remote.uidNext < local.uidNext;

  if (remote.resynced) {
    return { kind: 'incremental', newFrom, flags: { kind: 'told' }, vanished: { kind: 'told' }, backfill };
  }
  const sweepDue = local.reconciledAt === null || now.getTime() - local.reconciledAt.getTime() >= SWEEP_ALL_MS;
  const flags = planFlags(local, remote, { sweepDue, backfill });
  // One that went and one that we lack add up to what is there: whoever reads all flags anyway asks for all UIDs too.
  const readsAll = flags.kind === 'sweep' && flags.newest === null;
  const vanished = readsAll
    ? ({ kind: 'compare' } as const)
    : planVanished(local, remote, { backfill, wentBack, sweepDue });
  return { kind: 'incremental', newFrom, flags, vanished, backfill };
}

function planFlags(
  local: LocalMailbox,
  remote: RemoteMailbox,
  { sweepDue, backfill }: { sweepDue: boolean; backfill: boolean },
): FlagsStep {
  if (local.count === 0) return { kind: 'none' };
  const isDoubted = local.reconciledAt === null && !backfill;
  if (remote.highestModSeq === null || local.highestModSeq === null || isDoubted) {
    return { kind: 'sweep', newest: sweepDue || local.count <= SWEEP_NEWEST ? null : SWEEP_NEWEST };
  }
  if (remote.highestModSeq === local.highestModSeq) return { kind: 'none' };
  // A mod-sequence that goes backwards means that the server's history is not the one we followed.
  if (remote.highestModSeq < local.highestModSeq) return { kind: 'sweep', newest: null };
  return { kind: 'changed-since', modSeq: local.highestModSeq };
}

/**
 * Without QRESYNC, EXISTS = what we have + what is new proves that nothing vanished, once all older mail is here and
 * UIDNEXT says exactly how many UIDs were given out since.
 */
function planVanished(
  local: LocalMailbox,
  remote: RemoteMailbox,
  state: { backfill: boolean; wentBack: boolean; sweepDue: boolean },
): VanishedStep {
  if (state.wentBack) return { kind: 'compare' };
  if (local.count === 0) return { kind: 'none' };
  if (state.backfill) return state.sweepDue ? { kind: 'compare' } : { kind: 'none' };
  if (remote.uidNext === null || local.uidNext === null) return { kind: 'compare' };
  const given = remote.uidNext - local.uidNext;
  return remote.exists === local.count + given ? { kind: 'none' } : { kind: 'compare' };
}

/**
 * A removal so large that one answer of the server is no proof of it (VANISHED, a shrunken SEARCH): of more than fifty
 * messages, or of more than a fifth of a mailbox.
 */
export function needsSecondProof(removed: number, present: number): boolean {
  return removed > 50 || isMuchOf(removed, present);
}

/** So much of it that the mailbox is selected anew for the second proof. */
export function isMuchOf(removed: number, present: number): boolean {
  return removed > present * 0.2;
}
