/**
 * The account's mailboxes against the server's LIST. What is new is added, what is gone goes only when LIST plainly
 * worked (INBOX is always there: an empty or INBOX-less LIST removes nothing) and twice in a row said so.
 */
import type { ConnectionId, MailboxId, MailboxRole, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { publish } from '../events/publish.ts';
import type { ListedMailbox } from '../imap/types.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { orphan } from './vanished.ts';

interface Known {
  readonly id: MailboxId;
  readonly path: string;
  readonly role: MailboxRole | null;
  readonly object_id: string | null;
  readonly synced: boolean;
}

/** INBOX is case-insensitive (RFC 9051 §5.1). */
const keyOf = (path: string) => (path.toUpperCase() === 'INBOX' ? 'INBOX' : path);

/**
 * Writes the list down. `missingBefore`: paths that the last look did not find either; what is missing now is returned,
 * to be passed in the next time.
 */
export async function applyMailboxList(
  pool: pg.Pool,
  connectionId: ConnectionId,
  listed: readonly ListedMailbox[],
  missingBefore: ReadonlySet<string>,
): Promise<{ missing: ReadonlySet<string>; changed: boolean }> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const known = await rows<Known>(
      tx,
      'select id, path, role, object_id, synced from mailbox where connection_id = $1',
      [connectionId],
    );
    let changed = false;
    const roles = new Set<MailboxRole>();
    const kept = new Set<MailboxId>();
    const knownAt = new Map(known.map((one) => [keyOf(one.path), one]));
    const listedAt = new Set(listed.map(({ path }) => keyOf(path)));
    for (const mailbox of listed) {
      const role = mailbox.role && !roles.has(mailbox.role) ? mailbox.role : null;
      if (role) roles.add(role);
      const match =
        knownAt.get(keyOf(mailbox.path)) ??
        (mailbox.objectId === null
          ? undefined
          : known.find((one) => one.object_id === mailbox.objectId && !listedAt.has(keyOf(one.path))));
      // Deleted while it has children it stays in LIST as a name alone (RFC 9051 §6.3.5): what lay in it is gone.
      if (match?.synced && !mailbox.selectable) continue;
      if (match) kept.add(match.id);
      if (!match || match.path !== mailbox.path || match.role !== role) changed = true;
      await upsert(tx, connectionId, match?.id ?? null, mailbox, role);
    }
    const plausible = listedAt.has('INBOX');
    // A mailbox that an operation of ours has yet to create is not on the server and not missing either.
    const missing = plausible ? known.filter(({ id, synced }) => !kept.has(id) && synced) : [];
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

async function upsert(
  tx: Tx,
  connectionId: ConnectionId,
  id: MailboxId | null,
  mailbox: ListedMailbox,
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
  ];
  if (id === null) {
    await tx.query(
      `insert into mailbox (connection_id, path, delimiter, name, role, attributes, subscribed, synced, object_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values,
    );
    return;
  }
  await tx.query(
    `update mailbox set path = $2, delimiter = $3, name = $4, role = $5, attributes = $6, subscribed = $7, synced = $8,
       object_id = coalesce($9, object_id)
     where connection_id = $1 and id = $10
       and (path, delimiter, name, role, attributes, subscribed, synced, object_id)
         is distinct from ($2, $3, $4, $5, $6::text[], $7::boolean, $8::boolean, coalesce($9, object_id))`,
    [...values, id],
  );
}

/** The mailboxes go, and all that lies in them. */
async function removeMailboxes(tx: Tx, connectionId: ConnectionId, ids: readonly MailboxId[]): Promise<void> {
  const threads = await removePlacements(tx, connectionId, ids);
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
