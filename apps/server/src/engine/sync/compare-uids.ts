/**
 * UIDs of the server against ours: what is gone there goes here, and what lacks here is read. No claim of the server's is
 * believed that the mailbox itself denies, and none about much without a second look.
 */
import type { SelectedMailbox } from '../imap/types.ts';
import { MAX_UID, UidSet } from '../imap/uid-set.ts';
import { leavingUids, localCount, localUids } from './apply.ts';
import { fetchInto } from './fetch-into.ts';
import { isMuchOf, needsSecondProof, type planSync } from './plan.ts';
import type { MailboxState, SyncContext } from './sync-context.ts';
import { applyVanished } from './vanished.ts';

/** What a look's plan says of vanished UIDs. */
export async function syncVanished(
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
  const isProven =
    addsUp &&
    (!needsSecondProof(ours.size, all.size) ||
      (!isMuchOf(ours.size, all.size) && (await areNotFound(context, ours, selected))));
  if (isProven) return remove(context, ours);
  const { theirs } = await compareUids(context, mailbox, selected);
  if (!ours.intersect(theirs).isEmpty) await context.onDistrust('qresync');
}

/** The second proof of what VANISHED said, without another SELECT: a SEARCH that finds all that EXISTS counts, and none of these. */
async function areNotFound({ session }: SyncContext, gone: UidSet, { exists }: SelectedMailbox): Promise<boolean> {
  const theirs = await session.searchAll();
  return theirs.size === exists && theirs.intersect(gone).isEmpty;
}

async function remove(context: SyncContext, gone: UidSet): Promise<void> {
  if ((await applyVanished(context, gone)) > 0) context.onUnplaced();
}

/** After every resync the index must have as many as the server says; otherwise all UIDs decide. */
export async function prove(context: SyncContext, mailbox: MailboxState, selected: SelectedMailbox): Promise<void> {
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
