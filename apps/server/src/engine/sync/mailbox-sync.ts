/**
 * Carries a mailbox's plan out over one session: SELECT, then what planSync says, in short steps, so that a process killed
 * anywhere goes on where it was. Reading older mail is resumable and newest first; `backfillChunk` does one piece of it,
 * so that the caller can look after other mailboxes in between.
 */
import type { Uid } from '@postroom/db';
import type { FlagUpdate, SelectedMailbox } from '../imap/types.ts';
import { MAX_UID, UidSet } from '../imap/uid-set.ts';
import { applyBegin, applyCursor, localCount, localUids } from './apply.ts';
import { applyFlags } from './apply-flags.ts';
import { prove, syncVanished } from './compare-uids.ts';
import type { CursorChange } from './cursor.ts';
import { BATCH, fetchInto } from './fetch-into.ts';
import { planSync } from './plan.ts';
import type { MailboxState, SyncContext } from './sync-context.ts';
import { dropUnlinked, unlinkedPlacements } from './vanished.ts';

/** Flags asked for with one command. */
const FLAGS_AT_ONCE = 10_000;
const UNKNOWN_COUNT = -1;

export interface MailboxOutcome {
  readonly path: string;
  /** Older mail is still to be read: the UIDs, newest first. Null: complete. */
  readonly backfill: UidSet | null;
  readonly selected: SelectedMailbox;
}

/** Brings the mailbox to the server's state, but for older mail not read yet. */
export async function syncMailbox(context: SyncContext, mailbox: MailboxState): Promise<MailboxOutcome> {
  const { session, learned } = context;
  const mayResync =
    session.capabilities.qresync &&
    learned.qresyncTrusted !== false &&
    mailbox.uidValidity !== null &&
    mailbox.highestModSeq !== null &&
    mailbox.reconciledAt !== null &&
    mailbox.syncedMinUid === (0 as Uid);
  const unlinked = await unlinkedPlacements(context);
  const askedAt = context.now();
  const selected = await session.select(mailbox.path, {
    readOnly: true,
    ...(mayResync && mailbox.uidValidity !== null && mailbox.highestModSeq !== null
      ? { resync: { uidValidity: mailbox.uidValidity, modSeq: mailbox.highestModSeq } }
      : {}),
  });
  const count = await localCount(context.pool, context.connectionId, context.mailboxId);
  const plan = planSync({ ...mailbox, count }, { ...selected, resynced: selected.resync !== null }, context.now());

  if (plan.kind === 'begin' || plan.kind === 'relink') {
    await applyBegin(context, {
      uidValidity: selected.uidValidity,
      uidNext: selected.uidNext,
      highestModSeq: selected.highestModSeq,
      exists: selected.exists,
      ...(selected.uidNext === null ? {} : { syncedMinUid: selected.uidNext }),
      ...(selected.keywordsAllowed === null ? {} : { keywordsAllowed: selected.keywordsAllowed }),
      ...(selected.objectId === null ? {} : { objectId: selected.objectId }),
    });
    return { path: mailbox.path, backfill: await backfillOf(context, selected, null), selected };
  }

  const after: CursorChange = {
    // A server that does not tell leaves what was read last: without it the mailbox would be begun anew each time.
    ...(selected.uidNext === null ? {} : { uidNext: selected.uidNext }),
    highestModSeq: selected.highestModSeq,
    exists: selected.exists,
    ...(selected.keywordsAllowed === null ? {} : { keywordsAllowed: selected.keywordsAllowed }),
    ...(selected.objectId === null ? {} : { objectId: selected.objectId }),
    synced: true,
  };
  if (plan.newFrom !== null) await fetchNew(context, plan.newFrom, selected);
  const swept = await syncFlags(context, mailbox, plan.flags, { selected, askedAt });
  await syncVanished(context, mailbox, plan.vanished, selected);
  await applyCursor(context, { ...after, ...(swept ? { reconciled: true } : {}) });
  if (!plan.backfill) {
    await prove(context, mailbox, selected);
    await countAgain(context, selected);
    await dropUnlinked(context, unlinked);
  }
  return {
    path: mailbox.path,
    backfill: plan.backfill ? await backfillOf(context, selected, mailbox.syncedMinUid) : null,
    selected,
  };
}

