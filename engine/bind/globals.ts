import { freeNames, type Let, type Value } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import { locationPath } from './identity.ts';
import { compute } from './unsettled.ts';

/** Values of names outside of steps: params, lets, locations, closed types. */
export type Globals = ReadonlyMap<string, Value>;

/** As an attempt sees them. */
export function placedGlobals(plan: Plan): Globals {
  const values = new Map<string, Value>(plan.globals);
  for (const [name, type] of plan.program.types) values.set(name, type.values);
  return values;
}

/** As a fingerprint sees them: a location, and whatever a `let` makes of it, is its name. */
export function meantGlobals(plan: Plan): Globals {
  const values = new Map<string, Value>(placedGlobals(plan));
  for (const { name } of plan.program.locations) {
    if (values.has(name)) values.set(name, { kind: 'file', path: locationPath(name) });
  }
  const lets = new Map<string, Let>(plan.program.lets.map((each) => [each.name, each]));
  for (const name of letsOfLocations(plan, lets)) values.delete(name);
  const scope = {
    typeOf: plan.program.typeOf,
    lookup(name: string): Value | undefined {
      const known = values.get(name);
      const hidden = lets.get(name);
      if (known !== undefined || hidden === undefined) return known;
      const value = compute(hidden.value, scope);
      values.set(name, value);
      return value;
    },
  };
  for (const name of lets.keys()) if (plan.globals.has(name)) scope.lookup(name);
  return values;
}

/** Names of lets that mention a location, directly or through other lets. */
function letsOfLocations(plan: Plan, lets: ReadonlyMap<string, Let>): ReadonlySet<string> {
  const locations = new Set(plan.program.locations.map(({ name }) => name));
  const found = new Set<string>();
  const seen = new Set<string>();
  const mentions = (name: string): boolean => {
    if (locations.has(name) || found.has(name)) return true;
    const inside = lets.get(name);
    if (inside === undefined || seen.has(name)) return false;
    seen.add(name);
    if (![...freeNames(inside.value)].some(mentions)) return false;
    found.add(name);
    return true;
  };
  for (const name of lets.keys()) if (plan.globals.has(name)) mentions(name);
  return found;
}
