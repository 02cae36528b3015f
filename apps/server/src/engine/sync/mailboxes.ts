/**
 * The account's mailboxes against the server's LIST. What is new is added, what is gone goes only when LIST plainly
 * worked (INBOX is always there: an empty or INBOX-less LIST removes nothing) and twice in a row said so.
 */
import type { ConnectionId, MailboxId, MailboxRole, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { type PlannedMailbox, planMailboxes } from '../accounts/quirks/mailboxes.ts';
import { publish } from '../events/publish.ts';
import { sameMailboxName } from '../imap/mailbox-name.ts';
import type { ImapSession, ListedMailbox } from '../imap/types.ts';
import { ensureGmailLabels } from '../index/labels.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { type KnownMailbox, matchMailboxes } from './match-mailboxes.ts';
import { orphan } from './vanished.ts';

interface Known extends KnownMailbox {
  readonly delimiter: string | null;
  readonly name: string;
  readonly attributes: readonly string[];
  readonly subscribed: boolean;
  readonly role: MailboxRole | null;
  readonly synced: boolean;
  readonly label: string | null;
}

export interface ListOutcome {
  /** As the server told it. */
  readonly listed: readonly ListedMailbox[];
  readonly planned: readonly PlannedMailbox[];
  /** Paths that LIST does not show any more. */
  readonly missing: ReadonlySet<string>;
}

/** Asks for the list, plans what each mailbox is, and writes it down. */
export async function listMailboxes(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  { status, missingBefore }: { status: boolean; missingBefore: ReadonlySet<string> },
): Promise<ListOutcome> {
  const told = await session.list({ status });
  const listed = await identified(pool, connectionId, session, told);
  const planned = planMailboxes(listed, session.quirks);
  const { missing } = await applyMailboxList(pool, connectionId, planned, missingBefore);
  return { listed: told, planned, missing };
}

/**
 * The list with MAILBOXID (RFC 8474) of mailboxes that are new while one whose id is known has gone: a renaming, mostly.
 * Elsewhere the id is not needed, and costs a command a mailbox.
 */
async function identified(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: Pick<ImapSession, 'capabilities' | 'mailboxObjectId'>,
  listed: readonly ListedMailbox[],
): Promise<ListedMailbox[]> {
  if (!session.capabilities.objectId) return [...listed];
  const known = await rows<Pick<Known, 'path' | 'objectId'>>(
    pool,
    'select path, object_id as "objectId" from mailbox where connection_id = $1',
    [connectionId],
  );
  const paths = new Set(listed.map(({ path }) => path));
  const isListed = ({ path, objectId }: Pick<Known, 'path' | 'objectId'>) =>
    objectId === null || paths.has(path) || listed.some((one) => sameMailboxName(path, one.path, one.delimiter));
  if (known.every(isListed)) return [...listed];
  const result: ListedMailbox[] = [];
  for (const mailbox of listed) {
    const isNew = !known.some(({ path }) => sameMailboxName(path, mailbox.path, mailbox.delimiter));
    const objectId = isNew && mailbox.selectable ? await session.mailboxObjectId(mailbox.path) : mailbox.objectId;
    result.push({ ...mailbox, objectId });
  }
  return result;
}

/**
 * Writes the list down. `missingBefore`: paths that the last look did not find either; what is missing now is returned,
 * to be passed in the next time.
 */
export async function applyMailboxList(
  pool: pg.Pool,
  connectionId: ConnectionId,
  listed: readonly PlannedMailbox[],
  missingBefore: ReadonlySet<string>,
): Promise<{ missing: ReadonlySet<string>; changed: boolean }> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const known = await rows<Known>(
      tx,
      `select id, path, delimiter, name, attributes, subscribed, role, object_id as "objectId", synced, label, uid_validity as "uidValidity",
         uid_next as "uidNext", "exists" from mailbox where connection_id = $1`,
      [connectionId],
    );
    let changed = false;
    const roles = new Set<MailboxRole>();
    const kept = new Set<MailboxId>();
    const reread: MailboxId[] = [];
    for (const { listed: mailbox, known: match, isGuess } of matchMailboxes(known, listed)) {
      const role = mailbox.role && !roles.has(mailbox.role) ? mailbox.role : null;
      if (role) roles.add(role);
      // Deleted while it has children it stays in LIST as a name alone (RFC 9051 §6.3.5): what lay in it is gone.
      if (match?.synced && !mailbox.selectable && mailbox.label === null) continue;
      if (match) kept.add(match.id);
      if (!match || match.path !== mailbox.path || match.role !== role) changed = true;
      if (match && (isGuess || match.label !== mailbox.label)) reread.push(match.id);
      if (!match || !isWrittenDown(match, mailbox, role)) {
        await upsert(tx, connectionId, match?.id ?? null, mailbox, role);
      }
    }
    if (reread.length > 0) await readAnew(tx, connectionId, reread);
    const plausible = listed.some(({ path }) => path.toUpperCase() === 'INBOX');
    // A mailbox that an operation of ours has yet to create is not on the server and not missing either.
    const missing = plausible
      ? known.filter(({ id, synced, label }) => !kept.has(id) && (synced || label !== null))
      : [];
    await ensureGmailLabels(tx, connectionId, userLabels(listed));
    const gone = missing.filter(({ path }) => missingBefore.has(path));
    if (gone.length > 0)
      await removeMailboxes(
        tx,
        connectionId,
        gone.map(({ id }) => id),
      );
    if (changed || gone.length > 0) await publish(tx, { connectionId, kind: 'counts', ids: [] });
    return {
      missing: new Set(missing.filter((one) => !gone.includes(one)).map(({ path }) => path)),
      changed: changed || gone.length > 0,
    };
  });
}

