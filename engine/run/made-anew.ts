import type { Type } from '../../dsl/index.ts';
import { withFollowers } from './followers.ts';
import { eachOf } from './ranges.ts';
import { flag, hasFlag, type Rollback, type RunState } from './state.ts';
import type { Link } from './wiring.ts';

/**
 * Those of a roll-back for which no result of before counts any more. The others were spread out by a table
 * that is made anew: where their fingerprint is the same again they are what they were, and their results
 * stay. That holds only of what has its inputs by value: a file that was made anew has the same fingerprint
 * and may be another file.
 */
export function madeAnew(state: RunState, rollback: Rollback): Set<number> {
  const all = new Set(eachOf(rollback.instances));
  const firm = new Set([...eachOf(rollback.undo), ...eachOf(rollback.chosen)]);
  const seeds = [...all].filter((instance) => {
    const step = state.plan.steps[state.wiring.stepOf[instance] ?? 0];
    return !step?.dynamic || firm.has(instance) || hasFlag(state, instance, flag.undone);
  });
  return withFollowers(
    state,
    seeds,
    (instance) => all.has(instance),
    (link) => isByIdentity(state, link),
  );
}

/** What it brings is in a fingerprint as what made it; an `after` brings what is in no fingerprint at all. */
function isByIdentity({ plan }: RunState, { after, read, feeds, producer, stage }: Link): boolean {
  if (after) return true;
  if (!read || read.isKey) return false;
  const name = feeds !== undefined && read.via?.kind === 'step' ? read.via.output : read.output;
  const output = plan.steps[producer]?.step.outputs.find((one) => one.name === name);
  return output ? hasFiles(output.type) : stage === undefined;
}

function hasFiles(type: Type): boolean {
  switch (type.kind) {
    case 'list':
      return hasFiles(type.element);
    case 'optional':
      return hasFiles(type.of);
    case 'record':
    case 'table':
      return [...type.record.fields.values()].some((field) => hasFiles(field));
    case 'file':
    case 'dir':
    case 'marker':
    case 'store':
      return true;
    default:
      return false;
  }
}
