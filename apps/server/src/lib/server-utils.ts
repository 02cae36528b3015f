/**
 * How the routes come by a driver, and the only ways: `getActiveDriver` for a caller, `connectionToDriver` for a connection
 * that is known to be the caller's.
 */
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import { row, rows } from '../engine/index/sql.ts';
import { MailError, notFound } from './driver/errors.ts';
import { parseConnectionId } from './driver/ids.ts';
import { createDriver, type DriverDeps } from './driver/index.ts';
import type { MailManager } from './driver/types.ts';
import type { DriverSource } from './services.ts';

export interface OwnConnection {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly providerId: string;
  readonly email: string;
  readonly name: string;
}

/** The driver of a connection. */
export function connectionToDriver(deps: DriverDeps, connection: OwnConnection): MailManager {
  return createDriver(connection.providerId, { ...deps, connection });
}

export function createDriverSource(pool: pg.Pool, deps: DriverDeps): DriverSource {
  /** The caller's account by id, or the default one. Somebody else's is not found. */
  async function findConnection(userId: UserId, connectionId: string | undefined): Promise<OwnConnection> {
    const found = await row<OwnConnection>(
      pool,
      `select id, user_id as "userId", provider_id as "providerId", email, name from connection
       where user_id = $1 and ($2::int is null or id = $2) order by is_default desc, id limit 1`,
      [userId, connectionId === undefined ? null : parseConnectionId(connectionId)],
    );
    if (found) return found;
    if (connectionId !== undefined) throw notFound('account');
    throw new MailError({
      code: 'MAILBOX_NOT_FOUND',
      message: 'No mail account is connected yet.',
      fix: 'Connect one first.',
    });
  }

  return {
    getActiveDriver: async (userId, connectionId) =>
      connectionToDriver(deps, await findConnection(userId, connectionId)),
    connectionIds: async (userId) =>
      (
        await rows<{ id: ConnectionId }>(
          pool,
          'select id from connection where user_id = $1 order by is_default desc, id',
          [userId],
        )
      ).map(({ id }) => id),
  };
}
