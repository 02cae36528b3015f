/** What counts as a difference between index and server, and when an account is compared. */
import type { ConnectionId, MessageRowId, PlacementId, Uid } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import type { FlagUpdate } from '../imap/types.ts';
import { compareMailbox, confirmedDrift, type IndexedPlacement, isEmpty, nextAuditAt } from './audit-plan.ts';

const here = (uid: number, flags = 0, keywords: string[] = []): IndexedPlacement => ({
  uid: uid as Uid,
  placementId: (uid + 100) as PlacementId,
  messageId: (uid + 200) as MessageRowId,
  flags,
  keywords,
});
const there = (uid: number, system: FlagUpdate['flags']['system'] = [], keywords: string[] = []): FlagUpdate => ({
  uid: uid as Uid,
  flags: { system, keywords },
  modSeq: null,
});
const seen = { system: ['seen' as const], keywords: [] };
const none = { system: [], keywords: [] };

describe('a mailbox compared with its server', () => {
  it('finds what is missing, what is too much and what has other flags', () => {
    const drift = compareMailbox([here(1), here(2, 1), here(4)], [there(1), there(2), there(3)], []);
    expect(drift.missing.toString()).toBe('3');
    expect(drift.superfluous.toString()).toBe('4');
    expect(drift.flags).toEqual([there(2)]);
  });

  it('takes keywords without case and order', () => {
    const drift = compareMailbox([here(1, 1, ['Blue', 'green'])], [there(1, ['seen'], ['GREEN', 'blue'])], []);
    expect(isEmpty(drift)).toBe(true);
  });

  it.each([
    { name: 'is open', appliedTo: null, messageIds: [201] },
    { name: 'has reached the placement meanwhile', appliedTo: new Set([101]), messageIds: [201] },
  ])('takes what the user did, when that $name', ({ appliedTo, messageIds }) => {
    const open = [{ messageIds: new Set(messageIds), appliedTo, add: seen, remove: none }].map((one) => ({
      ...one,
      add: { system: [...one.add.system], keywords: [] },
      remove: { system: [], keywords: [] },
    }));
    expect(isEmpty(compareMailbox([here(1, 1)], [there(1)], open))).toBe(true);
  });

  it('believes only what two comparisons found', () => {
    const first = compareMailbox(
      [here(1), here(2), here(5)],
      [there(1, ['seen']), there(2, ['seen']), there(3), there(4)],
      [],
    );
    const second = compareMailbox([here(1), here(2), here(3)], [there(1, ['seen']), there(2), there(3), there(4)], []);
    const drift = confirmedDrift(first, second);
    expect(drift.missing.toString()).toBe('4');
    expect(drift.superfluous.isEmpty).toBe(true);
    expect(drift.flags).toEqual([there(1, ['seen'])]);
  });
});

describe('the next audit', () => {
  const ids = Array.from({ length: 200 }, (_, index) => (index + 1) as ConnectionId);
  const now = new Date(2026, 4, 10, 14, 30);

  it('is at night, at the same time for the same account, within a day', () => {
    for (const id of ids) {
      const at = nextAuditAt(id, now);
      expect(at.getHours()).toBeGreaterThanOrEqual(1);
      expect(at.getHours()).toBeLessThan(5);
      expect(at.getTime() - now.getTime()).toBeLessThan(24 * 3_600_000);
      expect(nextAuditAt(id, at).getTime() - at.getTime()).toBe(24 * 3_600_000);
    }
  });

  it('is spread: no quarter of an hour has more than a tenth of the accounts', () => {
    const quarters = new Map<number, number>();
    for (const id of ids) {
      const quarter = Math.floor(nextAuditAt(id, now).getTime() / 900_000);
      quarters.set(quarter, (quarters.get(quarter) ?? 0) + 1);
    }
    expect(Math.max(...quarters.values())).toBeLessThan(20);
  });
});
