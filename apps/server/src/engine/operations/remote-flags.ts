/**
 * Flags on the server (STORE, RFC 9051 §6.4.6), and what the server has of them read once more. An operation is done when
 * every copy of its messages that the index knows by then has heard of it: the sync may find one while it runs.
 */
import type { ConnectionId, MessageRowId, OperationId, PlacementId } from '@postroom/db';
import type pg from 'pg';
import { gmailTargets } from '../gmail/apply-labels.ts';
import { storeChange } from '../gmail/remote.ts';
import type { FlagUpdate, ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { lockAccount, rows, transaction } from '../index/sql.ts';
import { applyFlags } from '../sync/apply-flags.ts';
import { doubtFlags, listAgain } from './away.ts';
import { findUids } from './find-uids.ts';
import type { FlagPayload } from './overlay.ts';
import { locate, openPlace, type Place, piecesOf } from './places.ts';
import { storeFlags } from './store-flags.ts';

/** Changes them everywhere, and writes down where. */
export async function runFlags(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  id: OperationId,
  { messageIds, add, remove }: FlagPayload,
): Promise<void> {
  const ids = messageIds as MessageRowId[];
  const reached = new Set<PlacementId>();
  const passedOver = new Set<PlacementId>();
  for (let hasListed = false; ; ) {
    await findUids(pool, connectionId, session, { messageIds: ids, mailboxId: null });
    const away: Place[] = [];
    for (const place of await locate(pool, connectionId, ids, null)) {
      const todo = without(place, reached, passedOver);
      if (todo.uids.size === 0) continue;
      if ((await openPlace(session, place)) === null) {
        away.push(todo);
        continue;
      }
      for (const uids of piecesOf(todo)) {
        if (session.quirks.labels === null) await storeFlags(session, uids, { add, remove });
        else await storeChange({ pool, connectionId, session }, uids, { add, remove });
      }
      for (const { placementId } of todo.uids.values()) reached.add(placementId);
    }
    if (away.length > 0 && !hasListed) {
      hasListed = true;
      await listAgain(pool, connectionId, session);
      continue;
    }
    for (const { mailboxId, uids } of away) {
      await doubtFlags(pool, connectionId, mailboxId);
      for (const { placementId } of uids.values()) passedOver.add(placementId);
    }
    if (await finish(pool, connectionId, id, ids, { reached, passedOver })) return;
  }
}

function without(place: Place, ...sets: readonly ReadonlySet<PlacementId>[]): Place {
  const isLeft = ({ placementId }: { placementId: PlacementId }) => !sets.some((one) => one.has(placementId));
  return { ...place, uids: new Map([...place.uids].filter(([, of]) => isLeft(of))) };
}

/** Ends the operation unless there is a copy that has not heard of it and could. */
async function finish(
  pool: pg.Pool,
  connectionId: ConnectionId,
  id: OperationId,
  messageIds: readonly MessageRowId[],
  { reached, passedOver }: { reached: ReadonlySet<PlacementId>; passedOver: ReadonlySet<PlacementId> },
): Promise<boolean> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const unreached = await rows(
      tx,
      `select 1 from placement where connection_id = $1 and message_id = any($2::bigint[]) and uid is not null
         and id <> all($3::bigint[]) limit 1`,
      [connectionId, messageIds, [...reached, ...passedOver]],
    );
    if (unreached.length > 0) return false;
    await tx.query(
      `update operation set state = 'done', finished_at = now(), payload = payload || jsonb_build_object('appliedTo', $3::jsonb)
       where connection_id = $1 and id = $2`,
      [connectionId, id, JSON.stringify([...reached])],
    );
    return true;
  });
}

/** Reads the messages' flags where they lie and writes them down, under what is still to be done to them. */
export async function rereadFlags(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  messageIds: readonly MessageRowId[],
): Promise<void> {
  const gmailOf = await gmailTargets(pool, connectionId, session);
  for (const place of await locate(pool, connectionId, messageIds, null)) {
    if (!(await openPlace(session, place, { readOnly: true }))) {
      await doubtFlags(pool, connectionId, place.mailboxId);
      continue;
    }
    const askedAt = new Date();
    const updates: FlagUpdate[] = [];
    const onBatch = async (batch: readonly FlagUpdate[]) => void updates.push(...batch);
    for (const uids of piecesOf(place)) await session.fetchFlags(uids, { onBatch });
    const known = UidSet.of(place.uids.keys());
    const { mailboxId } = place;
    const target = { pool, connectionId, mailboxId, ownAddresses: new Set<string>(), gmail: gmailOf(mailboxId) };
    await applyFlags(
      target,
      updates.filter(({ uid }) => known.has(uid)),
      {},
      askedAt,
    );
  }
}
