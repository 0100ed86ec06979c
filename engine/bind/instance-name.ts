import { type Key, keyText, instanceName as nameOf } from '../../dsl/index.ts';
import type { PlannedStep } from '../plan/plan.ts';

/** `phosim[visit=230, sensor=R22_S11]` */
export function instanceName(planned: PlannedStep, ordinal: number): string {
  const dimensions = planned.keys.map(({ dimension }) => dimension);
  return nameOf(planned.step.name, dimensions, keysAt(planned, ordinal));
}

/** `visit=230, sensor=R22_S11`; empty without dimensions. */
export function keysText(planned: PlannedStep, ordinal: number): string {
  const keys = keysAt(planned, ordinal);
  return planned.keys.map((k, at) => `${k.dimension}=${keyText(keys[at] as Key)}`).join(', ');
}

function keysAt(planned: PlannedStep, ordinal: number): readonly Key[] {
  return planned.keys.map(({ values, codes }) => values[codes[ordinal] ?? 0] as Key);
}
