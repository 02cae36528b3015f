/**
 * One whole look at an account over one session: LIST with STATUS, the mailboxes that changed brought up to date, then
 * older mail piece by piece. Between pieces whoever asked for a mailbox (a push, an action) goes first.
 */
import type { ConnectionId, Learned, MailboxId, MessageRowId, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession } from '../imap/types.ts';
import { ownAddresses } from '../index/new-message.ts';
import { indexNext, lacksText } from '../index/search-index.ts';
import { createStatistics } from '../index/statistics.ts';
import { type BackfillItem, nextBackfill, pieceSize } from './backfill-queue.ts';
import { announceConnection, distrustQresync } from './connection-state.ts';
import { isUnchanged, loadMailboxes, type MailboxRow } from './mailbox-rows.ts';
import { backfillChunk, type MailboxOutcome, type SyncContext, syncMailbox } from './mailbox-sync.ts';
import { applyMailboxList, emptyMailbox } from './mailboxes.ts';
import { readHeads } from './snippets.ts';
import { dropVanished, hasVanished, purgeOrphans } from './vanished.ts';

/** Messages whose text is fetched with one command: some MB at most (snippets.ts). */
const WORDS_AT_ONCE = 200;

/** Messages whose subjects and people are made searchable in one transaction. */
const HEADERS_AT_ONCE = 500;

export interface AccountSyncDeps {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly learned: Learned;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Mailboxes that somebody wants looked at now; emptied as they are. */
  readonly requested: Set<string>;
  /** Of those: where the server told that flags changed. Without mod-sequences only reading all of them shows which. */
  readonly flagsTold: Set<string>;
  /** Mailboxes that the last look did not find. */
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

export interface AccountLook {
  readonly missing: ReadonlySet<string>;
  /** Every message is listed. */
  readonly complete: boolean;
  /** It left off before everything was read: the next look goes on. */
  readonly hasMore: boolean;
  /** No mailbox was refused. */
  readonly sawAll: boolean;
}

/** Looks at the whole account. Throws MailError when the session is lost; what was committed stays. */
export async function syncAccount(session: ImapSession, deps: AccountSyncDeps): Promise<AccountLook> {
  const { pool, connectionId } = deps;
  const look = createLook(session, deps, await ownAddresses(pool, connectionId));
  const isFirst = (await loadMailboxes(pool, connectionId)).length === 0;
  if (isFirst) await showInbox(session, deps, look);
  // QUIRK: Dovecot's STATUS of the selected mailbox is stale until a NOOP: what is selected is always looked at.
  const selectedBefore = session.selected?.path ?? null;
  const listed = await session.list({ status: true });
  const { missing: unlisted } = await applyMailboxList(pool, connectionId, listed, deps.missingBefore);
  const missing = new Set(unlisted);
  const statusOf = new Map(listed.map(({ path, status }) => [path, status]));
  const mailboxes = await loadMailboxes(pool, connectionId);

  let refused = 0;
  for (const mailbox of mailboxes) {
    if (deps.signal.aborted) break;
    await look.answerRequests(mailboxes);
    if (unlisted.has(mailbox.path)) {
      refused += 1;
      continue;
    }
    if (mailbox.path !== selectedBefore && isUnchanged(mailbox, statusOf.get(mailbox.path))) continue;
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
      refused += 1;
    }
  }
  if (!deps.signal.aborted) await look.seenAll();
  deps.onFirstScreen();
  const complete = await look.readOlder(mailboxes);
  if (complete && !deps.signal.aborted) {
    // What lies nowhere may lie where we were not let in.
    if (deps.previousLookAt && refused === 0) await purgeOrphans(pool, connectionId, deps.previousLookAt);
    await deps.onAllHere();
    await look.indexHeaders(mailboxes);
    await look.readWords(mailboxes);
  }
  // Nothing selected, nothing to be looked at: the next look at an account where nothing happened is one round trip.
  if (!look.leftOff() && !deps.signal.aborted) await session.unselect();
  return { missing, complete, hasMore: look.leftOff(), sawAll: refused === 0 };
}

/** The very first look: the newest of the inbox before the server is asked how many there are in each of 200 mailboxes. */
async function showInbox(session: ImapSession, deps: AccountSyncDeps, look: Look): Promise<void> {
  const { pool, connectionId } = deps;
  await applyMailboxList(pool, connectionId, await session.list({ status: false }), deps.missingBefore);
  const inbox = (await loadMailboxes(pool, connectionId)).find(({ role }) => role === 'inbox');
  if (!inbox || deps.signal.aborted) return;
  await look.sync(inbox);
  await look.firstScreen(inbox);
}