/** Labels that stand in no list of mailboxes. */
function userLabels(listed: readonly PlannedMailbox[]): Set<string> {
  return new Set(listed.flatMap(({ label, selectable }) => (label !== null && !selectable ? [label] : [])));
}

/**
 * Mailboxes that became labels, or were ones, or are only taken for one that is gone: what lay in them is found again from
 * All Mail, or by reading them. Their placements stay on the screen till then.
 */
async function readAnew(tx: Tx, connectionId: ConnectionId, ids: readonly MailboxId[]): Promise<void> {
  await tx.query(
    `update mailbox set uid_validity = null, uid_next = null, highest_mod_seq = null, synced_min_uid = null
     where connection_id = $1 and (id = any($2::int[]) or (role = 'archive' and exists (
       select 1 from mailbox l where l.connection_id = $1 and l.label is not null)))`,
    [connectionId, ids],
  );
  await tx.query('update mailbox set "exists" = 0 where connection_id = $1 and id = any($2::int[])', [
    connectionId,
    ids,
  ]);
  await tx.query(
    `update placement set uid = null, mod_seq = null, state = case state when 'present' then 'arriving' else state end
     where connection_id = $1 and mailbox_id = any($2::int[])`,
    [connectionId, ids],
  );
}

/** Nothing of it is new, as of nearly all at every look. */
function isWrittenDown(known: Known, listed: PlannedMailbox, role: MailboxRole | null): boolean {
  return (
    known.path === listed.path &&
    known.delimiter === listed.delimiter &&
    known.name === listed.name &&
    known.role === role &&
    known.subscribed === listed.subscribed &&
    known.synced === listed.selectable &&
    known.label === listed.label &&
    (listed.objectId === null || known.objectId === listed.objectId) &&
    known.attributes.join(' ') === listed.attributes.join(' ')
  );
}

async function upsert(
  tx: Tx,
  connectionId: ConnectionId,
  id: MailboxId | null,
  mailbox: PlannedMailbox,
  role: MailboxRole | null,
): Promise<void> {
  const values = [
    connectionId,
    mailbox.path,
    mailbox.delimiter,
    mailbox.name,
    role,
    mailbox.attributes,
    mailbox.subscribed,
    mailbox.selectable,
    mailbox.objectId,
    mailbox.label,
  ];
  if (id === null) {
    await tx.query(
      `insert into mailbox (connection_id, path, delimiter, name, role, attributes, subscribed, synced, object_id,
         label)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      values,
    );
    return;
  }
  await tx.query(
    `update mailbox set path = $2, delimiter = $3, name = $4, role = $5, attributes = $6, subscribed = $7, synced = $8,
       object_id = coalesce($9, object_id), label = $10
     where connection_id = $1 and id = $11`,
    [...values, id],
  );
}

/** The mailboxes go, and all that lies in them. */
async function removeMailboxes(tx: Tx, connectionId: ConnectionId, ids: readonly MailboxId[]): Promise<void> {
  const threads = await removePlacements(tx, connectionId, ids);
  await tx.query(
    `delete from label where connection_id = $1 and storage = 'gmail' and keyword in (
       select label from mailbox where connection_id = $1 and id = any($2::int[]) and not synced)`,
    [connectionId, ids],
  );
  await tx.query('delete from mailbox where connection_id = $1 and id = any($2::int[])', [connectionId, ids]);
  await refreshThreads(tx, connectionId, threads);
  await tx.query('delete from list_counter where connection_id = $1 and list = any($2::text[])', [
    connectionId,
    ids.map((id) => `m${id}`),
  ]);
}

/** A mailbox that LIST shows and SELECT does not know holds nothing; it is begun anew when it can be selected again. */
export async function emptyMailbox(pool: pg.Pool, connectionId: ConnectionId, id: MailboxId): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const threads = await removePlacements(tx, connectionId, [id]);
    await tx.query(
      `update mailbox set uid_validity = null, uid_next = null, highest_mod_seq = null, synced_min_uid = null, "exists" = 0
       where connection_id = $1 and id = $2`,
      [connectionId, id],
    );
    await refreshThreads(tx, connectionId, threads);
    await publish(tx, { connectionId, kind: 'counts', ids: [] });
  });
}

/** Messages that lie nowhere else wait as orphans, for they may have moved. Gives the conversations to be refreshed. */
async function removePlacements(tx: Tx, connectionId: ConnectionId, ids: readonly MailboxId[]): Promise<ThreadId[]> {
  const messages = await rows<{ message_id: MessageRowId }>(
    tx,
    'delete from placement where connection_id = $1 and mailbox_id = any($2::int[]) returning message_id',
    [connectionId, ids],
  );
  return orphan(
    tx,
    connectionId,
    messages.map(({ message_id }) => message_id),
  );
}
