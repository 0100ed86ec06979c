import type { SuspectView } from '../../engine/index.ts';

/** The counts of a step, as `status --json` prints them. */
export interface StepCounts {
  readonly name: string;
  readonly total: number;
  readonly waiting: number;
  readonly ready: number;
  readonly held: number;
  readonly submitted: number;
  readonly running: number;
  readonly succeeded: number;
  readonly reused: number;
  readonly failed: number;
  readonly skipped: number;
  readonly blocked: number;
  readonly cancelled: number;
  readonly retired: number;
  /** More may come. */
  readonly growing?: true;
}

/** `3/5`; `3/5+` where more may come. */
export function progressText(step: StepCounts): string {
  return `${endedOf(step)}/${step.total}${step.growing ? '+' : ''}`;
}

/** Instances that will not change any more. `succeeded` does not count those `reused`. */
export function endedOf(step: StepCounts): number {
  return (
    step.succeeded +
    step.reused +
    step.failed +
    step.skipped +
    step.blocked +
    step.cancelled +
    step.retired
  );
}

/** `12 s`, `3 min 20 s`, `2 h 5 min`: whole, at most two units. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Counts in words, only those that are not zero: `3 running, 1 failed`. */
export function countsText(step: StepCounts): string {
  const parts: string[] = [];
  const add = (count: number, word: string) => {
    if (count > 0) parts.push(`${count} ${word}`);
  };
  add(step.running, 'running');
  add(step.submitted, 'submitted');
  add(step.held, 'held');
  add(step.reused, 'reused');
  add(step.failed, 'failed');
  add(step.skipped, 'skipped');
  add(step.blocked, 'blocked');
  add(step.cancelled, 'cancelled');
  add(step.retired, 'retired');
  return parts.join(', ');
}

/** Suspects shown in full; the rest is counted. */
const SHOWN_SUSPECTS = 10;

/** What is suspect, since when and why, and what a person can do where a place is gone for good. */
export function suspectLines(
  suspects: readonly SuspectView[],
  run: string,
  nowMs: number,
): readonly string[] {
  const [first] = suspects;
  if (!first) return [];
  const lines = suspects.slice(0, SHOWN_SUSPECTS).map(({ instance, attempt, since, why }) => {
    const time = durationText(nowMs - Date.parse(since));
    return `suspect for ${time}: ${instance}, attempt ${attempt}: ${why}`;
  });
  const more = suspects.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  lines.push(`if ${first.site} is gone for good: \`braid cancel ${run} '${first.instance}'\``);
  return lines;
}
