/**
 * Carries a mailbox's plan out over one session: SELECT, then what planSync says, in short steps, so that a process killed
 * anywhere goes on where it was. Reading older mail is resumable and newest first; `backfillChunk` does one piece of it,
 * so that the caller can look after other mailboxes in between.
 */
import type { Learned, MailboxId, ModSeq, Uid, UidValidity } from '@postroom/db';
import type { FetchedMessage, FlagUpdate, ImapSession, SelectedMailbox } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { applyBegin, applyCursor, applyFlags, applyMessages, leavingUids, localCount, localUids } from './apply.ts';
import type { CursorChange, SyncTarget } from './cursor.ts';
import { needsSecondProof, planSync } from './plan.ts';
import { applyVanished, dropUnlinked, unlinkedPlacements } from './vanished.ts';

/** Rows a transaction; a list call waits for at most one of these. */
const BATCH = 500;
const MAX_UID = 4_294_967_295;
const UNKNOWN_COUNT = -1;

/** A row of `mailbox`, as far as a sync needs it. */
export interface MailboxState {
  readonly id: MailboxId;
  readonly path: string;
  readonly uidValidity: UidValidity | null;
  readonly uidNext: Uid | null;
  readonly highestModSeq: ModSeq | null;
  readonly syncedMinUid: Uid | null;
  readonly reconciledAt: Date | null;
}

export interface SyncContext extends SyncTarget {
  readonly session: ImapSession;
  readonly learned: Learned;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** A claim of the server's that the mailbox itself disproved. */
  readonly onDistrust: (what: 'qresync') => Promise<void>;
  /** Messages lie nowhere any more: the other mailboxes are to be looked at before they go from the screen. */
  readonly onUnplaced: () => void;
}

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
    });
    return { path: mailbox.path, backfill: await backfillOf(context, selected, null), selected };
  }

  const after: CursorChange = {
    // A server that does not tell leaves what was read last: without it the mailbox would be begun anew each time.
    ...(selected.uidNext === null ? {} : { uidNext: selected.uidNext }),
    highestModSeq: selected.highestModSeq,
    exists: selected.exists,
    ...(selected.keywordsAllowed === null ? {} : { keywordsAllowed: selected.keywordsAllowed }),
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

/** Fetches a set in batches; the cursor moves after the last one. Gives what the server did not send. */
async function fetchInto(context: SyncContext, uids: UidSet, cursor: CursorChange): Promise<UidSet> {
  const fetchedAt = context.now();
  const writer = createWriter((batch: readonly FetchedMessage[]) => applyMessages(context, batch, {}, fetchedAt));
  const lacking = await context.session.fetchMessages(uids, {
    batchSize: BATCH,
    onBatch: writer.add,
    ...(context.signal ? { signal: context.signal } : {}),
  });
  await writer.done();
  if (Object.keys(cursor).length > 0 && !context.signal?.aborted) await applyCursor(context, cursor);
  return lacking;
}

/** Writes one batch down while the next is on the wire; no more than one waits. What a write throws, the next call throws. */
function createWriter<T>(write: (item: T) => Promise<void>): { add(item: T): Promise<void>; done(): Promise<void> } {
  let writing: Promise<void> = Promise.resolve();
  return {
    async add(item) {
      await writing;
      writing = write(item);
      // Heard by the next call; until then it must not count as nobody's.
      writing.catch(() => undefined);
    },
    done: () => writing,
  };
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
      for (const chunk of uids.chunksDescending(10_000)) await session.fetchFlags(chunk, { onBatch });
      return step.newest === null && mailbox.syncedMinUid === (0 as Uid);
    }
  }
}

async function syncVanished(
  context: SyncContext,
  mailbox: MailboxState,
  step: Extract<ReturnType<typeof planSync>, { kind: 'incremental' }>['vanished'],
  selected: SelectedMailbox,
): Promise<void> {
  if (step.kind === 'none') return;
  if (step.kind === 'compare') {
    await compareUids(context, mailbox, selected);
    return;
  }
  const vanished = selected.resync?.vanished ?? UidSet.empty;
  if (vanished.isEmpty) return;
  const all = await localUids(context.pool, context.connectionId, context.mailboxId);
  const ours = all.intersect(vanished);
  if (ours.isEmpty) return;
  // What is left must be what the server counts; nothing is removed on a claim that the mailbox itself denies.
  const addsUp = all.size - ours.size === selected.exists;
  if (addsUp && !needsSecondProof(ours.size, all.size)) return remove(context, ours);
  const { theirs } = await compareUids(context, mailbox, selected);
  if (!ours.intersect(theirs).isEmpty) await context.onDistrust('qresync');
}

async function remove(context: SyncContext, gone: UidSet): Promise<void> {
  if ((await applyVanished(context, gone)) > 0) context.onUnplaced();
}

/** After every resync the index must have as many as the server says; otherwise all UIDs decide. */
async function prove(context: SyncContext, mailbox: MailboxState, selected: SelectedMailbox): Promise<void> {
  const count = await localCount(context.pool, context.connectionId, context.mailboxId);
  if (count === selected.exists) return;
  // An action of ours may have been carried out since the SELECT: that alone is no lie.
  const { differed } = await compareUids(context, mailbox, selected);
  if (differed && selected.resync !== null) await context.onDistrust('qresync');
}

/**
 * All UIDs of the server against all of ours. A removal is believed only when the SEARCH has as many as EXISTS; a large
 * one only when a second SELECT and SEARCH say the same. `differed`: not counting what is just being moved by us.
 */
async function compareUids(
  context: SyncContext,
  mailbox: MailboxState,
  selected: SelectedMailbox,
): Promise<{ theirs: UidSet; differed: boolean }> {
  const { session } = context;
  const floor = mailbox.syncedMinUid ?? 0;
  const ceiling = selected.uidNext === null ? MAX_UID : selected.uidNext - 1;
  const scope = UidSet.range(Math.max(1, floor), ceiling);
  const known = async () => (await localUids(context.pool, context.connectionId, context.mailboxId)).intersect(scope);
  // Ours before theirs: what an action of ours takes away in between is then gone there, and not missing here.
  let ours = await known();
  let theirs = await session.searchAll();
  let gone = ours.minus(theirs);
  const isOdd = theirs.size !== selected.exists || !theirs.intersect(scope).minus(ours).isEmpty;
  if (isOdd || needsSecondProof(gone.size, ours.size)) {
    ours = await known();
    const { exists } = await session.select(mailbox.path, { readOnly: true });
    theirs = await session.searchAll();
    // Believed only where both looks agree.
    gone = theirs.size === exists ? gone.intersect(ours.minus(theirs)) : UidSet.empty;
  }
  const leaving = gone.isEmpty ? gone : await leavingUids(context.pool, context.connectionId, context.mailboxId);
  if (!gone.isEmpty) await remove(context, gone);
  const missing = theirs.intersect(scope).minus(ours);
  if (!missing.isEmpty) await fetchInto(context, missing, {});
  return { theirs, differed: !missing.isEmpty || !gone.minus(leaving).isEmpty };
}