type Look = ReturnType<typeof createLook>;

function createLook(session: ImapSession, deps: AccountSyncDeps, own: ReadonlySet<string>) {
  const { pool, connectionId } = deps;
  const backfills = new Map<MailboxId, BackfillItem>();
  const statistics = createStatistics(pool);
  let yielded = false;
  /** Messages vanished since all mailboxes were looked at. */
  let unplaced = false;
  const learned: Learned = { ...deps.learned };

  const contextOf = (mailboxId: MailboxId): SyncContext => ({
    pool,
    connectionId,
    mailboxId,
    ownAddresses: own,
    session,
    learned,
    now: deps.now,
    signal: deps.signal,
    onUnplaced: () => {
      unplaced = true;
    },
    async onDistrust() {
      learned.qresyncTrusted = false;
      await distrustQresync(pool, connectionId);
    },
  });

  function mustLeaveOff(): boolean {
    yielded ||= unplaced || deps.shouldYield();
    return yielded;
  }

  async function sync(mailbox: MailboxRow): Promise<void> {
    const state = deps.flagsTold.delete(mailbox.path) ? { ...mailbox, reconciledAt: null } : mailbox;
    const outcome = await syncMailbox(contextOf(mailbox.id), state);
    deps.requested.delete(mailbox.path);
    note(mailbox, outcome);
  }

  function note(mailbox: MailboxRow, { backfill: todo, selected }: MailboxOutcome): void {
    const known = backfills.get(mailbox.id);
    if (todo === null) backfills.delete(mailbox.id);
    else {
      backfills.set(mailbox.id, {
        mailboxId: mailbox.id,
        path: mailbox.path,
        uidValidity: selected.uidValidity,
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
    const there = session.selected?.path === item.path ? session.selected : null;
    const { uidValidity } = there ?? (await session.select(item.path, { readOnly: true }));
    // Another mailbox has its name by now: the next look begins it anew.
    if (uidValidity !== item.uidValidity) {
      backfills.delete(item.mailboxId);
      yielded = true;
      return;
    }
    const left = await backfillChunk(contextOf(item.mailboxId), item.todo, pieceSize(item));
    await statistics.added(item.todo.size - (left?.size ?? 0));
    if (left === null) backfills.delete(item.mailboxId);
    else backfills.set(item.mailboxId, { ...item, todo: left, pieces: item.pieces + 1 });
  }

  async function snippetsOf(mailbox: { id: MailboxId; path: string }, limit: number): Promise<void> {
    await readHeads(session, pool, connectionId, mailbox, { kind: 'snippet', limit });
  }

  return {
    sync,
    answerRequests,
    leftOff: () => yielded,
    /** Every mailbox was looked at: what vanished and was found nowhere is gone. */
    async seenAll(): Promise<void> {
      if (unplaced || (await hasVanished(pool, connectionId))) await dropVanished(pool, connectionId);
      unplaced = false;
    },
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
    /** Subjects, people and file names of what is listed, to be searched. */
    async indexHeaders(mailboxes: readonly MailboxRow[]): Promise<void> {
      let below: MessageRowId | undefined;
      while (!deps.signal.aborted && !mustLeaveOff()) {
        const lowest = await indexNext(pool, connectionId, HEADERS_AT_ONCE, below);
        // From the top once more: some came in above meanwhile.
        if (lowest === null && below === undefined) return;
        below = lowest ?? undefined;
        if (lowest !== null) await statistics.added(HEADERS_AT_ONCE);
        await answerRequests(mailboxes);
      }
    },
    /** Searchable text of everything, newest first, a little at a time. */
    async readWords(mailboxes: readonly MailboxRow[]): Promise<void> {
      for (const mailbox of (await lacksText(pool, connectionId)) ? mailboxes : []) {
        let below: Uid | undefined;
        for (;;) {
          if (deps.signal.aborted || mustLeaveOff()) return;
          await answerRequests(mailboxes);
          const lowest = await readHeads(session, pool, connectionId, mailbox, {
            kind: 'words',
            limit: WORDS_AT_ONCE,
            below,
          });
          if (lowest === null && below === undefined) break;
          below = lowest ?? undefined;
        }
      }
    },
  };
}
