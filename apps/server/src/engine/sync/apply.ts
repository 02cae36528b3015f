/**
 * What a sync found, written down: rows, lists, counters, the cursor and the news of it in one transaction each, so that
 * a process killed anywhere leaves an index that is right as far as its cursor says. Flags the user set a moment ago win
 * over what the server said before it heard of them (operations/overlay.ts).
 */

import { setImmediate as immediate } from 'node:timers/promises';
import type { ConnectionId, MailboxId } from '@postroom/db';
import type pg from 'pg';
import { showWhere, withLabels } from '../gmail/apply-labels.ts';
import type { FetchedMessage } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { flagBits } from '../index/flags.ts';
import { insertPlacements } from '../index/insert.ts';
import { newMessageFromFetch } from '../index/new-message.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexMessages } from '../index/search-index.ts';
import { lockAccount, transaction } from '../index/sql.ts';
import type { NewMessage } from '../index/types.ts';
import { heedArrivals } from '../schedule/heed-arrivals.ts';
import { announceThreads } from './announce.ts';
import { overlayOn } from './apply-flags.ts';
import { type CursorChange, moveCursor, type SyncTarget } from './cursor.ts';

/** Above this many new rows full-text indexing is left to the background. */
const INDEX_AT_ONCE = 50;

/** Between so many the database's answers are taken, so that it never waits for us. */
const DECODE_AT_ONCE = 20;

/** What the server told of a message, and what its header says. */
export interface DecodedMessage {
  readonly told: FetchedMessage;
  readonly message: NewMessage;
}

/** Takes the processor's time alone: done while the database writes the batch before. */
export async function decodeMessages(
  target: SyncTarget,
  messages: readonly FetchedMessage[],
): Promise<DecodedMessage[]> {
  const options = { followsServer: target.gmail !== null };
  const decoded: DecodedMessage[] = [];
  for (const told of messages) {
    decoded.push({ told, message: newMessageFromFetch(told, target.ownAddresses, options) });
    if (decoded.length % DECODE_AT_ONCE === 0) await immediate();
  }
  return decoded;
}

/**
 * New messages of the mailbox, with the cursor that they let us move. `fetchedAt`: when the FETCH was sent; operations
 * that finished after it still overlay what it said.
 */
export async function applyMessages(
  target: SyncTarget,
  decoded: readonly DecodedMessage[],
  cursor: CursorChange,
  fetchedAt: Date,
): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  const messages = decoded.map(({ told }) => told);
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const labelled = await withLabels(tx, target, messages, fetchedAt);
    const { messageIds, freshIds, threadIds } = await insertPlacements(
      tx,
      connectionId,
      decoded.map(({ told, message }, index) => ({
        mailboxId,
        uid: told.uid,
        flags: flagBits(labelled[index]?.flags.system ?? []),
        keywords: labelled[index]?.flags.keywords ?? [],
        modSeq: told.modSeq,
        state: 'present',
        operationId: null,
        message,
      })),
    );
    await overlayOn(tx, target, messageIds, fetchedAt);
    const shown = await showWhere(tx, target, messageIds, labelled, fetchedAt);
    await refreshThreads(tx, connectionId, [...threadIds, ...shown]);
    if (messages.length <= INDEX_AT_ONCE) await indexMessages(tx, connectionId, messageIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announceThreads(tx, connectionId, threadIds);
    await heedArrivals(tx, connectionId, freshIds);
  });
}

/** Only the cursor. */
export async function applyCursor(target: SyncTarget, cursor: CursorChange): Promise<void> {
  await transaction(target.pool, (tx) => moveCursor(tx, target.connectionId, target.mailboxId, cursor));
}

/**
 * Begins a mailbox, or begins it again under another UIDVALIDITY: its placements lose their UIDs but stay on the screen,
 * and are found again by identity as the mailbox is read.
 */
export async function applyBegin(target: SyncTarget, cursor: CursorChange): Promise<void> {
  const { pool, connectionId, mailboxId } = target;
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query(
      `update placement set uid = null, mod_seq = null,
         state = case state when 'present' then 'arriving' else state end
       where connection_id = $1 and mailbox_id = $2 and uid is not null`,
      [connectionId, mailboxId],
    );
    await tx.query('update mailbox set generation = generation + 1 where connection_id = $1 and id = $2', [
      connectionId,
      mailboxId,
    ]);
    await moveCursor(tx, connectionId, mailboxId, cursor);
  });
}

/** Every UID that the index has of the mailbox. */
export async function localUids(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<UidSet> {
  const found = await pool.query<{ uid: number[] | null }>(
    'select array_agg(uid order by uid) as uid from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return UidSet.of(found.rows[0]?.uid ?? []);
}

/** Those of them that an action of ours is taking away. */
export async function leavingUids(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<UidSet> {
  const found = await pool.query<{ uid: number }>(
    `select uid from placement where connection_id = $1 and mailbox_id = $2 and uid is not null and state = 'leaving'`,
    [connectionId, mailboxId],
  );
  return UidSet.of(found.rows.map(({ uid }) => uid));
}

/** How many UIDs the index has of the mailbox. */
export async function localCount(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<number> {
  const found = await pool.query<{ count: number }>(
    'select count(*)::int as count from placement where connection_id = $1 and mailbox_id = $2 and uid is not null',
    [connectionId, mailboxId],
  );
  return found.rows[0]?.count ?? 0;
}
