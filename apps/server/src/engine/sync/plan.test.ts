import type { ModSeq, Uid, UidValidity } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { type LocalMailbox, needsSecondProof, planSync, type RemoteMailbox, type SyncPlan } from './plan.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const RECENTLY = new Date('2026-11-22T11:59:00Z');
const LONG_AGO = new Date('2026-11-22T11:00:00Z');

/** Ten messages, UIDs 1 to 10, all synced. */
const local = (change: Partial<Record<keyof LocalMailbox, unknown>> = {}): LocalMailbox => ({
  uidValidity: 7 as UidValidity,
  uidNext: 11 as Uid,
  highestModSeq: 100 as ModSeq,
  syncedMinUid: 0 as Uid,
  count: 10,
  reconciledAt: RECENTLY,
  ...(change as Partial<LocalMailbox>),
});
const remote = (change: Partial<Record<keyof RemoteMailbox, unknown>> = {}): RemoteMailbox => ({
  uidValidity: 7 as UidValidity,
  uidNext: 11 as Uid,
  exists: 10,
  highestModSeq: 100 as ModSeq,
  resynced: false,
  ...(change as Partial<RemoteMailbox>),
});
const incremental = (change: Partial<Extract<SyncPlan, { kind: 'incremental' }>> = {}): SyncPlan => ({
  kind: 'incremental',
  newFrom: null,
  flags: { kind: 'none' },
  vanished: { kind: 'none' },
  backfill: false,
  ...change,
});

const table: { name: string; local: LocalMailbox; remote: RemoteMailbox; plan: SyncPlan }[] = [
  {
    name: 'a mailbox never seen is begun',
    local: local({ uidValidity: null, uidNext: null, syncedMinUid: null, count: 0 }),
    remote: remote(),
    plan: { kind: 'begin' },
  },
  { name: 'nothing changed, nothing is done', local: local(), remote: remote(), plan: incremental() },
  {
    name: 'another UIDVALIDITY unlinks every UID',
    local: local(),
    remote: remote({ uidValidity: 8 }),
    plan: { kind: 'relink' },
  },
  {
    name: 'a missing UIDVALIDITY is not believed',
    local: local(),
    remote: remote({ uidValidity: null }),
    plan: incremental(),
  },
  {
    name: 'a UIDVALIDITY that was never there is not missed',
    local: local({ uidValidity: null }),
    remote: remote({ uidValidity: null }),
    plan: incremental(),
  },
  {
    name: 'the first UIDVALIDITY of a mailbox that had none unlinks every UID',
    local: local({ uidValidity: null }),
    remote: remote(),
    plan: { kind: 'relink' },
  },
  {
    name: 'QRESYNC told what vanished and changed',
    local: local(),
    remote: remote({ resynced: true, exists: 8, highestModSeq: 130, uidNext: 12 }),
    plan: incremental({ newFrom: 11 as Uid, flags: { kind: 'told' }, vanished: { kind: 'told' } }),
  },
  {
    name: 'CONDSTORE: new mail and nothing gone, by the counts alone',
    local: local(),
    remote: remote({ uidNext: 13, exists: 12, highestModSeq: 120 }),
    plan: incremental({ newFrom: 11 as Uid, flags: { kind: 'changed-since', modSeq: 100 as ModSeq } }),
  },
  {
    name: 'CONDSTORE: the counts do not add up, so all UIDs are compared',
    local: local(),
    remote: remote({ uidNext: 13, exists: 11, highestModSeq: 120 }),
    plan: incremental({
      newFrom: 11 as Uid,
      flags: { kind: 'changed-since', modSeq: 100 as ModSeq },
      vanished: { kind: 'compare' },
    }),
  },
  {
    name: 'one gone and one new do not cancel out',
    local: local(),
    remote: remote({ uidNext: 12, exists: 10, highestModSeq: 120 }),
    plan: incremental({
      newFrom: 11 as Uid,
      flags: { kind: 'changed-since', modSeq: 100 as ModSeq },
      vanished: { kind: 'compare' },
    }),
  },
  {
    name: 'a mod-sequence that went backwards reads all flags again',
    local: local(),
    remote: remote({ highestModSeq: 90 }),
    plan: incremental({ flags: { kind: 'sweep', newest: null }, vanished: { kind: 'compare' } }),
  },
  {
    name: 'flags that are doubted are read again, whatever the mod-sequence',
    local: local({ reconciledAt: null }),
    remote: remote(),
    plan: incremental({ flags: { kind: 'sweep', newest: null }, vanished: { kind: 'compare' } }),
  },
  {
    name: 'the plain way reads the flags of a small mailbox again at each look',
    local: local({ highestModSeq: null }),
    remote: remote({ highestModSeq: null }),
    plan: incremental({ flags: { kind: 'sweep', newest: null }, vanished: { kind: 'compare' } }),
  },
  {
    name: 'the plain way reads the newest of a large mailbox',
    local: local({ highestModSeq: null, count: 50_000, uidNext: 50_001 }),
    remote: remote({ highestModSeq: null, exists: 50_000, uidNext: 50_001 }),
    plan: incremental({ flags: { kind: 'sweep', newest: 2000 } }),
  },
  {
    name: 'and now and then of all of it',
    local: local({ highestModSeq: null, count: 50_000, uidNext: 50_001, reconciledAt: LONG_AGO }),
    remote: remote({ highestModSeq: null, exists: 50_000, uidNext: 50_001 }),
    plan: incremental({ flags: { kind: 'sweep', newest: null }, vanished: { kind: 'compare' } }),
  },
  {
    name: 'a server without UIDNEXT proves nothing by counting',
    local: local(),
    remote: remote({ uidNext: null }),
    plan: incremental({ newFrom: 11 as Uid, vanished: { kind: 'compare' } }),
  },
  {
    name: 'while older mail is still being read EXISTS says nothing',
    local: local({ syncedMinUid: 5, count: 6 }),
    remote: remote(),
    plan: incremental({ backfill: true }),
  },
  {
    name: 'UIDNEXT that went backwards compares all UIDs',
    local: local(),
    remote: remote({ uidNext: 9 }),
    plan: incremental({ vanished: { kind: 'compare' } }),
  },
];

describe('planSync', () => {
  it.each(table)('$name', ({ local: known, remote: said, plan }) => {
    expect(planSync(known, said, NOW)).toEqual(plan);
  });
});

describe('needsSecondProof', () => {
  it.each([
    { removed: 1, present: 5, proof: false },
    { removed: 2, present: 9, proof: true },
    { removed: 50, present: 250, proof: false },
    { removed: 51, present: 1000, proof: true },
  ])('$removed of $present: $proof', ({ removed, present, proof }) => {
    expect(needsSecondProof(removed, present)).toBe(proof);
  });
});
