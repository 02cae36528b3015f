/** What counts as a difference between index and server, and when an account is compared. */
import type { ConnectionId, MessageRowId, PlacementId, Uid } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { UidSet } from '../imap/uid-set.ts';
import {
  confirmedDrift,
  differentFlags,
  type IndexedPlacement,
  isEmpty,
  nextAuditAt,
  type ToldPlacement,
} from './audit-plan.ts';

const here = (uid: number, flags = 0, keywords: string[] = []): IndexedPlacement => ({
  uid: uid as Uid,
  placementId: (uid + 100) as PlacementId,
  messageId: (uid + 200) as MessageRowId,
  flags,
  keywords,
});
const there = (uid: number, system: ToldPlacement['flags']['system'] = [], keywords: string[] = []): ToldPlacement => ({
  uid: uid as Uid,
  flags: { system, keywords },
  modSeq: null,
  labels: null,
  shownIn: null,
});

describe('a mailbox compared with its server', () => {
  it('finds what has other flags', () => {
    expect(differentFlags([here(1), here(2, 1), here(4)], [there(1), there(2), there(3)], [])).toEqual([there(2)]);
  });

  it('takes keywords without case and order', () => {
    expect(differentFlags([here(1, 1, ['Blue', 'green'])], [there(1, ['seen'], ['GREEN', 'blue'])], [])).toEqual([]);
  });

  it('finds what is shown elsewhere, but for what a move of ours takes there and mailboxes that Gmail hides', () => {
    const shownIn = (uid: number, ...labels: string[]) => ({ ...there(uid), shownIn: labels });
    const labels = new Map([
      [here(1).messageId, ['\\Inbox']],
      [here(2).messageId, ['\\Inbox', '\\Sent']],
      [here(3).messageId, []],
      [here(5).messageId, []],
    ]);
    const shown = { known: new Set(['\\Inbox', '\\Sent']), labels };
    const told = [
      shownIn(1),
      shownIn(2, '\\Sent', '\\Inbox'),
      shownIn(3, '\\Inbox'),
      shownIn(4, '\\Inbox'),
      shownIn(5, '\\Draft'),
    ];
    const index = [here(1), here(2), here(3), here(4), here(5)];
    expect(differentFlags(index, told, [], shown).map(({ uid }) => uid)).toEqual([1, 3]);
  });

  it.each([
    { name: 'is open', appliedTo: null, messageIds: [201] },
    { name: 'has reached the placement meanwhile', appliedTo: new Set([101]), messageIds: [] },
  ])('takes what the user did, when that $name', ({ appliedTo, messageIds }) => {
    const add = { system: ['seen' as const], keywords: [] };
    const remove = { system: [], keywords: [] };
    const open = [{ messageIds: new Set(messageIds), appliedTo, add, remove }];
    expect(differentFlags([here(1, 1)], [there(1)], open)).toEqual([]);
  });

  it('believes only what two comparisons found', () => {
    const first = { missing: UidSet.of([3, 4]), superfluous: UidSet.of([5]), flags: [there(1, ['seen']), there(2)] };
    const second = {
      missing: UidSet.of([4]),
      superfluous: UidSet.of([6]),
      flags: [there(1, ['seen']), there(2, ['draft'])],
    };
    const drift = confirmedDrift(first, second);
    expect(drift.missing.toString()).toBe('4');
    expect(drift.superfluous.isEmpty).toBe(true);
    expect(drift.flags).toEqual([there(1, ['seen'])]);
    expect(isEmpty(drift)).toBe(false);
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
