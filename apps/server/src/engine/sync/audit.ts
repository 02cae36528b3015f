/**
 * A whole account compared with its server, every mailbox, UID and flag, whatever the sync believes; what differs is
 * repaired and counted. Runs at night and on demand, between looks, under the account's lease, and leaves off when
 * somebody waits for its session. Only what is still different after the mailbox was synced once more counts: it is what
 * the sync passed over. A message is removed only when two looks agree that it is gone.
 */
import type { ConnectionId, Learned, MailboxId, StoredAudit } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { gmailTargets } from '../gmail/apply-labels.ts';
import { flagsWithLabels, readLabels } from '../gmail/labels.ts';
import { loadShownIn } from '../gmail/show-labels.ts';
import type { FetchedMessage, FlagUpdate, ImapSession } from '../imap/types.ts';
import { ownAddresses } from '../index/new-message.ts';
import { row, rows } from '../index/sql.ts';
import { loadOpenFlagOps } from '../operations/overlay.ts';
import { applyMessages, decodeMessages, localUids } from './apply.ts';
import { applyFlags } from './apply-flags.ts';
import {
  confirmedDrift,
  type Drift,
  differentFlags,
  type IndexedPlacement,
  isEmpty,
  nextAuditAt,
  type ToldPlacement,
} from './audit-plan.ts';
import { distrustQresync } from './connection-state.ts';
import { loadMailboxes, type MailboxRow } from './mailbox-rows.ts';
import { syncMailbox } from './mailbox-sync.ts';
import { listMailboxes } from './mailboxes.ts';
import type { SyncContext } from './sync-context.ts';
import { applyVanished, dropVanished, hasVanished } from './vanished.ts';

const FLAGS_AT_ONCE = 10_000;
const MESSAGES_AT_ONCE = 500;

