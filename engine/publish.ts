import { join } from 'node:path';
import { type Diagnostic, evaluate, freeNames, type Key } from '../dsl/index.ts';
import type { Standings } from './bind/binding.ts';
import { keysOf, numberOf } from './plan/instance.ts';
import type { Plan, PlannedRead } from './plan/plan.ts';
import { forEachProducer } from './plan/relation.ts';
import { directoriesOf, filled, isOutside, laidOut } from './publish-place.ts';
import { createRefusals, type Published } from './publish-refusal.ts';

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
 * members are left out. Two files for one place, or one below another, are E0313, and the second is left
 * out; it is said once for two outputs, with two of their instances.
 */
export function publications(
  plan: Plan,
  standings: Standings,
): { readonly items: readonly Publication[]; readonly diagnostics: readonly Diagnostic[] } {
  const items: Publication[] = [];
  const refusals = createRefusals(plan);
  const places = createPlaces();
  plan.program.outputs.forEach((output, at) => {
    if (output.publish === undefined) return;
    const named = freeNames(output.publish);
    for (const read of plan.outputs[at]?.reads ?? []) {
      for (const { from, instance, keys } of filesOf(plan, standings, read)) {
        const lookup = (name: string) => keys.get(name) ?? plan.globals.get(name);
        const place = evaluate(output.publish, { lookup });
        if (!place.ok || typeof place.value !== 'string') {
          if (!place.ok) refusals.add(place.diagnostic);
          return;
        }
        const isTemplate = [...keys.keys()].some((dimension) => named.has(dimension));
        const to = isTemplate ? filled(place.value, from) : laidOut(place.value, keys, from);
        const mine: Published = { output, from, to, instance, keys };
        if (isOutside(to)) {
          refusals.outside(mine);
          continue;
        }
        const other = places.inTheWay(to);
        if (other?.from === from && other.to === to) continue;
        if (other !== undefined) {
          refusals.clash(other, mine);
          continue;
        }
        places.take(mine);
        items.push({ output: output.name, from, to });
      }
    }
  });
  return { items, diagnostics: refusals.diagnostics };
}

interface Places {
  /** What is at a place, below it or above it. */
  inTheWay(to: string): Published | undefined;
  take(published: Published): void;
}

function createPlaces(): Places {
  const taken = new Map<string, Published>();
  /** Directories that hold what is published, each with something below it. */
  const holders = new Map<string, Published>();
  return {
    inTheWay(to) {
      const here = taken.get(to) ?? holders.get(to);
      if (here !== undefined) return here;
      for (const directory of directoriesOf(to)) {
        const above = taken.get(directory);
        if (above !== undefined) return above;
      }
      return undefined;
    },
    take(published) {
      taken.set(published.to, published);
      for (const directory of directoriesOf(published.to)) {
        if (!holders.has(directory)) holders.set(directory, published);
      }
    },
  };
}

interface Found {
  readonly from: string;
  readonly instance: number;
  /** Those of the dimensions gathered over. */
  readonly keys: ReadonlyMap<string, Key>;
}

/** The files of a read's members that are there. */
function filesOf(
  plan: Plan,
  standings: Standings,
  { read, producer, relation }: PlannedRead,
): Found[] {
  const step = plan.steps[producer];
  if (!step) return [];
  const found: Found[] = [];
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
        found.push({ from: join(standing.result.directory, file.path), instance, keys });
      }
    }
  });
  return found;
}