/** UIDs below what is read already, newest first by `chunksDescending`. Without UIDNEXT the highest UID stands in. */
async function backfillOf(context: SyncContext, selected: SelectedMailbox, below: Uid | null): Promise<UidSet | null> {
  const all = selected.exists === 0 ? UidSet.empty : await context.session.searchAll();
  const limit = below ?? selected.uidNext ?? (((all.max ?? 0) + 1) as Uid);
  if (selected.uidNext === null) await applyCursor(context, { uidNext: limit, syncedMinUid: limit });
  const todo = all.intersect(UidSet.range(1, limit - 1));
  if (!todo.isEmpty) return todo;
  await countAgain(context, selected);
  await applyCursor(context, { syncedMinUid: 0 as Uid, reconciled: true, synced: true });
  await dropUnlinked(context, await unlinkedPlacements(context));
  return null;
}

/**
 * Reads one piece of older mail of the selected mailbox and commits it with the cursor. Returns what is left.
 * The mailbox must be the selected one.
 */
export async function backfillChunk(context: SyncContext, todo: UidSet, size: number): Promise<UidSet | null> {
  const { value: chunk } = todo.chunksDescending(size).next();
  if (!chunk) return null;
  const left = todo.minus(chunk);
  const lacking = await fetchInto(
    context,
    chunk,
    left.isEmpty
      ? { syncedMinUid: 0 as Uid, reconciled: true, synced: true }
      : { syncedMinUid: (chunk.min ?? 0) as Uid },
  );
  // A count that no STATUS gives: the mailbox is looked at again, whatever the server says of it.
  if (!lacking.isEmpty) await applyCursor(context, { exists: UNKNOWN_COUNT });
  if (!left.isEmpty) return left;
  await dropUnlinked(context, await unlinkedPlacements(context));
  return null;
}

/**
 * What the index has is what it counts as having seen: a mailbox of which the server would not give every message is not
 * "unchanged" (account-sync.ts) at the next look, and what lacks is asked for again.
 */
async function countAgain(context: SyncContext, selected: SelectedMailbox): Promise<void> {
  const count = await localCount(context.pool, context.connectionId, context.mailboxId);
  if (count !== selected.exists) await applyCursor(context, { exists: count });
}

async function fetchNew(context: SyncContext, from: Uid, selected: SelectedMailbox): Promise<void> {
  const given = UidSet.range(from, selected.uidNext === null ? MAX_UID : selected.uidNext - 1);
  // A UIDNEXT far up says nothing of how many there are.
  const uids = given.size > BATCH ? (await context.session.searchAll()).intersect(given) : given;
  if (uids.isEmpty) return;
  await fetchInto(context, uids, {
    uidNext: selected.uidNext ?? (((uids.max ?? from) + 1) as Uid),
    exists: selected.exists,
  });
}

/** Returns whether all flags were compared. */
async function syncFlags(
  context: SyncContext,
  mailbox: MailboxState,
  step: Extract<ReturnType<typeof planSync>, { kind: 'incremental' }>['flags'],
  { selected, askedAt }: { selected: SelectedMailbox; askedAt: Date },
): Promise<boolean> {
  const { session, pool, connectionId, mailboxId } = context;
  const fetchedAt = context.now();
  const onBatch = (updates: readonly FlagUpdate[]) => applyFlags(context, updates, {}, fetchedAt);
  switch (step.kind) {
    case 'none':
      return false;
    case 'told': {
      const changed = selected.resync?.changed ?? [];
      for (let at = 0; at < changed.length; at += BATCH * 4)
        await applyFlags(context, changed.slice(at, at + BATCH * 4), {}, askedAt);
      return false;
    }
    case 'changed-since':
      await session.fetchFlags(UidSet.range(1, MAX_UID), { changedSince: step.modSeq, onBatch });
      return false;
    case 'sweep': {
      let uids = await localUids(pool, connectionId, mailboxId);
      if (step.newest !== null) uids = uids.chunksDescending(step.newest).next().value ?? UidSet.empty;
      for (const chunk of uids.chunksDescending(FLAGS_AT_ONCE)) await session.fetchFlags(chunk, { onBatch });
      return step.newest === null && mailbox.syncedMinUid === (0 as Uid);
    }
  }
}

/** Flags, and labels where there are such, of everything that is known of the mailbox. */
export async function sweepFlags(context: SyncContext, path: string): Promise<void> {
  const { session, pool, connectionId, mailboxId } = context;
  const fetchedAt = context.now();
  const onBatch = (updates: readonly FlagUpdate[]) => applyFlags(context, updates, {}, fetchedAt);
  await session.select(path, { readOnly: true });
  const uids = await localUids(pool, connectionId, mailboxId);
  for (const chunk of uids.chunksDescending(FLAGS_AT_ONCE)) await session.fetchFlags(chunk, { onBatch });
  await applyCursor(context, { reconciled: true });
}
