import { basename, isAbsolute, join } from 'node:path';
import { type Diagnostic, evaluate, freeNames, type Key, keyText } from '../dsl/index.ts';
import type { Standings } from './bind/binding.ts';
import { keysOf, numberOf } from './plan/instance.ts';
import type { Plan, PlannedRead } from './plan/plan.ts';
import { forEachProducer } from './plan/relation.ts';

/** One file or directory to be copied to where a workflow publishes. */
export interface Publication {
  readonly output: string;
  /** Absolute. */
  readonly from: string;
  /** Relative to the site's place for results: `publish/dim=value/name`, or as a template says. */
  readonly to: string;
}

/**
 * What the `publish` clauses of a workflow ask for, of all that is there. A gathered output is laid out by
 * the keys it was gathered over, unless the clause names one of them: then it is a template, filled for each
 * member, and its text is the whole path (with a `/` at its end, the file keeps its name below it). Absent
 * members are left out. Two files for one place are E0313, and the second is left out.
 */
export function publications(
  plan: Plan,
  standings: Standings,
): { readonly items: readonly Publication[]; readonly diagnostics: readonly Diagnostic[] } {
  const items: Publication[] = [];
  const diagnostics: Diagnostic[] = [];
  const taken = new Map<string, string>();
  plan.program.outputs.forEach((output, at) => {
    if (output.publish === undefined) return;
    const named = freeNames(output.publish);
    for (const read of plan.outputs[at]?.reads ?? []) {
      for (const { from, keys } of filesOf(plan, standings, read)) {
        const lookup = (name: string) => keys.get(name) ?? plan.globals.get(name);
        const place = evaluate(output.publish, { lookup });
        if (!place.ok || typeof place.value !== 'string') {
          if (!place.ok) diagnostics.push(place.diagnostic);
          return;
        }
        const isTemplate = [...keys.keys()].some((dimension) => named.has(dimension));
        const to = isTemplate ? filled(place.value, from) : laidOut(place.value, keys, from);
        const other = taken.get(to);
        if (other === from) continue;
        if (other !== undefined || to.startsWith('..') || isAbsolute(to)) {
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

/** `place/dim=value/name`. */
function laidOut(place: string, keys: ReadonlyMap<string, Key>, from: string): string {
  const words = [...keys].map(([name, key]) => `${name}=${pathWord(keyText(key))}`);
  return join(place, ...words, basename(from));
}

/** What a template says. */
function filled(place: string, from: string): string {
  return place.endsWith('/') ? join(place, basename(from)) : join(place);
}

/** The files of a read's members that are there, with their keys of the dimensions gathered over. */
function filesOf(
  plan: Plan,
  standings: Standings,
  { read, producer, relation }: PlannedRead,
): { from: string; keys: ReadonlyMap<string, Key> }[] {
  const step = plan.steps[producer];
  if (!step) return [];
  const found: { from: string; keys: ReadonlyMap<string, Key> }[] = [];
  forEachProducer(relation, 0, (ordinal) => {
    const instance = numberOf(step, ordinal);
    const standing = standings.of(instance);
    if (standing.kind !== 'result') return;
    const values = keysOf(plan, instance);
    const keys = new Map(
      step.keys.flatMap(({ dimension }, index) => {
        const value = values[index];
        return !read.over.includes(dimension) || value === undefined ? [] : [[dimension, value]];
      }),
    );
    for (const file of standing.result.files) {
      if (file.name === read.output) {
        found.push({ from: join(standing.result.directory, file.path), keys });
      }
    }
  });
  return found;
}

/** A key as one component of a path. Letters and digits of every script stay, so `ä` and `ß` have two places. */
function pathWord(text: string): string {
  const word = text.replace(/^"(.*)"$/, '$1').replace(/[^\p{L}\p{M}\p{N}_.+-]/gu, '_');
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
