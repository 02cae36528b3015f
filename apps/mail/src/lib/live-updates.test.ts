import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRefresher } from './live-updates.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('refreshes once for a burst of events', () => {
  const refresh = vi.fn();
  const refresher = createRefresher({ refresh, isBusy: () => false, gatherMs: 50 });
  for (const kind of ['threads', 'counts', 'threads'] as const) refresher.add(kind);
  vi.advanceTimersByTime(200);
  expect(refresh.mock.calls).toEqual([[new Set(['threads', 'counts'])]]);
});

it('waits while an action of ours is on its way, and then refreshes what came meanwhile', () => {
  const refresh = vi.fn();
  let busy = true;
  const refresher = createRefresher({ refresh, isBusy: () => busy, gatherMs: 50 });
  refresher.add('threads');
  vi.advanceTimersByTime(500);
  expect(refresh).not.toHaveBeenCalled();
  refresher.add('labels');
  busy = false;
  vi.advanceTimersByTime(50);
  expect(refresh.mock.calls).toEqual([[new Set(['threads', 'labels'])]]);
});