export interface AuditDeps {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  /** A difference was found and repaired. */
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export interface AuditTurn {
  readonly connectionId: ConnectionId;
  readonly learned: Learned;
  readonly signal: AbortSignal;
  /** Asked between mailboxes. */
  readonly shouldYield: () => boolean;
}

/** Goes on with the account's audit where one is due. Whether it left off before its end. */
export type Audit = (session: ImapSession, turn: AuditTurn) => Promise<boolean>;

type Sums = Omit<StoredAudit, 'at'>;
const NOTHING: Sums = { mailboxes: 0, messages: 0, missing: 0, superfluous: 0, flags: 0, lists: 0 };

export function createAudit({ pool, now, log }: AuditDeps): Audit {
  /** Of audits that left off: what is done already. Lost with the process; then they begin anew. */
  const begun = new Map<ConnectionId, { done: Set<MailboxId>; sums: Sums }>();

  return async (session, turn) => {
    const { connectionId, signal, shouldYield } = turn;
    if (!(await isDue(pool, connectionId, now()))) {
      // Another process may have ended what was begun here.
      begun.delete(connectionId);
      return false;
    }
    const progress = begun.get(connectionId) ?? { done: new Set(), sums: await auditList(pool, session, connectionId) };
    begun.set(connectionId, progress);
    const own = await ownAddresses(pool, connectionId);
    const gmailOf = await gmailTargets(pool, connectionId, session);
    for (const mailbox of await loadMailboxes(pool, connectionId)) {
      if (progress.done.has(mailbox.id)) continue;
      if (signal.aborted || shouldYield()) return true;
      const context: SyncContext = {
        pool,
        connectionId,
        mailboxId: mailbox.id,
        ownAddresses: own,
        gmail: gmailOf(mailbox.id),
        session,
        learned: turn.learned,
        now,
        signal,
        onDistrust: () => distrustQresync(pool, connectionId),
        // Asked of the database at the end: the audit may be gone on with by another turn.
        onUnplaced: () => undefined,
      };
      const found = await auditMailbox(context, mailbox).catch((error: unknown) => {
        // One folder that the server will not open does not keep the others from being compared.
        if (!(error instanceof MailError) || session.closed) throw error;
        return null;
      });
      progress.done.add(mailbox.id);
      if (found) progress.sums = add(progress.sums, found);
      if (found && !isEmpty(found.drift)) {
        const { missing, superfluous, flags } = found.drift;
        log('the index differed from the server', {
          connectionId,
          mailbox: mailbox.id,
          missing: missing.size,
          superfluous: superfluous.size,
          flags: flags.length,
        });
      }
    }
    begun.delete(connectionId);
    // Every mailbox was looked at: what was found nowhere goes from the screen too.
    if (await hasVanished(pool, connectionId)) await dropVanished(pool, connectionId);
    await save(pool, connectionId, { at: now().toISOString(), ...progress.sums }, nextAuditAt(connectionId, now()));
    return false;
  };
}

/** Whether the account's time has come; one that has none yet is given its first. */
async function isDue(pool: pg.Pool, connectionId: ConnectionId, now: Date): Promise<boolean> {
  const found = await row<{ due: Date | null }>(pool, 'select audit_due_at as due from connection where id = $1', [
    connectionId,
  ]);
  if (!found) return false;
  if (found.due) return found.due <= now;
  await pool.query('update connection set audit_due_at = $2 where id = $1 and audit_due_at is null', [
    connectionId,
    nextAuditAt(connectionId, now),
  ]);
  return false;
}

async function save(pool: pg.Pool, connectionId: ConnectionId, audit: StoredAudit, next: Date): Promise<void> {
  await pool.query('update connection set audit = $2, audit_due_at = $3 where id = $1', [
    connectionId,
    JSON.stringify(audit),
    next,
  ]);
}

/** Mailboxes that only one side has although the list was applied: counted; LIST itself is what repairs them. */
async function auditList(pool: pg.Pool, session: ImapSession, connectionId: ConnectionId): Promise<Sums> {
  const { planned, missing } = await listMailboxes(pool, connectionId, session, {
    status: false,
    missingBefore: new Set(),
  });
  const here = new Set((await loadMailboxes(pool, connectionId)).map(({ path }) => path));
  const there = planned.filter(({ selectable, label }) => selectable && label === null).map(({ path }) => path);
  const unknown = there.filter((path) => !here.has(path)).length;
  const stale = [...here].filter((path) => !there.includes(path) && !missing.has(path)).length;
  return { ...NOTHING, lists: unknown + stale };
}

interface MailboxAudit {
  readonly messages: number;
  readonly drift: Drift;
}

/** Null: it is still being read, or was replaced by another mailbox meanwhile. */
async function auditMailbox(context: SyncContext, mailbox: MailboxRow): Promise<MailboxAudit | null> {
  if (mailbox.syncedMinUid !== 0) return null;
  const first = await compare(context, mailbox);
  if (first === null || isEmpty(first.drift)) return first;
  const current = (await loadMailboxes(context.pool, context.connectionId)).find(({ id }) => id === mailbox.id);
  if (!current) return null;
  // Without mod-sequences the sync reads all flags from time to time only: now is such a time.
  const asked = current.highestModSeq === null ? { ...current, reconciledAt: null } : current;
  const { backfill } = await syncMailbox(context, asked);
  const second = backfill === null ? await compare(context, current) : null;
  if (second === null) return null;
  const drift = confirmedDrift(first.drift, second.drift);
  await repair(context, drift);
  return { messages: second.messages, drift };
}

async function compare(context: SyncContext, mailbox: MailboxRow): Promise<MailboxAudit | null> {
  const { session, pool, connectionId, mailboxId } = context;
  const selected = await session.select(mailbox.path, { readOnly: true });
  if (selected.uidValidity !== mailbox.uidValidity) return null;
  const theirs = await session.searchAll();
  // A list that is shorter than the server says it is proves nothing.
  if (theirs.size !== selected.exists) return null;
  const ours = await localUids(pool, connectionId, mailboxId);
  const flags: FlagUpdate[] = [];
  for (const chunk of theirs.intersect(ours).chunksDescending(FLAGS_AT_ONCE)) {
    if (context.signal?.aborted) return null;
    const askedAt = context.now();
    const said: FlagUpdate[] = [];
    await session.fetchFlags(chunk, { onBatch: async (batch) => void said.push(...batch) });
    const index = await rows<IndexedPlacement>(
      pool,
      `select uid, id as "placementId", message_id as "messageId", flags, keywords from placement
       where connection_id = $1 and mailbox_id = $2 and uid between $3 and $4`,
      [connectionId, mailboxId, chunk.min, chunk.max],
    );
    const open = await loadOpenFlagOps(pool, connectionId, askedAt);
    const shown = context.gmail?.isCarrier
      ? await loadShownIn(pool, connectionId, index.map(idOf), askedAt)
      : undefined;
    const kept = said.map((update) => asKept(context, update));
    const differing = new Set(differentFlags(index, kept, open, shown).map(({ uid }) => uid));
    flags.push(...said.filter(({ uid }) => differing.has(uid)));
  }
  return { messages: theirs.size, drift: { missing: theirs.minus(ours), superfluous: ours.minus(theirs), flags } };
}

const idOf = ({ messageId }: IndexedPlacement) => messageId;

/** Labels of the user are kept among the keywords, the others are mailboxes. */
function asKept({ gmail }: SyncContext, update: FlagUpdate): ToldPlacement {
  if (!gmail?.readsLabels || update.labels === null) return { ...update, shownIn: null };
  const labels = readLabels(update.labels);
  return { ...update, flags: flagsWithLabels(update.flags, labels), shownIn: labels.shownIn };
}

async function repair(context: SyncContext, { missing, superfluous, flags }: Drift): Promise<void> {
  const askedAt = context.now();
  if (!missing.isEmpty) {
    await context.session.fetchMessages(missing, {
      batchSize: MESSAGES_AT_ONCE,
      onBatch: async (batch: FetchedMessage[]) =>
        applyMessages(context, await decodeMessages(context, batch), {}, askedAt),
    });
  }
  if (!superfluous.isEmpty) await applyVanished(context, superfluous);
  if (flags.length > 0) await applyFlags(context, flags, {}, askedAt);
}

function add(sums: Sums, { messages, drift }: MailboxAudit): Sums {
  return {
    ...sums,
    mailboxes: sums.mailboxes + 1,
    messages: sums.messages + messages,
    missing: sums.missing + drift.missing.size,
    superfluous: sums.superfluous + drift.superfluous.size,
    flags: sums.flags + drift.flags.length,
  };
}
