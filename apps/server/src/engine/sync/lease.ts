/**
 * Who syncs which account: a claim with an end, in the database, renewed while the worker lives. A worker that died is
 * taken over once its claims ran out. Any number of processes share the accounts by it.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import { rows } from '../index/sql.ts';
import { wakeAccount } from '../operations/wake.ts';

/** How long a claim holds without renewal. */
export const LEASE_MS = 25_000;

/**
 * Claims what is free or ours, renews what we have; returns every account that is now ours. A row that somebody has
 * locked is passed over, and renewed the next time: ours stays ours until its claim ends. `no key`, because whoever
 * stores a message holds a share of the account's row by its foreign key.
 */
export async function claimAccounts(pool: pg.Pool, owner: string): Promise<ConnectionId[]> {
  await pool.query(
    `update connection set lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond'
     where id in (
       select id from connection where not paused and (lease_owner = $1 or lease_until is null or lease_until < now())
       order by id for no key update skip locked)`,
    [owner, LEASE_MS],
  );
  const ours = await rows<{ id: ConnectionId }>(
    pool,
    'select id from connection where lease_owner = $1 and lease_until > now() and not paused order by id',
    [owner],
  );
  return ours.map(({ id }) => id);
}

/** Gives back what the owner has, and tells the others, so that what is due in a moment need not wait for their next turn. */
export async function releaseAccounts(pool: pg.Pool, owner: string): Promise<void> {
  const released = await rows<{ id: ConnectionId }>(
    pool,
    'update connection set lease_owner = null, lease_until = null where lease_owner = $1 returning id',
    [owner],
  );
  for (const { id } of released) await wakeAccount(pool, id);
}

/** For a process that knows itself alone (an embedded database): claims of one that was killed are void. */
export async function voidAllLeases(pool: pg.Pool): Promise<void> {
  await pool.query('update connection set lease_owner = null, lease_until = null where lease_owner is not null');
}
