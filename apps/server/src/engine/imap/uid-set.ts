/**
 * A set of UIDs as sorted, disjoint, closed ranges: a mailbox of a million messages stays a few kilobytes, and a hostile
 * `VANISHED 1:4294967295` one pair of numbers. RFC 9051 §9 sequence-set; `*` never occurs here.
 */
import type { Uid } from '@postroom/db';

export const MAX_UID = 4_294_967_295;

export interface UidRange {
  readonly from: number;
  readonly to: number;
}

export class UidSet {
  readonly ranges: readonly UidRange[];

  private constructor(ranges: readonly UidRange[]) {
    this.ranges = ranges;
  }

  static readonly empty = new UidSet([]);

  /** Any order, doubles allowed. */
  static of(uids: Iterable<number>): UidSet {
    const sorted = Float64Array.from(uids).sort();
    const ranges: { from: number; to: number }[] = [];
    for (const uid of sorted) {
      const last = ranges.at(-1);
      if (last && uid <= last.to + 1) last.to = Math.max(last.to, uid);
      else ranges.push({ from: uid, to: uid });
    }
    return new UidSet(ranges);
  }

  static ofRanges(input: Iterable<UidRange>): UidSet {
    const sorted = [...input].sort((a, b) => a.from - b.from);
    const ranges: { from: number; to: number }[] = [];
    for (const { from, to } of sorted) {
      const last = ranges.at(-1);
      if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
      else ranges.push({ from, to });
    }
    return new UidSet(ranges);
  }

  static range(from: number, to: number): UidSet {
    return from > to ? UidSet.empty : new UidSet([{ from, to }]);
  }

  /** Parses `1:3,7,10:9`; throws RangeError on anything else. */
  static parse(text: string): UidSet {
    if (text === '') return UidSet.empty;
    return UidSet.ofRanges(
      text.split(',').map((item) => {
        const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(item);
        if (!match) throw new RangeError(`not a UID set: ${item.slice(0, 40)}`);
        const a = Number(match[1]);
        const b = match[2] === undefined ? a : Number(match[2]);
        return { from: Math.min(a, b), to: Math.max(a, b) };
      }),
    );
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  /** Number of UIDs named. */
  get size(): number {
    return this.ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  get min(): number | undefined {
    return this.ranges[0]?.from;
  }

  get max(): number | undefined {
    return this.ranges.at(-1)?.to;
  }

  has(uid: number): boolean {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle];
      if (!range || uid < range.from) high = middle - 1;
      else if (uid > range.to) low = middle + 1;
      else return true;
    }
    return false;
  }

  union(other: UidSet): UidSet {
    return UidSet.ofRanges([...this.ranges, ...other.ranges]);
  }

  /** What is here and not in the other. */
  minus(other: UidSet): UidSet {
    const result: UidRange[] = [];
    let index = 0;
    for (const range of this.ranges) {
      let from = range.from;
      while (index < other.ranges.length && (other.ranges[index]?.to ?? 0) < from) index += 1;
      let cursor = index;
      for (;;) {
        const cut = other.ranges[cursor];
        if (!cut || cut.from > range.to) break;
        if (cut.from > from) result.push({ from, to: cut.from - 1 });
        from = Math.max(from, cut.to + 1);
        cursor += 1;
      }
      if (from <= range.to) result.push({ from, to: range.to });
    }
    return new UidSet(result);
  }

  intersect(other: UidSet): UidSet {
    return this.minus(this.minus(other));
  }

  /** Every UID in turn; mind the size. */
  *[Symbol.iterator](): Generator<Uid> {
    for (const { from, to } of this.ranges) for (let uid = from; uid <= to; uid += 1) yield uid as Uid;
  }

  /** Pieces of at most `count` UIDs, highest first; how a mailbox is read newest first. */
  *chunksDescending(count: number): Generator<UidSet> {
    let pending: UidRange[] = [];
    let room = count;
    for (const range of [...this.ranges].reverse()) {
      let to = range.to;
      while (to >= range.from) {
        const from = Math.max(range.from, to - room + 1);
        pending.push({ from, to });
        room -= to - from + 1;
        to = from - 1;
        if (room === 0) {
          yield UidSet.ofRanges(pending);
          pending = [];
          room = count;
        }
      }
    }
    if (pending.length > 0) yield UidSet.ofRanges(pending);
  }

  /** RFC 9051 sequence-set. */
  toString(): string {
    return this.ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join(',');
  }

  /** As much of the text form as fits a command line; several sets when it does not. */
  *commandSized(maxLength = 7000): Generator<UidSet> {
    let pending: UidRange[] = [];
    let length = 0;
    for (const range of this.ranges) {
      const cost = String(range.from).length + String(range.to).length + 2;
      if (length + cost > maxLength && pending.length > 0) {
        yield new UidSet(pending);
        pending = [];
        length = 0;
      }
      pending.push(range);
      length += cost;
    }
    if (pending.length > 0) yield new UidSet(pending);
  }
}
