import type { Expression, Value } from '../../dsl/index.ts';
import type { Resources } from '../ports.ts';

/** What an attempt gets where the text says nothing. */
const UNSAID: Resources = {
  cpus: 1,
  memoryBytes: undefined,
  timeMs: undefined,
  diskBytes: undefined,
  gpus: 0,
};

/** Names of `resources { }`, and of escalations in `retry`. */
const FIELDS = ['cpus', 'memory', 'time', 'disk', 'gpus'] as const;

/** `base` with the fields that the text gives: sizes in bytes, times in milliseconds, counts rounded up. */
export function resourcesFrom(
  fields: ReadonlyMap<string, Expression>,
  valueFor: (expression: Expression) => Value,
  base: Resources = UNSAID,
): Resources {
  let resources = base;
  for (const name of FIELDS) {
    const expression = fields.get(name);
    if (expression === undefined) continue;
    const amount = amountOf(valueFor(expression));
    if (amount !== undefined) resources = { ...resources, ...field(name, amount) };
  }
  return resources;
}

/** Resources as the names of an escalation: `memory`, `time`, `cpus`, `disk`, `gpus`. */
export function resourceValues(resources: Resources): Map<string, Value> {
  const { cpus, gpus, memoryBytes, diskBytes, timeMs } = resources;
  const values = new Map<string, Value>([
    ['cpus', cpus],
    ['gpus', gpus],
  ]);
  const size = (amount: number): Value => ({ kind: 'quantity', dimension: 'size', amount });
  if (memoryBytes !== undefined) values.set('memory', size(memoryBytes));
  if (diskBytes !== undefined) values.set('disk', size(diskBytes));
  if (timeMs !== undefined) {
    values.set('time', { kind: 'quantity', dimension: 'duration', amount: timeMs / 1000 });
  }
  return values;
}

/** A number, or the amount of a quantity in canonical units; undefined for anything else. */
export function amountOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  const isQuantity =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'quantity';
  return isQuantity ? value.amount : undefined;
}

function field(name: (typeof FIELDS)[number], amount: number): Partial<Resources> {
  switch (name) {
    case 'cpus':
      return { cpus: Math.ceil(amount) };
    case 'gpus':
      return { gpus: Math.ceil(amount) };
    case 'memory':
      return { memoryBytes: Math.ceil(amount) };
    case 'disk':
      return { diskBytes: Math.ceil(amount) };
    case 'time':
      return { timeMs: Math.ceil(amount * 1000) };
  }
}
