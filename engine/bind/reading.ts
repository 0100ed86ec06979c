import { join } from 'node:path';
import type { FileValue, Key, Output, Value } from '../../dsl/index.ts';
import { nameAt, numberOf } from '../plan/instance.ts';
import type { Plan, PlannedRead, PlannedStep } from '../plan/plan.ts';
import type { Result, Standing, Standings } from './binding.ts';
import { outputPath } from './identity.ts';
import { Unsettled } from './unsettled.ts';
import { valueFromJson } from './value-json.ts';

/** What reads give: the value of one partner. */
export interface Reader {
  /** The partner's output or key; `Unsettled` if it is absent or not known yet. */
  partner(read: PlannedRead, ordinal: number, standings: Standings): Value | Unsettled;
  /** An output or key of an instance by name; for the conditions of a gather. */
  output(step: PlannedStep, ordinal: number, name: string, standing: Standing): Value | Unsettled;
}

/** Where files are said to be: `meant` by what made them, for fingerprints, or `placed`, for attempts. */
export type View = 'meant' | 'placed';

/**
 * `declaredPath` gives the path of an output before it is made, as far as it is known; only the view
 * `meant` asks.
 */
export function makeReader(
  plan: Plan,
  view: View,
  declaredPath: (step: PlannedStep, ordinal: number, output: Output) => string,
): Reader {
  const decoded = new WeakMap<Result['values'], Map<string, Value>>();

  const fileOf = (result: Result, output: string, path: string): FileValue => ({
    kind: 'file',
    path:
      view === 'placed'
        ? join(result.directory, path)
        : outputPath(result.fingerprint, output, path),
  });

  const valueFor = (output: Output, result: Result): Value => {
    if (output.type.kind === 'marker') return fileOf(result, output.name, '');
    if (isFileOutput(output)) {
      const file = result.files.find((each) => each.name === output.name);
      return file === undefined ? null : fileOf(result, output.name, file.path);
    }
    const json = result.values[output.name] ?? null;
    const fromJson = () =>
      valueFromJson(json, output.type, (path) => fileOf(result, output.name, path));
    if (json === null || typeof json !== 'object') return fromJson();
    // A table that many instances read is made once.
    const known = decoded.get(result.values) ?? new Map<string, Value>();
    decoded.set(result.values, known);
    const value = known.get(output.name) ?? fromJson();
    known.set(output.name, value);
    return value;
  };

  const output: Reader['output'] = (planned, ordinal, name, standing) => {
    const declared = planned.step.outputs.find((each) => each.name === name);
    if (declared === undefined) return keyOf(planned, ordinal, name);
    const who = () => `\`${nameAt(planned, ordinal)}.${name}\``;
    switch (standing.kind) {
      case 'absent':
        return new Unsettled('absent', `${who()} is absent`);
      case 'result':
        return valueFor(declared, standing.result) ?? new Unsettled('absent', `${who()} is absent`);
      case 'unknown':
        // A file to be made is known by what makes it; whether an optional one will be there is not.
        if (standing.fingerprint === undefined || !isFileLike(declared)) {
          return new Unsettled(
            'unknown',
            `it hinges on ${who()}, which is not known before it ran`,
          );
        }
        return {
          kind: 'file',
          path: outputPath(standing.fingerprint, name, declaredPath(planned, ordinal, declared)),
        };
    }
  };

  return {
    output,
    partner(read, ordinal, standings) {
      const producer = plan.steps[read.producer] as PlannedStep;
      const standing = standings.of(numberOf(producer, ordinal));
      const { isKey, output: name } = read.read;
      if (!isKey) return output(producer, ordinal, name, standing);
      return whyNot(producer, ordinal, standing) ?? keyOf(producer, ordinal, name);
    },
  };
}

/** A key is known beforehand, but it is read only of an instance that will be there. */
function whyNot(step: PlannedStep, ordinal: number, standing: Standing): Unsettled | undefined {
  const who = () => `\`${nameAt(step, ordinal)}\``;
  if (standing.kind === 'absent') return new Unsettled('absent', `${who()} is absent`);
  if (standing.kind !== 'unknown' || standing.fingerprint !== undefined) return undefined;
  return new Unsettled('unknown', `whether ${who()} runs is not known yet`);
}

export function keyOf(planned: PlannedStep, ordinal: number, dimension: string): Value {
  const column = planned.keys.find((key) => key.dimension === dimension);
  return column === undefined ? null : (column.values[column.codes[ordinal] ?? 0] as Key);
}

/** A file or directory, optional ones included. */
export function isFileOutput(output: Output): boolean {
  const type = output.type.kind === 'optional' ? output.type.of : output.type;
  return type.kind === 'file' || type.kind === 'dir';
}

function isFileLike({ type }: Output): boolean {
  return type.kind === 'file' || type.kind === 'dir' || type.kind === 'marker';
}
