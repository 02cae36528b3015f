/** How far an account is: counted only while it is not done, and not all the time. */
import type { ConnectionId } from '@postroom/db';
import { expect, it } from 'vitest';
import { createProgress, type KnownProgress } from './progress.ts';

const BEGUN: KnownProgress = { id: 1 as ConnectionId, total: 100, isListed: false, isRead: false };

/** A database whose count takes so long, by a clock that only it moves. */
function database(tookMs: number) {
  const clock = { now: 0, counts: 0 };
  const query = async () => {
    clock.now += tookMs;
    clock.counts += 1;
    return { rows: [{ synced: 40 + clock.counts, indexed: 10, messages: 50 }] };
  };
  return { clock, progressOf: createProgress({ query } as never, () => clock.now) };
}

it('of an account that is done is known without counting', async () => {
  const { clock, progressOf } = database(1);
  expect(await progressOf({ ...BEGUN, isListed: true, isRead: true })).toEqual({
    progress: { synced: 100, total: 100 },
    bodies: { indexed: 100, total: 100 },
  });
  expect(clock.counts).toBe(0);
});

it('is counted again once counting has taken no more than a twentieth of the time', async () => {
  const { clock, progressOf } = database(50);
  expect(await progressOf(BEGUN)).toEqual({ progress: { synced: 41, total: 100 }, bodies: { indexed: 10, total: 50 } });
  clock.now += 999;
  expect((await progressOf(BEGUN)).progress.synced).toBe(41);
  clock.now += 1;
  expect((await progressOf(BEGUN)).progress.synced).toBe(42);
});

it('all is listed while words are still being read', async () => {
  const { progressOf } = database(1);
  expect((await progressOf({ ...BEGUN, isListed: true })).progress).toEqual({ synced: 100, total: 100 });
});
