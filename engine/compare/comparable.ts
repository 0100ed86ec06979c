import { encodeValue, type Step, type Value } from '../../dsl/index.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';

/**
 * The plan without the conditions that only a run can tell (`when` on values, `where` on outputs): two plans
 * are compared by what their instances mean, whether or not a condition then lets one run.
 */
export function comparablePlan(plan: Plan): Plan {
  const steps = plan.steps.map(
    (planned): PlannedStep => ({
      ...planned,
      step:
        planned.step.when?.phase === 'run' ? { ...planned.step, when: undefined } : planned.step,
      reads: planned.reads.map((part) =>
        part.read.where?.phase === 'run'
          ? { ...part, read: { ...part.read, where: undefined } }
          : part,
      ),
    }),
  );
  return { ...plan, steps };
}

/** What says nothing of a step's results, or only where it stands in its text. */
const CARE: ReadonlySet<string> = new Set([
  'span',
  'source',
  'firstLine',
  'doc',
  'resources',
  'retry',
  'tolerate',
  'limit',
  'bundle',
  'priority',
  'pin',
  'undo',
  'registers',
]);

/** A step's text as far as results hang on it: equal for steps that differ in layout and care only. */
export function stepText(step: Step): string {
  return JSON.stringify(step, (key, value: unknown) => {
    // `source` of an input is its expression, that of a script the whole file.
    if (CARE.has(key) && !(key === 'source' && isNode(value))) return undefined;
    return value instanceof Map ? [...value].sort(([a], [b]) => (a < b ? -1 : 1)) : value;
  });
}

function isNode(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Names of params and lets that have another value, or are only in one of the plans. */
export function changedGlobals(before: Plan, after: Plan): ReadonlySet<string> {
  const names = new Set([...before.globals.keys(), ...after.globals.keys()]);
  const text = (value: Value | undefined) =>
    value === undefined ? '' : encodeValue(value, ({ path }) => path);
  return new Set(
    [...names].filter((name) => text(before.globals.get(name)) !== text(after.globals.get(name))),
  );
}
