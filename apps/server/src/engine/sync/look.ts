/**
 * The steps that a look at an account is made of (account-sync.ts), over one session: what of each mailbox is still to be
 * read, and whether it is time to leave off. Between pieces whoever asked for a mailbox goes first.
 */
import type { ConnectionId, Learned, MailboxId, MessageRowId, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { PlannedMailbox } from '../accounts/quirks/mailboxes.ts';
import type { ImapSession } from '../imap/types.ts';
import { indexNext, lacksText } from '../index/search-index.ts';
import { splitMoved } from '../index/split-copies.ts';
import { transaction } from '../index/sql.ts';
import { createStatistics } from '../index/statistics.ts';
import { type BackfillItem, nextBackfill, pieceSize } from './backfill-queue.ts';
import { announceConnection, distrustQresync } from './connection-state.ts';
import { loadMailboxes, type MailboxRow } from './mailbox-rows.ts';
import { backfillChunk, type MailboxOutcome, sweepFlags, syncMailbox } from './mailbox-sync.ts';
import { type ListOutcome, listMailboxes } from './mailboxes.ts';
import { SWEEP_ALL_MS } from './plan.ts';
import { isLabelledOtherwise } from './prove-labels.ts';
import { readHeads } from './snippets.ts';
import type { SyncContext } from './sync-context.ts';
import { dropStrays, dropVanished, hasVanished } from './vanished.ts';

/** Messages whose text is fetched with one command: some MB at most (snippets.ts). */
const WORDS_AT_ONCE = 200;

/** Messages whose subjects and people are made searchable in one transaction. */
const HEADERS_AT_ONCE = 500;

/** How often what vanished is looked for, while ever more vanishes. */
const FIND_TRIES = 3;

export interface LookDeps {
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
  /** The server does not let this mailbox be read; the others are. */
  readonly onMailboxRefused: (path: string, error: MailError) => void;
  /** The newest of the inbox is listed. */
  readonly onFirstScreen: () => void;
  /** Asked between pieces: leave off and come back: the connection is wanted, or it is time to look at everything. */
  readonly shouldYield: () => boolean;
}

export type Look = ReturnType<typeof createLook>;

export function createLook(session: ImapSession, deps: LookDeps, own: ReadonlySet<string>) {
  const { pool, connectionId } = deps;
  const backfills = new Map<MailboxId, BackfillItem>();
  const statistics = createStatistics(pool);
  let yielded = false;
  /** Mailboxes are labels, and All Mail what the inbox is read from. */
  let hasLabels = false;
  /** Messages vanished since all mailboxes were looked at. */
  let unplaced = false;
  const learned: Learned = { ...deps.learned };
  /** Not to be read in this look, because the server does not let us, or does not have them. */
  const refused = new Set<MailboxId>();
  /** Looked at already in this look. */
  const looked = new Set<MailboxId>();

  /**
   * Reads one mailbox. One that the server will not open, or that went away, must not keep the others from being read,
   * not in this look and not in the next: it is passed over, and told of.
   */
  async function reading(
    { id, path, role }: Pick<MailboxRow, 'id' | 'path' | 'role'>,
    work: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof MailError) || session.closed || role === 'inbox' || error.code === 'THROTTLED')
        throw error;
      refused.add(id);
      backfills.delete(id);
      deps.onMailboxRefused(path, error);
    }
  }

  const contextOf = ({ mailboxId, role }: Pick<BackfillItem, 'mailboxId' | 'role'>): SyncContext => ({
    gmail: session.quirks.labels === null ? null : { isCarrier: hasLabels && role === 'inbox', readsLabels: hasLabels },
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
    // Where mod-sequences tell which flags changed, they need not be told to be asked for.
    const isTold = deps.flagsTold.delete(mailbox.path) && mailbox.highestModSeq === null;
    const state = isTold ? { ...mailbox, reconciledAt: null } : mailbox;
    const outcome = await syncMailbox(contextOf({ mailboxId: mailbox.id, role: mailbox.role }), state);
    deps.requested.delete(mailbox.path);
    looked.add(mailbox.id);
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
      if (!mailbox) continue;
      await reading(mailbox, async () => {
        await sync(mailbox);
        await snippetsOf(mailbox, 50);
      });
    }
  }

  async function piece(item: BackfillItem): Promise<void> {
    // A SELECT that was refused has left none selected.
    const there = session.selected?.path === item.path ? session.selected : null;
    const { uidValidity } = there ?? (await session.select(item.path, { readOnly: true }));
    // Another mailbox has its name by now: the next look begins it anew.
    if (uidValidity !== item.uidValidity) {
      backfills.delete(item.mailboxId);
      yielded = true;
      return;
    }
    const left = await backfillChunk(contextOf(item), item.todo, pieceSize(item));
    await statistics.added(item.todo.size - (left?.size ?? 0));
    if (left === null) backfills.delete(item.mailboxId);
    else backfills.set(item.mailboxId, { ...item, todo: left, pieces: item.pieces + 1 });
  }

  async function snippetsOf(mailbox: { id: MailboxId; path: string }, limit: number): Promise<void> {
    await readHeads(session, pool, connectionId, mailbox, { kind: 'snippet', limit });
  }

  /**
   * STATUS that was told before a message vanished says nothing of where it has come to since: it is asked again, and
   * mailboxes that have given out UIDs meanwhile are looked at.
   */
  async function findMoved(): Promise<void> {
    for (let tries = 0; unplaced && tries < FIND_TRIES && !deps.signal.aborted; tries += 1) {
      unplaced = false;
      const statusOf = new Map((await session.list({ status: true })).map(({ path, status }) => [path, status]));
      for (const mailbox of await loadMailboxes(pool, connectionId)) {
        const uidNext = statusOf.get(mailbox.path)?.uidNext ?? null;
        if (uidNext === null || uidNext === mailbox.uidNext || refused.has(mailbox.id)) continue;
        await reading(mailbox, () => sync(mailbox));
      }
    }
  }

  return {
    sync,
    answerRequests,
    leftOff: () => yielded,
    refused: refused as ReadonlySet<MailboxId>,
    looked: looked as ReadonlySet<MailboxId>,
    /** Leaves it out for the rest of this look. */
    refuse(mailbox: MailboxRow): void {
      refused.add(mailbox.id);
    },
    /** The server's mailboxes, written down. */
    async list({ status }: { status: boolean }): Promise<ListOutcome> {
      const found = await listMailboxes(pool, connectionId, session, { status, missingBefore: deps.missingBefore });
      hasLabels = found.planned.some(({ label }) => label !== null);
      return found;
    },
    /** Every mailbox was looked at: what vanished and was found nowhere is gone. */
    async seenAll(): Promise<void> {
      const isVanishing = unplaced;
      await findMoved();
      if (deps.signal.aborted) return;
      if (isVanishing || (await hasVanished(pool, connectionId))) await dropVanished(pool, connectionId);
      unplaced = false;
      if (looked.size > 0) await transaction(pool, (tx) => splitMoved(tx, connectionId));
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
        const { mailboxId: id, path, role, pieces } = item;
        await reading({ id, path, role }, async () => {
          await piece(item);
          if (pieces < 2) await snippetsOf({ id, path }, 100);
        });
        if (Date.now() - announcedAt > 1000) {
          announcedAt = Date.now();
          await announceConnection(pool, connectionId);
        }
      }
      if (announcedAt > 0) await announceConnection(pool, connectionId);
      return true;
    },
    /** Reads all labels again where their mailboxes count otherwise, at most as often as flags are on other servers. */
    async proveLabels(mailboxes: readonly MailboxRow[], planned: readonly PlannedMailbox[]): Promise<void> {
      if (!hasLabels) return;
      const carrier = mailboxes.find(({ role }) => role === 'inbox');
      const since = deps.now().getTime() - (carrier?.reconciledAt?.getTime() ?? 0);
      if (!carrier || since < SWEEP_ALL_MS || !(await isLabelledOtherwise(pool, connectionId, planned))) return;
      await sweepFlags(contextOf({ mailboxId: carrier.id, role: carrier.role }), carrier.path);
    },
    /** What is shown under a label and was taken from All Mail by another client. */
    async dropStrays(): Promise<void> {
      if (hasLabels) await dropStrays(pool, connectionId);
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
        let isDone = refused.has(mailbox.id);
        while (!isDone) {
          if (deps.signal.aborted || mustLeaveOff()) return;
          await answerRequests(mailboxes);
          await reading(mailbox, async () => {
            const wanted = { kind: 'words', limit: WORDS_AT_ONCE, below } as const;
            const lowest = await readHeads(session, pool, connectionId, mailbox, wanted);
            isDone = lowest === null && below === undefined;
            below = lowest ?? undefined;
          });
          isDone ||= refused.has(mailbox.id);
        }
      }
    },
  };
}
