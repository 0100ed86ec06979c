/** Instances as `[first, last]` stretches in ascending order: a cancel of 100 000 is one small event. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** `instances` may come in any order and more than once. */
export function toRanges(instances: Iterable<number>): Ranges {
  const sorted = [...instances].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const instance of sorted) {
    const last = ranges.at(-1);
    if (last && instance <= last[1] + 1) last[1] = instance;
    else ranges.push([instance, instance]);
  }
  return ranges;
}

export function* eachOf(ranges: Ranges): Generator<number> {
  for (const [first, last] of ranges) for (let i = first; i <= last; i++) yield i;
}

export function sizeOf(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
