/** Sequence sets (RFC 3501 section 9, `sequence-set`). */

/** A test for membership; `*` stands for `last`. */
export function inSequenceSet(set: string, last: number): (value: number) => boolean {
  const number = (text: string): number => (text === '*' ? last : Number(text));
  const ranges = set.split(',').map((range) => {
    const [from = '', to = from] = range.split(':');
    return [Math.min(number(from), number(to)), Math.max(number(from), number(to))] as const;
  });
  return (value) => ranges.some(([low, high]) => value >= low && value <= high);
}

/** Ascending numbers as a compact set. */
export function toSequenceSet(numbers: number[]): string {
  const ranges: string[] = [];
  for (let index = 0; index < numbers.length; ) {
    const first = numbers[index] ?? 0;
    let last = first;
    while (numbers[++index] === last + 1) last++;
    ranges.push(first === last ? `${first}` : `${first}:${last}`);
  }
  return ranges.join(',');
}
