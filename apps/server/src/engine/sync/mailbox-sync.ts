/**
 * Carries a mailbox's plan out over one session: SELECT, then what planSync says, in short steps, so that a process killed
 * anywhere goes on where it was. Reading older mail is resumable and newest first; `backfillChunk` does one piece of it,
 * so that the caller can look after other mailboxes in between.
 */
import type { Learned, MailboxId, ModSeq, Uid, UidValidity } from '@postroom/db';
import type { FetchedMessage, ImapSession, SelectedMailbox } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { applyBegin, applyCursor, applyMessages, applyVanished, dropUnlinked, localCount, localUids } from './apply.ts';
import { applyFlags } from './apply-flags.ts';
import type { CursorChange, SyncTarget } from './cursor.ts';
import { needsSecondProof, planSync } from './plan.ts';

/** Rows a transaction; a list call waits for at most one of these. */
const BATCH = 500;

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
  const swept = await syncFlags(context, mailbox, plan.flags, selected);
  await syncVanished(context, mailbox, plan.vanished, selected, count);
  await applyCursor(context, { ...after, ...(swept ? { reconciled: true } : {}) });
  if (!plan.backfill) await prove(context, mailbox, selected);
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
  await applyCursor(context, { syncedMinUid: 0 as Uid, reconciled: true, synced: true });
  await dropUnlinked(context);
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
  await fetchInto(context, chunk, (isLast) => {
    if (!isLast) return {};
    return left.isEmpty
      ? { syncedMinUid: 0 as Uid, reconciled: true, synced: true }
      : { syncedMinUid: (chunk.min ?? 0) as Uid };
  });
  if (!left.isEmpty) return left;
  await dropUnlinked(context);
  return null;
}

/** Fetches a set in batches; the cursor moves with the last one only. */
async function fetchInto(
  context: SyncContext,
  uids: UidSet,
  cursorAfter: (isLast: boolean) => CursorChange,
): Promise<void> {
  const fetchedAt = context.now();
  const writer = createWriter((batch: readonly FetchedMessage[]) => applyMessages(context, batch, {}, fetchedAt));
  await context.session.fetchMessages(uids, {
    batchSize: BATCH,
    onBatch: writer.add,
    ...(context.signal ? { signal: context.signal } : {}),
  });
  await writer.done();
  const cursor = cursorAfter(true);
  if (Object.keys(cursor).length > 0) await applyCursor(context, cursor);
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
  const highest = selected.uidNext === null ? null : selected.uidNext - 1;
  const range =
    highest === null
      ? (await context.session.searchAll()).intersect(UidSet.range(from, 4294967295))
      : UidSet.range(from, highest);
  if (range.isEmpty) return;
  await fetchInto(context, range, () => ({
    uidNext: selected.uidNext ?? (((range.max ?? from) + 1) as Uid),
    exists: selected.exists,
  }));
}

/** Returns whether all flags were compared. */
async function syncFlags(
  context: SyncContext,
  mailbox: MailboxState,
  step: Extract<ReturnType<typeof planSync>, { kind: 'incremental' }>['flags'],
  selected: SelectedMailbox,
): Promise<boolean> {
  const fetchedAt = context.now();
  const known = () => localUids(context.pool, context.connectionId, context.mailboxId);
  switch (step.kind) {
    case 'none':
      return false;
    case 'told':
      await applyFlagBatches(context, selected.resync?.changed ?? [], fetchedAt);
      return false;
    case 'changed-since': {
      const { changed } = await context.session.fetchFlags(UidSet.range(1, 4294967295), {
        changedSince: step.modSeq,
      });
      await applyFlagBatches(context, changed, fetchedAt);
      return false;
    }
    case 'sweep': {
      let uids = await known();
      if (step.newest !== null) uids = uids.chunksDescending(step.newest).next().value ?? UidSet.empty;
      for (const chunk of uids.chunksDescending(10_000)) {
        const { changed } = await context.session.fetchFlags(chunk);
        await applyFlagBatches(context, changed, fetchedAt);
      }
      return step.newest === null && mailbox.syncedMinUid === (0 as Uid);
    }
  }
}

/** Flags, and labels where there are such, of everything that is known of the mailbox. */
export async function sweepFlags(context: SyncContext, path: string): Promise<void> {
  const fetchedAt = context.now();
  await context.session.select(path, { readOnly: true });
  const uids = await localUids(context.pool, context.connectionId, context.mailboxId);
  for (const chunk of uids.chunksDescending(10_000)) {
    await applyFlagBatches(context, (await context.session.fetchFlags(chunk)).changed, fetchedAt);
  }
  await applyCursor(context, { reconciled: true });
}

async function applyFlagBatches(
  context: SyncContext,
  updates: Parameters<typeof applyFlags>[1],
  fetchedAt: Date,
): Promise<void> {
  for (let at = 0; at < updates.length; at += BATCH * 4) {
    await applyFlags(context, updates.slice(at, at + BATCH * 4), {}, fetchedAt);
  }
}

async function syncVanished(
  context: SyncContext,
  mailbox: MailboxState,
  step: Extract<ReturnType<typeof planSync>, { kind: 'incremental' }>['vanished'],
  selected: SelectedMailbox,
  count: number,
): Promise<void> {
  if (step.kind === 'none') return;
  if (step.kind === 'compare') return compareUids(context, mailbox, selected);
  const vanished = selected.resync?.vanished ?? UidSet.empty;
  if (vanished.isEmpty) return;
  const ours = (await localUids(context.pool, context.connectionId, context.mailboxId)).intersect(vanished);
  if (ours.isEmpty) return;
  if (needsSecondProof(ours.size, count)) return compareUids(context, mailbox, selected);
  await applyVanished(context, ours, {});
}

/** After every resync the index must have as many as the server says; otherwise all UIDs decide. */
async function prove(context: SyncContext, mailbox: MailboxState, selected: SelectedMailbox): Promise<void> {
  const count = await localCount(context.pool, context.connectionId, context.mailboxId);
  if (count === selected.exists) return;
  if (selected.resync !== null) await context.onDistrust('qresync');
  await compareUids(context, mailbox, selected);
}

/**
 * All UIDs of the server against all of ours. A removal is believed only when the SEARCH has as many as EXISTS; a large
 * one only when a second SELECT and SEARCH say the same.
 */
async function compareUids(context: SyncContext, mailbox: MailboxState, selected: SelectedMailbox): Promise<void> {
  const { session } = context;
  const floor = mailbox.syncedMinUid ?? 0;
  const ceiling = selected.uidNext === null ? 4294967295 : selected.uidNext - 1;
  const scope = UidSet.range(Math.max(1, floor), ceiling);
  let theirs = await session.searchAll();
  let exists = selected.exists;
  const ours = (await localUids(context.pool, context.connectionId, context.mailboxId)).intersect(scope);
  let gone = ours.minus(theirs);
  if (theirs.size !== exists || needsSecondProof(gone.size, ours.size)) {
    exists = (await session.select(mailbox.path, { readOnly: true })).exists;
    const again = await session.searchAll();
    // Believed only where both looks agree.
    gone = again.size === exists ? gone.intersect(ours.minus(again)) : UidSet.empty;
    theirs = again;
  }
  if (!gone.isEmpty) await applyVanished(context, gone, {});
  const missing = theirs.intersect(scope).minus(ours);
  if (!missing.isEmpty) await fetchInto(context, missing, () => ({}));
  await dropUnlinked(context);
}
