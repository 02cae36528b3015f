import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRefresher, refetchChanged } from './live-updates.ts';

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

describe('what changed is fetched again', () => {
  const key = ['list'];

  /** A list on the screen whose fetches are answered one by one, each with what is given. */
  function list() {
    const client = new QueryClient();
    const answers: ((answer: string) => void)[] = [];
    const observer = new QueryObserver(client, {
      queryKey: key,
      queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
    });
    observer.subscribe(() => undefined);
    const again = vi.fn(() => refetchChanged(client, key, again));
    const settle = () => vi.advanceTimersByTimeAsync(1);
    return {
      change: () => refetchChanged(client, key, again),
      asked: () => answers.length,
      shown: () => observer.getCurrentResult().data,
      async answer(text: string) {
        answers.at(-1)?.(text);
        await settle();
      },
    };
  }

  it('at once where nothing is being fetched', async () => {
    const { answer, change, asked, shown } = list();
    await answer('before');
    change();
    expect(asked()).toBe(2);
    await answer('after');
    expect(shown()).toBe('after');
  });

  it('once more where a first fetch is under way, which may be from before the change', async () => {
    const { answer, change, asked, shown } = list();
    change();
    expect(asked()).toBe(1);
    await answer('empty');
    expect(asked()).toBe(2);
    await answer('mail');
    expect(shown()).toBe('mail');
  });

  it('and what is fetched while changes keep coming is shown', async () => {
    const { answer, change, asked, shown } = list();
    await answer('first');
    for (const at of ['second', 'third']) {
      change();
      change();
      await answer(at);
      expect(shown()).toBe(at);
    }
    expect(asked()).toBe(4);
  });
});
