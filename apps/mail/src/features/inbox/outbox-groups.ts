/** The outbox as the page shows it: what needs somebody first, then what has a time, the next one first. Pure. */
import type { Outgoing } from '../../lib/api.ts';

export interface OutboxGroup {
  id: 'stuck' | 'held' | 'scheduled' | 'waiting';
  items: Outgoing[];
}

/** It waits until somebody does something about its account. */
export const isPaused = ({ state, error, nextAttemptAt, heldUntil }: Outgoing): boolean =>
  state === 'queued' && error !== undefined && nextAttemptAt === undefined && heldUntil === undefined;

/** Nothing more is tried by itself. */
export const isStuck = ({ state }: Outgoing): boolean =>
  state === 'failed' || state === 'uncertain' || state === 'partial';

function groupOf(item: Outgoing): OutboxGroup['id'] | undefined {
  const { state, heldUntil } = item;
  if (state === 'sent') return undefined;
  if (isStuck(item) || isPaused(item)) return 'stuck';
  if (state === 'scheduled') return 'scheduled';
  return heldUntil === undefined ? 'waiting' : 'held';
}

const dueOf = ({ sendAt, heldUntil, nextAttemptAt, createdAt }: Outgoing) =>
  heldUntil ?? sendAt ?? nextAttemptAt ?? createdAt;

export function outboxGroups(items: readonly Outgoing[]): OutboxGroup[] {
  return (['stuck', 'held', 'waiting', 'scheduled'] as const).flatMap((id) => {
    const own = items.filter((item) => groupOf(item) === id);
    return own.length === 0 ? [] : [{ id, items: own.sort((a, b) => dueOf(a).localeCompare(dueOf(b))) }];
  });
}
