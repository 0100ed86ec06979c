import { locate } from '../plan/instance.ts';
import type { Plan } from '../plan/plan.ts';
import type { Component } from './binding.ts';
import { membersOf } from './gathering.ts';

/**
 * Why an instance has another fingerprint than its last result: which components differ, in their
 * order. `madeAnew` names a partner that is to run.
 */
export function reasonsFor(
  plan: Plan,
  instance: number,
  components: {
    readonly now: readonly Component[];
    readonly before: readonly Component[] | undefined;
  },
  madeAnew: (partner: number) => string | undefined,
): readonly string[] {
  const { now, before } = components;
  if (before === undefined) return ['never run'];
  const old = new Map(before.map((component) => [component.name, component]));
  const reasons: string[] = [];
  for (const component of now) {
    const last = old.get(component.name);
    old.delete(component.name);
    if (last?.digest === component.digest) continue;
    const input = component.name.startsWith('input ') ? component.name.slice(6) : undefined;
    const anew = input === undefined ? undefined : inputReason(plan, instance, input, madeAnew);
    reasons.push(anew ?? difference(component, last));
  }
  for (const { name } of old.values()) reasons.push(`${name} is no longer used`);
  return reasons.length > 0 ? reasons : ['its last result is not kept'];
}

// --- Internal helpers ---

function difference(now: Component, last: Component | undefined): string {
  if (last === undefined) return `${now.name} is new`;
  return last.text !== '' && now.text !== '' && last.text !== now.text
    ? `${now.name}: ${last.text} -> ${now.text}`
    : `${now.name} changed`;
}

/** `input catalog: made anew by instanceCatalog[visit=230]`; undefined if no partner is to run. */
function inputReason(
  plan: Plan,
  instance: number,
  input: string,
  madeAnew: (partner: number) => string | undefined,
): string | undefined {
  const { step, ordinal } = locate(plan, instance);
  let first: string | undefined;
  let others = 0;
  for (const read of step.reads) {
    if (read.input !== input) continue;
    const producer = plan.steps[read.producer];
    for (const member of partnersOf(plan, read, ordinal)) {
      const name = madeAnew((producer?.first ?? 0) + member);
      if (name === undefined) continue;
      if (first === undefined) first = name;
      else others++;
    }
  }
  if (first === undefined) return undefined;
  const more = others === 0 ? '' : ` and ${others} ${others === 1 ? 'other' : 'others'}`;
  return `input ${input}: made anew by ${first}${more}`;
}

function partnersOf(
  plan: Plan,
  read: Parameters<typeof membersOf>[1],
  ordinal: number,
): Iterable<number> {
  const { relation } = read;
  if (relation.kind !== 'previous') return membersOf(plan, read, ordinal).members ?? [];
  const to = relation.to[ordinal] ?? -1;
  return to < 0 ? [] : [to];
}
