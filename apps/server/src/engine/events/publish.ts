/**
 * News for the screens: NOTIFY inside the writer's transaction, so that it is heard exactly when the change is committed and
 * never when it is not. Ids and kinds, never content. `lib/services/events.ts` hands it to whoever listens.
 */
import type { ConnectionId } from '@postroom/db';
import { presentConnectionId } from '../../lib/driver/ids.ts';
import type { MailEvent } from '../../lib/driver/schemas.ts';
import type { Queryable } from '../index/sql.ts';

export const EVENTS_CHANNEL = 'postroom_events';
/** NOTIFY carries at most 8,000 octets; without ids an event means everything of its kind. */
const MAX_PAYLOAD = 7_800;

export interface EngineEvent {
  readonly connectionId: ConnectionId;
  readonly kind: MailEvent['kind'];
  /** Public ids. */
  readonly ids: readonly string[];
}

export async function publish(sql: Queryable, event: EngineEvent): Promise<void> {
  const message: MailEvent = {
    kind: event.kind,
    connectionId: presentConnectionId(event.connectionId),
    ids: [...event.ids],
  };
  const whole = JSON.stringify(message);
  const payload = Buffer.byteLength(whole) <= MAX_PAYLOAD ? whole : JSON.stringify({ ...message, ids: [] });
  await sql.query('select pg_notify($1, $2)', [EVENTS_CHANNEL, payload]);
}
