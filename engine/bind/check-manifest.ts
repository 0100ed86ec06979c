import { isAbsolute, normalize } from 'node:path';
import type { Diagnostic, Key, Output, Program, Step, Type, Value } from '../../dsl/index.ts';
import { elementsOf, isTable } from '../plan/elements.ts';
import { keyAt } from '../plan/rows.ts';
import { listOf } from './fan-values.ts';
import { isFile } from './word.ts';

/**
 * What is wrong with an output as the source of a fan-out: equal or empty keys (E0702), judged for each
 * step that scatters over just this output. So the instance that made it fails, and its `retry` applies.
 */
export function checkKeys(
  program: Program,
  producer: Step,
  output: Output,
  value: Value,
): Diagnostic | undefined {
  for (const step of program.steps) {
    for (const generator of step.generators) {
      const [read] = generator.reads;
      const isSource =
        read?.step === producer.name &&
        read.output === output.name &&
        read.node === generator.source;
      if (!isSource) continue;
      const { rows, duplicate } = elementsOf(generator, step, value);
      if (duplicate !== undefined) {
        return fault(output, `the key ${duplicate} stands there twice`, step);
      }
      const empty = rows.keys.find((column) => column.values.some(isEmpty));
      if (empty === undefined) continue;
      let row = 0;
      while (!isEmpty(keyAt(empty, row))) row++;
      const at = rows.variables[0]?.codes[row] ?? row;
      return fault(output, `row ${at + 1} has no \`${empty.dimension}\``, step);
    }
  }
  return undefined;
}

/** How many elements an output has, where `expect` speaks of that. */
export function sizeOfOutput(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (isTable(value)) return value.length;
  return Array.isArray(value) ? value.length : undefined;
}

/**
 * The files that a value names, as paths in the scratch directory: those of a list, or of the columns of a
 * table. A path that leads out of it is E0711.
 */
export function filesIn(output: Output, value: Value): readonly string[] | Diagnostic {
  const paths = new Set<string>();
  const { type } = output;
  const isListed = type.kind === 'list' && isFileType(type.element);
  for (const element of [value, ...listOf(value)]) {
    for (const file of filesOf(element, isListed)) {
      const path = normalize(file);
      if (isAbsolute(path) || path === '..' || path.startsWith('../')) {
        return {
          code: 'E0711',
          severity: 'error',
          message: `\`${file}\` in \`${output.name}\` is no path inside the scratch directory`,
          span: output.span,
          hint: 'a `file` is made where the step runs; what lies elsewhere is a `path`',
        };
      }
      paths.add(path);
    }
  }
  return [...paths];
}

// --- Internal helpers ---

function filesOf(value: Value, isListed: boolean): readonly string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  if (isFile(value)) return isListed ? [value.path] : [];
  const one = value as Exclude<typeof value, readonly Value[]>;
  if (one.kind !== 'row') return [];
  return [...one.table.record.fields].flatMap(([column, type]) => {
    if (!isFileType(type)) return [];
    const cell = one.table.cell(one.index, column);
    return cell !== null && isFile(cell) ? [cell.path] : [];
  });
}

/** Not a `path`: that is a place elsewhere, which is not tracked. */
function isFileType(type: Type): boolean {
  const { kind } = type.kind === 'optional' ? type.of : type;
  return kind === 'file' || kind === 'dir';
}

function isEmpty(key: Key): boolean {
  return key === '';
}

function fault(output: Output, message: string, { name }: Step): Diagnostic {
  return {
    code: 'E0702',
    severity: 'error',
    message: `\`${output.name}\`: ${message}`,
    span: output.span,
    label: `\`${name}\` fans out over it: each key names one instance`,
  };
}
