import { basename, join } from 'node:path';
import { type Diagnostic, evaluate, keyText, type Value } from '../dsl/index.ts';
import type { Standings } from './bind/binding.ts';
import { keysOf, numberOf } from './plan/instance.ts';
import type { Plan, PlannedRead } from './plan/plan.ts';
import { forEachProducer } from './plan/relation.ts';

/** One file or directory to be copied to where a workflow publishes. */
export interface Publication {
  readonly output: string;
  /** Absolute. */
  readonly from: string;
  /** Relative to the site's place for results: `publish/dim=value/name`. */
  readonly to: string;
}

/**
 * What the `publish` clauses of a workflow ask for, of all that is there. A gathered output is laid out by
 * the keys it was gathered over; absent members are left out. Two files for one place are E0313, and the
 * second is left out.
 */
export function publications(
  plan: Plan,
  standings: Standings,
): { readonly items: readonly Publication[]; readonly diagnostics: readonly Diagnostic[] } {
  const items: Publication[] = [];
  const diagnostics: Diagnostic[] = [];
  const taken = new Map<string, string>();
  const lookup = (name: string): Value | undefined => plan.globals.get(name);
  plan.program.outputs.forEach((output, at) => {
    if (output.publish === undefined) return;
    const place = evaluate(output.publish, { lookup });
    if (!place.ok || typeof place.value !== 'string') {
      if (!place.ok) diagnostics.push(place.diagnostic);
      return;
    }
    for (const read of plan.outputs[at]?.reads ?? []) {
      for (const { from, keys } of filesOf(plan, standings, read)) {
        const to = join(place.value, ...keys, basename(from));
        const other = taken.get(to);
        if (other === from) continue;
        if (other !== undefined || to.startsWith('..')) {
          diagnostics.push(refused(output.span, to, other !== undefined));
          continue;
        }
        taken.set(to, from);
        items.push({ output: output.name, from, to });
      }
    }
  });
  return { items, diagnostics };
}

/** The files of a read's members that are there, with `dim=value` for each dimension gathered over. */
function filesOf(
  plan: Plan,
  standings: Standings,
  { read, producer, relation }: PlannedRead,
): { from: string; keys: string[] }[] {
  const step = plan.steps[producer];
  if (!step) return [];
  const found: { from: string; keys: string[] }[] = [];
  forEachProducer(relation, 0, (ordinal) => {
    const instance = numberOf(step, ordinal);
    const standing = standings.of(instance);
    if (standing.kind !== 'result') return;
    const values = keysOf(plan, instance);
    const keys = step.keys.flatMap(({ dimension }, index) => {
      const value = values[index];
      if (!read.over.includes(dimension) || value === undefined) return [];
      return [`${dimension}=${pathWord(keyText(value))}`];
    });
    for (const file of standing.result.files) {
      if (file.name === read.output) {
        found.push({ from: join(standing.result.directory, file.path), keys });
      }
    }
  });
  return found;
}

/** A key as one component of a path. */
function pathWord(text: string): string {
  const word = text.replace(/^"(.*)"$/, '$1').replace(/[^A-Za-z0-9_.+-]/g, '_');
  return word === '' || word === '.' || word === '..' ? '_' : word;
}

function refused(span: Diagnostic['span'], to: string, twice: boolean): Diagnostic {
  return twice
    ? {
        code: 'E0313',
        severity: 'error',
        message: `two files would be published as \`${to}\``,
        span,
        hint: 'give one of the outputs another `publish`',
      }
    : {
        code: 'E0711',
        severity: 'error',
        message: `\`${to}\` leads out of the place for results`,
        span,
      };
}
