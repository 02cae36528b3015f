/**
 * Conversations that wait out of the inbox: snoozed until a time, or muted for good. Kept here by conversation, because
 * servers have no word for it; written down as an operation, so that it can be taken back like any other action. What is
 * due comes back by schedule/snooze.ts.
 */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { rows, type Tx } from '../index/sql.ts';
import type { OperationBody, Waiting } from './payloads.ts';

export type WaitingChange = { readonly snoozedUntil: Date | null } | { readonly muted: boolean };

/** The operation that changes those which are not so already; none where all are. */
export async function waitingOperation(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  change: WaitingChange,
): Promise<OperationBody[]> {
  const found = await rows<{ id: ThreadId; snoozed_until: Date | null; muted: boolean }>(
    tx,
    'select id, snoozed_until, muted from thread where connection_id = $1 and id = any($2::bigint[]) order by id',
    [connectionId, threadIds],
  );
  const before: Waiting[] = found.map(({ id, snoozed_until, muted }) => ({
    threadId: id,
    snoozedUntil: snoozed_until?.toISOString() ?? null,
    muted,
  }));
  const changed = before
    .map((from) => ({ from, to: changedBy(from, change) }))
    .filter(({ from, to }) => from.snoozedUntil !== to.snoozedUntil || from.muted !== to.muted);
  if (changed.length === 0) return [];
  return [
    { kind: 'waiting', payload: { before: changed.map(({ from }) => from), after: changed.map(({ to }) => to) } },
  ];
}

function changedBy(from: Waiting, change: WaitingChange): Waiting {
  return 'muted' in change
    ? { ...from, muted: change.muted }
    : { ...from, snoozedUntil: change.snoozedUntil?.toISOString() ?? null };
}

/** Throws INVALID_INPUT for a time that has passed. */
export function assertFuture(until: Date, now: Date): void {
  if (until > now) return;
  throw new MailError({ code: 'INVALID_INPUT', message: 'That time has passed.', fix: 'Choose a later one.' });
}
