/**
 * One whole look at an account over one session: LIST with STATUS, the mailboxes that changed brought up to date, then
 * older mail piece by piece. Between pieces whoever asked for a mailbox (a push, an action) goes first.
 */
import type { ConnectionId, Learned, MailboxId, MailboxRole, ModSeq, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { type PlannedMailbox, planMailboxes } from '../accounts/quirks/mailboxes.ts';
import type { ImapSession, ListedMailbox } from '../imap/types.ts';
import type { UidSet } from '../imap/uid-set.ts';
import { ownAddresses } from '../index/new-message.ts';
import { indexNext } from '../index/search-index.ts';
import { rows } from '../index/sql.ts';
import { dropUnlinked, mailboxesWaiting, purgeOrphans } from './apply.ts';
import { type BackfillItem, nextBackfill, pieceSize } from './backfill-queue.ts';
import { announceConnection, saveLearned } from './connection-state.ts';
import { backfillChunk, type MailboxState, type SyncContext, sweepFlags, syncMailbox } from './mailbox-sync.ts';
import { applyMailboxList, identified, READ_AS } from './mailboxes.ts';
import { SWEEP_ALL_MS } from './plan.ts';
import { isLabelledOtherwise } from './prove-labels.ts';
import { readHeads } from './snippets.ts';

export interface AccountSyncDeps {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly learned: Learned;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Mailboxes that somebody wants looked at now; emptied as they are. */
  readonly requested: Set<string>;
  /** What the last look's LIST did not show. */
  readonly missingBefore: ReadonlySet<string>;
  /** When the look before this one began; messages that lie nowhere since then are purged. */
  readonly previousLookAt: Date | null;
  /** The newest of the inbox is listed. */
  readonly onFirstScreen: () => void;
  /** The server does not let this mailbox be read; the others are. */
  readonly onMailboxRefused: (path: string, error: MailError) => void;
  /** Every message is listed; what is left is text to search. Called before that is read. */
  readonly onAllHere: () => Promise<void>;
  /** Asked between pieces: leave off and come back: the connection is wanted, or it is time to look at everything. */
  readonly shouldYield: () => boolean;
}

interface MailboxRow extends MailboxState {
  readonly role: MailboxRole | null;
  readonly exists: number;
}

export interface AccountLook {
  readonly missing: ReadonlySet<string>;
  /** Every message is listed. */
  readonly complete: boolean;
  /** It left off before everything was read: the next look goes on. */
  readonly hasMore: boolean;
}

/**
 * Mailboxes that are places, what is new first. Where mailboxes are labels the inbox is read from All Mail, which therefore
 * counts as the inbox here.
 */
async function loadMailboxes(pool: pg.Pool, connectionId: ConnectionId): Promise<MailboxRow[]> {
  return rows<MailboxRow>(
    pool,
    `select b.id, b.path, ${READ_AS}, b.uid_validity as "uidValidity", b.uid_next as "uidNext",
       b.highest_mod_seq as "highestModSeq", b.synced_min_uid as "syncedMinUid", b.reconciled_at as "reconciledAt", b."exists"
     from mailbox b where b.connection_id = $1 and b.synced and b.label is null
     order by (b.role = 'inbox') desc nulls last, b.role nulls last, b.path`,
    [connectionId],
  );
}

/** Whether STATUS shows that nothing happened since the cursor. Flags move only HIGHESTMODSEQ; without it one must look. */
export function isUnchanged(
  mailbox: {
    uidValidity: UidValidity | null;
    uidNext: Uid | null;
    highestModSeq: ModSeq | null;
    syncedMinUid: Uid | null;
    exists: number;
  },
  status: ListedMailbox['status'] | undefined,
): boolean {
  if (!status || mailbox.syncedMinUid !== (0 as Uid)) return false;
  const same =
    status.uidValidity === mailbox.uidValidity &&
    status.uidNext === mailbox.uidNext &&
    status.messages === mailbox.exists;
  if (!same) return false;
  if (status.messages === 0) return true;
  return status.highestModSeq !== null && status.highestModSeq === mailbox.highestModSeq;
}

/** Looks at the whole account. Throws MailError when the session is lost; what was committed stays. */
export async function syncAccount(session: ImapSession, deps: AccountSyncDeps): Promise<AccountLook> {
  const { pool, connectionId } = deps;
  // RFC 9051 §6.3.11: STATUS of the selected mailbox may be stale, so what is selected is always looked at.
  const selectedBefore = session.selectedPath;
  const listed = await identified(pool, connectionId, session, await session.list({ status: true }));
  const planned = planMailboxes(listed, session.quirks);
  const hasLabels = planned.some(({ label }) => label !== null);
  const { missing } = await applyMailboxList(pool, connectionId, planned, deps.missingBefore);
  const statusOf = new Map(listed.map(({ path, status }) => [path, status]));
  const mailboxes = await loadMailboxes(pool, connectionId);
  const look = createLook(session, deps, await ownAddresses(pool, connectionId), hasLabels);

  for (const mailbox of mailboxes) {
    if (deps.signal.aborted) break;
    await look.answerRequests(mailboxes);
    if (mailbox.path !== selectedBefore && isUnchanged(mailbox, statusOf.get(mailbox.path))) continue;
    try {
      await look.sync(mailbox);
      // The first screen before anything else.
      if (mailbox.role === 'inbox') await look.firstScreen(mailbox);
    } catch (error) {
      // One folder that the server will not open must not keep the others from being read.
      if (!(error instanceof MailError) || session.closed || mailbox.role === 'inbox') throw error;
      deps.onMailboxRefused(mailbox.path, error);
    }
  }
  deps.onFirstScreen();
  const complete = await look.readOlder(mailboxes);
  if (complete && !deps.signal.aborted) {
    if (deps.previousLookAt) await purgeOrphans(pool, connectionId, deps.previousLookAt);
    if (hasLabels) await look.proveLabels(mailboxes, planned);
    await look.dropStrays(mailboxes);
    await deps.onAllHere();
    await look.indexHeaders(mailboxes);
    await look.readWords(mailboxes);
  }
  return { missing, complete, hasMore: look.leftOff() };
}

function createLook(session: ImapSession, deps: AccountSyncDeps, own: ReadonlySet<string>, hasLabels: boolean) {
  const { pool, connectionId } = deps;
  const backfills = new Map<MailboxId, BackfillItem>();
  let selectedPath: string | null = null;
  let yielded = false;

  const contextOf = ({ mailboxId, role }: { mailboxId: MailboxId; role: MailboxRole | null }): SyncContext => ({
    gmail: session.quirks.labels === null ? null : { isCarrier: hasLabels && role === 'inbox', readsLabels: hasLabels },
    pool,
    connectionId,
    mailboxId,
    ownAddresses: own,
    session,
    learned: deps.learned,
    now: deps.now,
    signal: deps.signal,
    onDistrust: () => saveLearned(pool, connectionId, { qresyncTrusted: false }),
  });

  function mustLeaveOff(): boolean {
    yielded ||= deps.shouldYield();
    return yielded;
  }

  async function sync(mailbox: MailboxRow): Promise<void> {
    const outcome = await syncMailbox(contextOf({ mailboxId: mailbox.id, role: mailbox.role }), mailbox);
    selectedPath = mailbox.path;
    deps.requested.delete(mailbox.path);
    note(mailbox, outcome.backfill);
  }

  function note(mailbox: MailboxRow, todo: UidSet | null): void {
    const known = backfills.get(mailbox.id);
    if (todo === null) backfills.delete(mailbox.id);
    else {
      backfills.set(mailbox.id, {
        mailboxId: mailbox.id,
        path: mailbox.path,
        role: mailbox.role,
        todo,
        pieces: known?.pieces ?? 0,
      });
    }
  }

  async function answerRequests(mailboxes: readonly MailboxRow[]): Promise<void> {
    for (const path of [...deps.requested]) {
      deps.requested.delete(path);
      const stale = mailboxes.find((one) => one.path === path);
      const mailbox = stale && (await loadMailboxes(pool, connectionId)).find(({ id }) => id === stale.id);
      if (mailbox) await sync(mailbox);
      if (mailbox) await snippetsOf(mailbox, 50);
    }
  }

  async function piece(item: BackfillItem): Promise<void> {
    if (selectedPath !== item.path) {
      await session.select(item.path, { readOnly: true });
      selectedPath = item.path;
    }
    const left = await backfillChunk(contextOf(item), item.todo, pieceSize(item));
    if (left === null) backfills.delete(item.mailboxId);
    else backfills.set(item.mailboxId, { ...item, todo: left, pieces: item.pieces + 1 });
  }

  async function snippetsOf(mailbox: { id: MailboxId; path: string }, limit: number): Promise<void> {
    const done = await readHeads(session, pool, connectionId, mailbox, { kind: 'snippet', limit });
    if (done > 0) selectedPath = mailbox.path;
  }

  return {
    sync,
    answerRequests,
    leftOff: () => yielded,
    async firstScreen(mailbox: MailboxRow): Promise<void> {
      const item = backfills.get(mailbox.id);
      if (item) await piece(item);
      deps.onFirstScreen();
      await snippetsOf(mailbox, 60);
    },
    /** Returns whether everything is read. */
    async readOlder(mailboxes: readonly MailboxRow[]): Promise<boolean> {
      let announcedAt = 0;
      for (let item = nextBackfill([...backfills.values()]); item; item = nextBackfill([...backfills.values()])) {
        if (deps.signal.aborted) return false;
        if (mustLeaveOff()) return false;
        await answerRequests(mailboxes);
        await piece(item);
        if (item.pieces < 2) await snippetsOf({ id: item.mailboxId, path: item.path }, 100);
        if (Date.now() - announcedAt > 1000) {
          announcedAt = Date.now();
          await announceConnection(pool, connectionId);
        }
      }
      await announceConnection(pool, connectionId);
      return true;
    },
    /** Reads all labels again where their mailboxes count otherwise, at most as often as flags are on other servers. */
    async proveLabels(mailboxes: readonly MailboxRow[], planned: readonly PlannedMailbox[]): Promise<void> {
      const carrier = mailboxes.find(({ role }) => role === 'inbox');
      const since = deps.now().getTime() - (carrier?.reconciledAt?.getTime() ?? 0);
      if (!carrier || since < SWEEP_ALL_MS || !(await isLabelledOtherwise(pool, connectionId, planned))) return;
      await sweepFlags(contextOf({ mailboxId: carrier.id, role: carrier.role }), carrier.path);
      selectedPath = carrier.path;
    },
    /** What was to arrive somewhere and did not, because another client moved it first. */
    async dropStrays(mailboxes: readonly MailboxRow[]): Promise<void> {
      const waiting = await mailboxesWaiting(pool, connectionId);
      for (const mailbox of mailboxes) {
        if (waiting.has(mailbox.id)) await dropUnlinked(contextOf({ mailboxId: mailbox.id, role: mailbox.role }));
      }
    },
    /** Subjects, people and file names of what is listed, to be searched. */
    async indexHeaders(mailboxes: readonly MailboxRow[]): Promise<void> {
      while (!deps.signal.aborted && !mustLeaveOff() && (await indexNext(pool, connectionId, 500)) > 0) {
        await answerRequests(mailboxes);
      }
    },
    /** Searchable text of everything, newest first, a little at a time. */
    async readWords(mailboxes: readonly MailboxRow[]): Promise<void> {
      for (const mailbox of mailboxes) {
        for (;;) {
          if (deps.signal.aborted) return;
          if (mustLeaveOff()) return;
          await answerRequests(mailboxes);
          const done = await readHeads(session, pool, connectionId, mailbox, { kind: 'words', limit: 50 });
          if (done === 0) break;
          selectedPath = mailbox.path;
        }
      }
    },
  };
}
