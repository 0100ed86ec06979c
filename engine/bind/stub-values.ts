import type { Key, Output, RecordType, Type } from '../../dsl/index.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { keyAt } from '../plan/rows.ts';
import type { JsonRecord, JsonValue } from './binding.ts';
import { isFileOutput } from './reading.ts';

/** What a stubbed instance leaves beside its declared files. */
export interface StubValues {
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Files that the values name, relative to the scratch directory. */
  readonly files: readonly string[];
}

/**
 * Values of the declared types for the outputs of a step that are no files: zeros, and as many elements or
 * rows as `countOf` says where a step fans out over them. Rows have distinct keys; a key that is a dimension
 * of other steps has their keys, so that readers find partners.
 */
export function stubValues(
  plan: Plan,
  { step }: PlannedStep,
  countOf: (output: Output) => number | undefined,
): StubValues {
  const values: Record<string, JsonValue> = {};
  const files: string[] = [];
  for (const output of step.outputs) {
    if (isFileOutput(output) || output.from === undefined) continue;
    const maker: Maker = {
      keysOf: (columns, count) => knownKeys(plan, columns, count),
      fileNamed(place) {
        const path = `stub/${output.name}${place}`;
        files.push(path);
        return path;
      },
    };
    const count = isFannedOver(plan, step.name, output.name) ? (countOf(output) ?? 1) : 0;
    values[output.name] = outputValue(maker, output.type, count);
  }
  return { values, files };
}

// --- Internal helpers ---

interface Maker {
  keysOf(columns: readonly string[], count: number): readonly Readonly<Record<string, Key>>[];
  /** Makes the name of a file that has to be there. */
  fileNamed(place: string): string;
}

function isFannedOver(plan: Plan, step: string, output: string): boolean {
  return plan.steps.some(({ step: reader }) =>
    reader.generators.some(({ dynamic }) => dynamic?.step === step && dynamic.output === output),
  );
}

/** Keys that instances have for those of the columns that are dimensions, at most `count` of them. */
function knownKeys(
  plan: Plan,
  columns: readonly string[],
  count: number,
): readonly Readonly<Record<string, Key>>[] {
  const known = columns.filter((name) => plan.steps.some((step) => hasKeys(step, name)));
  const from = plan.steps.find((step) => known.every((name) => hasKeys(step, name)));
  if (!from || known.length === 0) return [];
  const found = new Map<string, Record<string, Key>>();
  for (let ordinal = 0; ordinal < from.count && found.size < count; ordinal++) {
    const keys: Record<string, Key> = {};
    for (const column of from.keys) {
      if (known.includes(column.dimension)) keys[column.dimension] = keyAt(column, ordinal);
    }
    found.set(JSON.stringify(keys), keys);
  }
  return [...found.values()];
}

function hasKeys({ keys, count }: PlannedStep, dimension: string): boolean {
  return count > 0 && keys.some((column) => column.dimension === dimension);
}

/** `count` is how many a fan-out over it gives. */
function outputValue(maker: Maker, type: Type, count: number): JsonValue {
  switch (type.kind) {
    case 'optional':
      return outputValue(maker, type.of, count);
    case 'table':
      return tableRows(maker, type.record, count);
    case 'list':
      return Array.from({ length: count }, (_, at) => keyOrZero(maker, type.element, at, `-${at}`));
    // The end of a range: `for each i in 1..count.n`.
    case 'int':
      return count;
    default:
      return zero(maker, type, '');
  }
}

/** Fewer than `count` where the keys are too few: closed strings and bools run out. */
function tableRows(maker: Maker, record: RecordType, count: number): readonly JsonRecord[] {
  const known = maker.keysOf(record.key, count);
  const isKnown = (column: string) => known.length > 0 && Object.hasOwn(known[0]!, column);
  const others = record.key.filter((column) => !isKnown(column));
  const rows: JsonRecord[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < count; at++) {
    // Known keys are used again where another key tells the rows apart.
    const given = others.length > 0 && known.length > 0 ? known[at % known.length] : known[at];
    const keys: Record<string, JsonValue> = { ...given };
    let rest = at;
    for (const column of record.key) {
      if (Object.hasOwn(keys, column)) continue;
      const type = record.fields.get(column) ?? { kind: 'string' };
      const finite = finiteKeys(type);
      keys[column] = finite
        ? finite[rest % finite.length]!
        : openKey(maker, type, at, `-${at}-${column}`);
      if (finite) rest = Math.floor(rest / finite.length);
    }
    const text = JSON.stringify(keys);
    if (seen.has(text) && record.key.length > 0) break;
    seen.add(text);
    const row: Record<string, JsonValue> = {};
    for (const [column, type] of record.fields) {
      row[column] = keys[column] ?? zero(maker, type, `-${at}-${column}`);
    }
    rows.push(row);
  }
  return rows;
}

/** All keys of a type that has only so many. */
function finiteKeys(type: Type): readonly Key[] | undefined {
  if (type.kind === 'closed') return type.values;
  return type.kind === 'bool' ? [false, true] : undefined;
}

/** The key of row `at`, of a type that never runs out. */
function openKey(maker: Maker, type: Type, at: number, place: string): JsonValue {
  switch (type.kind) {
    case 'int':
    case 'float':
      return at + 1;
    case 'string':
      return `stub${at + 1}`;
    default:
      return zero(maker, type, place);
  }
}

function keyOrZero(maker: Maker, type: Type, at: number, place: string): JsonValue {
  const finite = finiteKeys(type);
  if (finite) return finite[at % finite.length]!;
  return openKey(maker, type, at, place);
}

/** The zero of a type; a file is an empty one. */
function zero(maker: Maker, type: Type, place: string): JsonValue {
  switch (type.kind) {
    case 'optional':
      return zero(maker, type.of, place);
    case 'int':
    case 'float':
    case 'duration':
    case 'size':
    case 'angle':
    case 'percent':
      return 0;
    case 'bool':
      return false;
    case 'string':
    case 'path':
    case 'store':
      return '';
    case 'closed':
      return type.values[0] ?? '';
    case 'list':
    case 'table':
      return [];
    case 'record':
      return Object.fromEntries(
        [...type.record.fields].map(([name, field]) => [
          name,
          zero(maker, field, `${place}-${name}`),
        ]),
      );
    case 'file':
    case 'dir':
      return maker.fileNamed(place);
    case 'marker':
    case 'secret':
    case 'none':
    case 'json':
    case 'unknown':
      return null;
  }
}
