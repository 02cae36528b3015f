/** The user's accounts as the screen shows them: state, error, how far the index is. No secret is read. */
import type { ConnectionState, StoredEndpoint, StoredError, UserId } from '@postroom/db';
import { type Queryable, rows } from '../../engine/index/sql.ts';
import { presentConnectionId } from '../driver/ids.ts';
import type { Connection } from '../driver/schemas.ts';
import { presentError } from './present-error.ts';
import { createProgress, KNOWN_PROGRESS, type KnownProgress, type Progress } from './progress.ts';

interface ConnectionRow extends KnownProgress {
  readonly email: string;
  readonly name: string;
  readonly provider_id: string;
  readonly auth_type: 'password' | 'oauth2';
  readonly oauth_provider: string | null;
  readonly is_default: boolean;
  readonly imap: StoredEndpoint;
  readonly smtp: StoredEndpoint;
  readonly state: ConnectionState;
  readonly error: StoredError | null;
  readonly sending_error: StoredError | null;
  readonly max_message_size: number | null;
  readonly paused: boolean;
  readonly created_at: Date;
}

/** The accounts of a user, the default one first. */
export function createConnectionList(sql: Queryable, now: () => number): (userId: UserId) => Promise<Connection[]> {
  const progressOf = createProgress(sql, now);
  return async (userId) => {
    const found = await rows<ConnectionRow & { [column: string]: unknown }>(
      sql,
      `select c.id, c.email, c.name, c.provider_id, c.auth_type, c.oauth_provider, c.is_default, c.imap, c.smtp, c.state, c.error, c.sending_error,
         (c.learned ->> 'smtpSize')::bigint as max_message_size, c.paused, c.created_at,
         ${KNOWN_PROGRESS}
       from connection c where c.user_id = $1 order by c.is_default desc, c.id`,
      [userId],
    );
    return Promise.all(found.map(async (one) => present(one, await progressOf(one))));
  };
}

function present(found: ConnectionRow, progress: Progress): Connection {
  // What keeps mail from coming is said before what keeps it from going.
  const error = found.error ?? found.sending_error;
  const state = found.error === null && found.sending_error !== null ? 'needs-attention' : found.state;
  return {
    id: presentConnectionId(found.id),
    email: found.email,
    name: found.name,
    providerId: found.provider_id,
    auth: found.auth_type,
    ...(found.oauth_provider === null ? {} : { oauth: found.oauth_provider }),
    isDefault: found.is_default,
    createdAt: found.created_at.toISOString(),
    state: found.paused ? 'paused' : state,
    ...(error ? { error: presentError(error) } : {}),
    ...(found.max_message_size === null ? {} : { maxMessageSize: found.max_message_size }),
    ...progress,
    imap: found.imap,
    smtp: found.smtp,
  };
}
