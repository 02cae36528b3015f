/** What an open conversation says of its waiting: until when it is snoozed, when it is reminded of, why it came back. */
import type { ConnectionId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { loadWaiting } from '../../../engine/operations/waiting.ts';
import { reminderOf } from '../../../engine/schedule/reminders.ts';
import type { Conversation } from '../schemas.ts';

export async function loadWaitingOf(
  pool: pg.Pool,
  connectionId: ConnectionId,
  threadId: ThreadId,
): Promise<Pick<Conversation, 'snoozedUntil' | 'remindAt' | 'surfaced'>> {
  const [[waiting], remindAt] = await Promise.all([
    loadWaiting(pool, connectionId, [threadId]),
    reminderOf(pool, connectionId, threadId),
  ]);
  const surfaced = waiting?.surfaced ?? null;
  return {
    ...(waiting?.snoozedUntil ? { snoozedUntil: waiting.snoozedUntil } : {}),
    ...(remindAt ? { remindAt: remindAt.toISOString() } : {}),
    ...(surfaced
      ? { surfaced: { at: surfaced.at, by: surfaced.by, ...(surfaced.since ? { since: surfaced.since } : {}) } }
      : {}),
  };
}
