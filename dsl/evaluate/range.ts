import { badArgument, wrongKind } from './failure.ts';
import { compareValues } from './order.ts';
import { describe } from './text.ts';
import { tidy } from './units.ts';
import type { Value } from './value.ts';

interface Range {
  readonly from: number;
  readonly to: number;
  readonly by: number;
}

function rangeOf(from: Value, to: Value, by: Value | undefined): Range {
  for (const bound of [from, to, by ?? 1]) {
    if (typeof bound !== 'number')
      throw wrongKind(`a range goes over numbers, not ${describe(bound)}`);
  }
  const step = (by ?? 1) as number;
  if (step <= 0) throw badArgument(`a range cannot go by ${step}`, 'the step is greater than zero');
  return { from: from as number, to: to as number, by: step };
}

/** How many elements `from..to by step` has, both ends included; none if `to < from`. */
export function elementCount(from: Value, to: Value, by: Value | undefined): number {
  const range = rangeOf(from, to, by);
  return Math.max(0, Math.floor(tidy((range.to - range.from) / range.by)) + 1);
}

export function rangeElements(from: Value, to: Value, by: Value | undefined): readonly number[] {
  const { from: start, by: step } = rangeOf(from, to, by);
  return Array.from({ length: elementCount(from, to, by) }, (_, i) => tidy(start + i * step));
}

/** `value in from..to`, without writing the range out; also for quantities, where it is an interval. */
export function inRange(value: Value, from: Value, to: Value, by: Value | undefined): boolean {
  if (compareValues(value, from) < 0 || compareValues(value, to) > 0) return false;
  if (typeof value !== 'number' || by === undefined) return true;
  const { from: start, by: step } = rangeOf(from, to, by);
  return Number.isInteger(tidy((value - start) / step));
}
