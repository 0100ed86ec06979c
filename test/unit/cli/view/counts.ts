import type { StepCounts } from '../../../../cli/view/status.ts';

/** The counts of a step: those that are said, 0 for the others, and their sum. */
export function counts(
  name: string,
  some: Partial<Omit<StepCounts, 'name' | 'total' | 'growing'>>,
): StepCounts {
  const total = Object.values(some).reduce((sum, count) => sum + count, 0);
  return {
    name,
    total,
    waiting: 0,
    ready: 0,
    held: 0,
    submitted: 0,
    running: 0,
    succeeded: 0,
    reused: 0,
    failed: 0,
    skipped: 0,
    blocked: 0,
    cancelled: 0,
    retired: 0,
    ...some,
  };
}
