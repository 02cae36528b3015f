/**
 * From a caller to the driver of one of their accounts: the only way there is. Whose account it is, is checked here, each
 * time; somebody else's is not found.
 */
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';
import type { WithImap } from '../engine/accounts/access.ts';
import { row, rows } from '../engine/index/sql.ts';
import type { TextWork } from '../engine/reading/text-work.ts';
import { notFound } from './driver/errors.ts';
import { parseConnectionId } from './driver/ids.ts';
import { createDriver } from './driver/index.ts';
import type { MailManager } from './driver/types.ts';
import type { DriverSource } from './services.ts';

export interface StoredConnection {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly providerId: string;
}

export interface DriverDeps {
  readonly pool: pg.Pool;
  readonly withImap: WithImap;
  readonly textWork: TextWork;
  /** The signed address of the image proxy for a picture in a message of that user. */
  readonly signImage: (userId: UserId, messageId: string, url: string) => string;
  readonly now: () => Date;
}

const COLUMNS = `id, user_id as "userId", email, name, provider_id as "providerId"`;

/** The driver of a connection that is known to be the caller's. */
export function connectionToDriver(deps: DriverDeps, connection: StoredConnection): MailManager {
  return createDriver(connection.providerId, {
    connection,
    pool: deps.pool,
    withImap: deps.withImap,
    textWork: deps.textWork,
    signImage: (messageId, url) => deps.signImage(connection.userId, messageId, url),
    now: deps.now,
  });
}

/** The driver of the user's account of that id; without one, of the default account. MESSAGE_NOT_FOUND where there is none. */
export async function getActiveDriver(deps: DriverDeps, userId: UserId, connectionId?: string): Promise<MailManager> {
  const id = connectionId === undefined ? null : parseConnectionId(connectionId);
  const found = await row<StoredConnection & pg.QueryResultRow>(
    deps.pool,
    id === null
      ? `select ${COLUMNS} from connection where user_id = $1 order by is_default desc, id limit 1`
      : `select ${COLUMNS} from connection where user_id = $1 and id = $2`,
    id === null ? [userId] : [userId, id],
  );
  if (!found) throw notFound('account');
  return connectionToDriver(deps, found);
}

export function createDriverSource(deps: DriverDeps): DriverSource {
  return {
    getActiveDriver: (userId, connectionId) => getActiveDriver(deps, userId, connectionId),
    async connectionIds(userId) {
      const found = await rows<{ id: ConnectionId }>(
        deps.pool,
        'select id from connection where user_id = $1 order by is_default desc, id',
        [userId],
      );
      return found.map(({ id }) => id);
    },
  };
}
