/**
 * One whole look at an account over one session: what was asked for, LIST with STATUS, the mailboxes that changed brought
 * up to date, then older mail piece by piece. Between pieces whoever asked for a mailbox (a push, an action) goes first.
 */
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession } from '../imap/types.ts';
import { ownAddresses } from '../index/new-message.ts';
import { createLook, type Look, type LookDeps } from './look.ts';
import { isUnchanged, loadMailboxes } from './mailbox-rows.ts';
import { emptyMailbox } from './mailboxes.ts';
import { sightOf } from './quiet.ts';
import { purgeOrphans } from './vanished.ts';

export interface AccountSyncDeps extends LookDeps {
  /** When the look before this one began; messages that lie nowhere since then are purged. */
  readonly previousLookAt: Date | null;
  /** Every message is listed; what is left is text to search. Called before that is read. */
  readonly onAllHere: () => Promise<void>;
}

export interface AccountLook {
  readonly missing: ReadonlySet<string>;
  /** Every message is listed. */
  readonly complete: boolean;
  /** It left off before everything was read: the next look goes on. */
  readonly hasMore: boolean;
  /** No mailbox was refused. */
  readonly sawAll: boolean;
  /** What LIST and STATUS said at its beginning (quiet.ts). */
  readonly sight: string | null;
}

/** Looks at the whole account. Throws MailError when the session is lost; what was committed stays. */
export async function syncAccount(session: ImapSession, deps: AccountSyncDeps): Promise<AccountLook> {
  const { pool, connectionId } = deps;
  const look = createLook(session, deps, await ownAddresses(pool, connectionId));
  // RFC 9051 §6.3.11: STATUS of the selected mailbox may be stale, so what is selected is always looked at.
  const selectedBefore = session.selected?.path ?? null;
  const known = await loadMailboxes(pool, connectionId);
  const isFirst = known.length === 0;
  // Who waits for one mailbox does not wait until the server has told of two hundred. Where mailboxes may be labels, only
  // LIST tells what the inbox is read from.
  if (isFirst) await showInbox(deps, look);
  else if (session.quirks.labels === null) await look.answerRequests(known);
  const { listed, planned, missing: unlisted } = await look.list({ status: true });
  const missing = new Set(unlisted);
  const statusOf = new Map(planned.map(({ path, status }) => [path, status]));
  const mailboxes = await loadMailboxes(pool, connectionId);

  // What waits for a UID is linked, or given up, by looking.
  const sight = mailboxes.some(({ hasUnlinked }) => hasUnlinked) ? null : sightOf(listed);
  for (const mailbox of mailboxes) {
    if (deps.signal.aborted) break;
    await look.answerRequests(mailboxes);
    if (unlisted.has(mailbox.path)) {
      look.refuse(mailbox);
      continue;
    }
    // What still waits for its UID after a look does not get it by another.
    const hasUnlinked = mailbox.hasUnlinked && !look.looked.has(mailbox.id);
    const isStill = isUnchanged({ ...mailbox, hasUnlinked }, statusOf.get(mailbox.path));
    if (mailbox.path !== selectedBefore && isStill) continue;
    try {
      await look.sync(mailbox);
      // The first screen before anything else.
      if (mailbox.role === 'inbox' && !isFirst) await look.firstScreen(mailbox);
    } catch (error) {
      // One folder that the server will not open must not keep the others from being read.
      const isElsewhereToo = session.closed || mailbox.role === 'inbox';
      if (!(error instanceof MailError) || isElsewhereToo || error.code === 'THROTTLED') throw error;
      deps.onMailboxRefused(mailbox.path, error);
      const isEmpty = mailbox.uidValidity === null && !mailbox.hasUnlinked;
      const isNotThere = error.code === 'MAILBOX_NOT_FOUND';
      if (isNotThere && isEmpty) continue;
      if (isNotThere && deps.missingBefore.has(mailbox.path)) {
        await emptyMailbox(pool, connectionId, mailbox.id);
        continue;
      }
      if (isNotThere) missing.add(mailbox.path);
      look.refuse(mailbox);
    }
  }
  if (!deps.signal.aborted) await look.seenAll();
  deps.onFirstScreen();
  const complete = await look.readOlder(mailboxes);
  if (complete && !deps.signal.aborted) {
    // What lies nowhere may lie where we were not let in.
    if (deps.previousLookAt && look.refused.size === 0) await purgeOrphans(pool, connectionId, deps.previousLookAt);
    await look.proveLabels(mailboxes, planned);
    await look.dropStrays();
    await deps.onAllHere();
    await look.indexHeaders(mailboxes);
    await look.readWords(mailboxes);
  }
  // Nothing selected, nothing to be looked at: the next look at an account where nothing happened is one round trip.
  if (!look.leftOff() && !deps.signal.aborted) await session.unselect();
  return { missing, complete, hasMore: look.leftOff(), sawAll: look.refused.size === 0, sight };
}

/** The very first look: the newest of the inbox before the server is asked how many there are in each of 200 mailboxes. */
async function showInbox(deps: AccountSyncDeps, look: Look): Promise<void> {
  await look.list({ status: false });
  const inbox = (await loadMailboxes(deps.pool, deps.connectionId)).find(({ role }) => role === 'inbox');
  if (!inbox || deps.signal.aborted) return;
  await look.sync(inbox);
  await look.firstScreen(inbox);
}
