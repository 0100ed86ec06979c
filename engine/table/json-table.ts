import {
  type Checked,
  conform,
  type Diagnostic,
  jsonValue,
  type RecordType,
  type SourceText,
  type Table,
  type Type,
  type Value,
} from '../../dsl/index.ts';
import { type Column, columnarTable, columnBuilder } from './column.ts';
import { collectProblems } from './problems.ts';
import { reportRepeatedKeys } from './repeated-keys.ts';

/**
 * A text of one JSON object a line as a table of `record`; a line that does not fit is E0701. `directory` is
 * where paths in `file` columns start from.
 */
export function jsonlTable(
  source: SourceText,
  record: RecordType,
  directory: string,
): Checked<Table> {
  const problems = collectProblems(source);
  const type: Type = { kind: 'record', record };
  const builders = [...record.fields].map(([name, of]) => ({
    name,
    builder: columnBuilder(of),
    from: isFileType(of) ? directory : '',
  }));
  const lines = linesOf(source.text).filter(({ start, end }) =>
    source.text.slice(start, end).trim(),
  );
  for (const { start, end } of lines) {
    const span = { source, start, end };
    const parsed = parseJson(source, start, end);
    const { value, diagnostics } =
      'fault' in parsed
        ? { value: null, diagnostics: [parsed.fault] }
        : conform(parsed.value, type, { code: 'E0701', what: 'this row', span });
    for (const diagnostic of diagnostics) problems.add(() => diagnostic);
    for (const { name, builder, from } of builders) {
      builder.add(located(cellOf(value, name), from));
    }
  }
  const columns = new Map<string, Column>(builders.map((b) => [b.name, b.builder.finish()]));
  const table = columnarTable(record, problems.count > 0 ? 0 : lines.length, columns);
  if (problems.count === 0)
    reportRepeatedKeys(table, problems, (row) => ({ source, ...lines[row]! }));
  return { value: table, diagnostics: problems.diagnostics() };
}

/** A JSON text as a value of `type`; what is no JSON is E0701 where it stops being so. */
export function jsonText(source: SourceText, type: Type): Checked<Value> {
  const parsed = parseJson(source, 0, source.text.length);
  if ('fault' in parsed) return { value: null, diagnostics: [parsed.fault] };
  const span = { source, start: 0, end: Math.min(1, source.text.length) };
  const checked = conform(parsed.value, type, { code: 'E0701', what: source.name, span });
  const { value } = checked;
  const isTable =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'table';
  if (!isTable) return checked;
  const problems = collectProblems(source);
  reportRepeatedKeys(value, problems, () => span);
  return { value, diagnostics: [...checked.diagnostics, ...problems.diagnostics()] };
}

function isFileType(type: Type): boolean {
  const { kind } = type.kind === 'optional' ? type.of : type;
  return kind === 'file' || kind === 'dir';
}

/** A path in a `file` column starts from the table's directory. */
function located(value: Value, directory: string): Value {
  const isFile =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
  if (!isFile || directory === '' || value.path.startsWith('/')) return value;
  return { kind: 'file', path: `${directory}/${value.path}` };
}

function cellOf(row: Value, name: string): Value {
  const isRow = typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'row';
  return isRow ? row.table.cell(row.index, name) : null;
}

/** Lines without their breaks. */
export function linesOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const stop = feed < 0 ? text.length : feed;
    const end = text.charCodeAt(stop - 1) === 13 && stop > start ? stop - 1 : stop;
    lines.push({ start, end });
    start = stop + 1;
  }
  return lines;
}

function parseJson(
  source: SourceText,
  start: number,
  end: number,
): { readonly value: Value } | { readonly fault: Diagnostic } {
  try {
    return { value: jsonValue(JSON.parse(source.text.slice(start, end))) };
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    const position = Number(/at position (\d+)/.exec(text)?.[1] ?? 0);
    const at = Math.min(start + position, end);
    const span = { source, start: at, end: Math.min(at + 1, end) };
    const label = text.split(/, "|( in JSON)? at position/)[0] ?? '';
    return {
      fault: { code: 'E0701', severity: 'error', message: 'this is not JSON', span, label },
    };
  }
}
