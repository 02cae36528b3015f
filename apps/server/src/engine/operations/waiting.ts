/**
 * What a conversation has beside its messages, kept here by conversation because servers have no word for it: snoozed until
 * a time, muted for good, brought to the top of the inbox. Written down as an operation, so that it can be taken back like
 * any other action. Where snoozed messages lie meanwhile is snooze.ts, what is due comes back by schedule/wake-up.ts.
 */
import type { ConnectionId, ListKey, SurfacedBy, ThreadId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { rows, type Tx } from '../index/sql.ts';
import type { OperationBody, Waiting } from './payloads.ts';

/** What of it changes; the rest stays. */
export type WaitingChange = Partial<Pick<Waiting, 'snoozedUntil' | 'snoozedIn' | 'muted' | 'surfaced'>>;

export async function loadWaiting(
  tx: Pick<Tx, 'query'>,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
): Promise<Waiting[]> {
  const found = await rows<{
    id: ThreadId;
    snoozed_until: Date | null;
    snoozed_in: ListKey | null;
    muted: boolean;
    surfaced_at: Date | null;
    surfaced_by: SurfacedBy | null;
    surfaced_since: Date | null;
    surfaced_alone: boolean;
  }>(
    tx,
    `select id, snoozed_until, snoozed_in, muted, surfaced_at, surfaced_by, surfaced_since, surfaced_alone
     from thread where connection_id = $1 and id = any($2::bigint[]) order by id`,
    [connectionId, threadIds],
  );
  return found.map((thread) => ({
    threadId: thread.id,
    snoozedUntil: thread.snoozed_until?.toISOString() ?? null,
    snoozedIn: thread.snoozed_in,
    muted: thread.muted,
    surfaced:
      thread.surfaced_at && thread.surfaced_by
        ? {
            at: thread.surfaced_at.toISOString(),
            by: thread.surfaced_by,
            since: thread.surfaced_since?.toISOString() ?? null,
            alone: thread.surfaced_alone,
          }
        : null,
  }));
}

/** The operation that changes those which are not so already; none where all are. */
export async function waitingOperation(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  change: (before: Waiting) => WaitingChange,
): Promise<OperationBody[]> {
  const changed = (await loadWaiting(tx, connectionId, threadIds))
    .map((from) => ({ from, to: { ...from, ...change(from) } }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
  if (changed.length === 0) return [];
  return [
    { kind: 'waiting', payload: { before: changed.map(({ from }) => from), after: changed.map(({ to }) => to) } },
  ];
}

/** Writes it to the conversations, or to what they were merged into since. */
export async function setWaiting(tx: Tx, connectionId: ConnectionId, waiting: readonly Waiting[]): Promise<void> {
  await tx.query(
    `update thread t set snoozed_until = x."snoozedUntil", snoozed_in = x."snoozedIn", muted = x.muted,
       surfaced_at = (x.surfaced ->> 'at')::timestamptz, surfaced_by = x.surfaced ->> 'by',
       surfaced_since = (x.surfaced ->> 'since')::timestamptz,
       surfaced_alone = coalesce((x.surfaced ->> 'alone')::boolean, false)
     from jsonb_to_recordset($2::jsonb)
       as x("threadId" bigint, "snoozedUntil" timestamptz, "snoozedIn" text, muted boolean, surfaced jsonb)
     where t.connection_id = $1 and t.id = coalesce(
       (select a.into_id from thread_alias a where a.connection_id = $1 and a.old_id = x."threadId"), x."threadId")`,
    [connectionId, JSON.stringify(waiting)],
  );
}

/** Throws INVALID_INPUT for a time that has passed. */
export function assertFuture(until: Date, now: Date): void {
  if (until > now) return;
  throw new MailError({ code: 'INVALID_INPUT', message: 'That time has passed.', fix: 'Choose a later one.' });
}
