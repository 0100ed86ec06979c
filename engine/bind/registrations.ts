import type { Register, Value } from '../../dsl/index.ts';
import { numberOf } from '../plan/instance.ts';
import type { Registration, Result, Standings } from './binding.ts';
import type { InputReader } from './inputs.ts';
import type { InstanceScope } from './instance-scope.ts';
import type { Reader } from './reading.ts';
import { compute, Unsettled } from './unsettled.ts';
import { wordOf } from './word.ts';

/**
 * What the step's `register` lines say of an instance that has succeeded; a file that was not made (its
 * `out` is optional) is left out. Throws `Invalid`, and `Unsettled` for an input that is not there.
 */
export function registrationsOf(
  { scope, reader, readInput }: Registering,
  ordinal: number,
  result: Result,
  standings: Standings,
): readonly Registration[] {
  const { planned } = scope.frame;
  scope.enter(ordinal);
  planned.step.inputs.forEach((input, index) => {
    scope.inputs[index] = readInput(input, scope, standings);
  });
  const standing = standings.of(numberOf(planned, ordinal));
  scope.outputValue = (index) => {
    const value = reader.output(planned, ordinal, planned.step.outputs[index]!.name, standing);
    return value instanceof Unsettled ? null : value;
  };
  return planned.step.registers.flatMap((register) => one(register, scope, result));
}

export interface Registering {
  /** Sees files where they are. */
  readonly scope: InstanceScope;
  readonly reader: Reader;
  readonly readInput: InputReader;
}

function one(register: Register, scope: InstanceScope, result: Result): Registration[] {
  const file = result.files.find(({ name }) => name === register.output);
  if (!file) return [];
  const attributes = [...register.attributes].map(
    ([name, value]) => [name, plain(compute(value, scope))] as const,
  );
  return [
    {
      output: register.output,
      type: wordOf(compute(register.as, scope)),
      path: wordOf(compute(register.at, scope)),
      file: `${result.directory}/${file.path}`,
      size: file.size,
      fingerprint: result.fingerprint,
      attributes: Object.fromEntries(attributes),
    },
  ];
}

function plain(value: Value): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : wordOf(value);
}
