import type { Type } from '../check/type.ts';
import { present, rowsOf } from '../check/type-relation.ts';
import { rowsTable } from '../evaluate/columns.ts';
import {
  isFileValue,
  isList,
  isObject,
  isQuantityValue,
  isRow,
  isTable,
  numberText,
} from '../evaluate/text.ts';
import type { Row, Table, Value } from '../evaluate/value.ts';
import { pastedBy } from './hole.ts';
import type { CompiledScript, Hole } from './script.ts';

/** The holes of a script, in the order in which `renderScript` wants their values. */
export function holesOf(script: CompiledScript): readonly Hole[] {
  if (script.form !== 'inline') return script.arguments;
  return script.segments.filter((segment) => segment.kind === 'hole');
}

/** True if the value enters a script as the path of a file that holds it. */
export function writesFile(hole: Hole, value: Value): boolean {
  return tableIn(hole, value) !== undefined || pastedBy(hole.expression) === 'filelist';
}

/** A table, or a list of records, which is one. */
function tableIn(hole: Hole, value: Value): Table | undefined {
  if (isTable(value)) return value;
  const record = rowsOf(present(hole.type));
  return record && isList(value) ? rowsTable(record, value) : undefined;
}

/** A file that has to be there before a script runs: a table as CSV, a `filelist` with one path a line. */
export interface ScriptFile {
  /** Of the hole, as in `RenderPaths.listFile`. */
  readonly hole: number;
  readonly text: string;
}

/** The files that a script's tables and `filelist`s stand for; `values` are in the order of its holes. */
export function filesOfScript(
  script: CompiledScript,
  values: readonly Value[],
): readonly ScriptFile[] {
  return holesOf(script).flatMap((hole, index): ScriptFile[] => {
    const value = values[index] ?? null;
    if (!writesFile(hole, value)) return [];
    const table = tableIn(hole, value);
    return [{ hole: index, text: table ? tableText(table) : listText(value) }];
  });
}

function listText(value: Value): string {
  return wordsOf(value)
    .map((word) => `${word}\n`)
    .join('');
}

/** RFC 4180 with LF: a header of the record's columns, then the rows. */
function tableText(table: Table): string {
  const columns = [...table.record.fields.keys()];
  const lines = [columns.map(csvCell).join(',')];
  for (let row = 0; row < table.length; row++) {
    lines.push(columns.map((column) => csvCell(wordOf(table.cell(row, column)))).join(','));
  }
  return `${lines.join('\n')}\n`;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as one word of text: a file as its path, an object of JSON as JSON, `none` as nothing. */
export function wordOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object') return String(value);
  if (isFileValue(value)) return value.path;
  return JSON.stringify(plain(value));
}

/** A list as its elements, any other value as one word; an absent one as none at all. */
export function wordsOf(value: Value): readonly string[] {
  if (value === null) return [];
  return isList(value) ? value.map(wordOf) : [wordOf(value)];
}

/** An argv: each list gives several arguments. NUL ends an argument for the kernel and is left out. */
export function argumentsOf(values: readonly Value[]): readonly string[] {
  return values.flatMap((value) => wordsOf(value)).map((word) => word.replaceAll('\0', ''));
}

/** What `raw` pastes. */
export function pastedText(value: Value): string {
  return wordsOf(value).join(' ');
}

/** As `JSON.stringify` wants it: rows and objects as objects, quantities in canonical units. */
function plain(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(plain);
  if (isQuantityValue(value)) return value.amount;
  if (isFileValue(value)) return value.path;
  if (isRow(value)) return plainRow(value);
  if (isObject(value)) {
    return Object.fromEntries([...value.fields].map(([name, each]) => [name, plain(each)]));
  }
  return isTable(value)
    ? Array.from({ length: value.length }, (_, index) =>
        plainRow({ kind: 'row', table: value, index }),
      )
    : null;
}

function plainRow({ table, index }: Row): unknown {
  const names = [...table.record.fields.keys()];
  return Object.fromEntries(names.map((name) => [name, plain(table.cell(index, name))]));
}

/** The element type of a list; undefined for other types. */
export function elementOf(type: Type | undefined): Type | undefined {
  const shown = type && present(type);
  return shown?.kind === 'list' ? shown.element : undefined;
}
