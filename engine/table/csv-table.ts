import {
  CellFault,
  type CellParser,
  type Checked,
  cellParser,
  type Diagnostic,
  didYouMean,
  type RecordType,
  type SourceText,
  type Span,
  type Table,
  type Type,
} from '../../dsl/index.ts';
import { type Column, type ColumnBuilder, columnarTable, columnBuilder } from './column.ts';
import { type CsvText, csvText, scanCsv } from './csv-scan.ts';
import { collectProblems, type Problems } from './problems.ts';
import { reportRepeatedKeys } from './repeated-keys.ts';

/**
 * A CSV text as a table of `record`. The header names the columns in any order; those that the record
 * does not have are ignored. What does not fit is E0701 at the cell, equal keys are E0309; the table then
 * has null there. `directory` is where paths in `file` columns start from.
 */
export function csvTable(
  source: SourceText,
  record: RecordType,
  directory: string,
): Checked<Table> {
  const problems = collectProblems(source);
  const csv = csvText(source.text);
  const { names, next } = readHeader(csv);
  if (names.length === 0) {
    problems.add(() => fault(source, 0, 0, 'a table begins with a line of column names'));
  }
  const cells = takers(source, csv, record, names, directory, problems);
  reportMissingColumns(source, record, names, next, problems);
  const length = problems.count > 0 ? 0 : readRows(source, csv, next, names, cells, problems);
  const columns = new Map<string, Column>();
  names.forEach((name, at) => {
    const cell = cells[at];
    if (cell) columns.set(name, cell.builder.finish());
  });
  const table = columnarTable(record, length, columns);
  if (problems.count === 0) {
    reportRepeatedKeys(table, problems, (row, column) => cellSpan(source, names, row, column));
  }
  return { value: table, diagnostics: problems.diagnostics() };
}

/** The cells of the first line, and where the second begins. */
function readHeader(csv: CsvText): { names: readonly string[]; next: number } {
  const names: string[] = [];
  const next = scanCsv(csv, 0, 1, {
    plain: (_column, start, end) => names.push(csv.text.slice(start, end).trim()),
    quoted: (_column, value) => names.push(value.trim()),
    row: () => {},
    broken: () => {},
  });
  return { names, next };
}

/** What becomes of the cells of one column. */
interface Taker {
  readonly builder: ColumnBuilder;
  plain(start: number, end: number): void;
  text(value: string, start: number, end: number): void;
}

function takers(
  source: SourceText,
  csv: CsvText,
  record: RecordType,
  names: readonly string[],
  directory: string,
  problems: Problems,
): readonly (Taker | undefined)[] {
  return names.map((name, at) => {
    const type = record.fields.get(name);
    if (!type) return undefined;
    if (names.indexOf(name) < at) {
      problems.add(() => fault(source, 0, 0, `there are two columns \`${name}\``));
    }
    const isKey = record.key.includes(name);
    const parse = isKey ? filled(locatedParser(type, directory)) : locatedParser(type, directory);
    const report = (wrong: CellFault, start: number, end: number) =>
      problems.add(() => ({
        ...fault(source, start, end, wrong.message),
        label: wrong.label ?? `column \`${name}\``,
        hint: wrong.hint,
      }));
    return taker(csv, type, parse, report);
  });
}

function taker(
  { text, units }: CsvText,
  type: Type,
  parse: CellParser,
  report: (wrong: CellFault, start: number, end: number) => void,
): Taker {
  const builder = columnBuilder(type);
  const take = (value: string, start: number, end: number) => {
    const parsed = parse(value);
    if (parsed instanceof CellFault) {
      report(parsed, start, end);
      builder.add(null);
    } else builder.add(parsed);
  };
  const general = (start: number, end: number) => take(text.slice(start, end), start, end);
  const kind = type.kind === 'optional' ? type.of.kind : type.kind;
  if (kind !== 'int') return { builder, plain: general, text: take };
  return {
    builder,
    text: take,
    plain(start, end) {
      const value = digits(units, start, end);
      if (value >= 0) builder.addNumber(value);
      else general(start, end);
    },
  };
}

/** The number that up to 15 digits write, -1 for anything else: no text is cut out for most cells. */
function digits(units: CsvText['units'], start: number, end: number): number {
  if (end === start || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = units[at]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Paths in a table are relative to the table. */
function locatedParser(type: Type, directory: string): CellParser {
  const parse = cellParser(type);
  const plain = type.kind === 'optional' ? type.of.kind : type.kind;
  if ((plain !== 'file' && plain !== 'dir') || directory === '') return parse;
  return (text) => {
    const value = parse(text);
    if (value === null || typeof value !== 'object' || !('path' in value)) return value;
    const path = value.path.startsWith('/') ? value.path : `${directory}/${value.path}`;
    return { kind: 'file', path };
  };
}

/** A key says which row it is, so that it may not be empty. */
function filled(parse: CellParser): CellParser {
  return (text) => (text.trim() === '' ? new CellFault('a key may not be empty') : parse(text));
}

function readRows(
  source: SourceText,
  csv: CsvText,
  from: number,
  names: readonly string[],
  cells: readonly (Taker | undefined)[],
  problems: Problems,
): number {
  let length = 0;
  scanCsv(csv, from, Number.POSITIVE_INFINITY, {
    plain: (column, start, end) => cells[column]?.plain(start, end),
    quoted: (column, value, start, end) => cells[column]?.text(value, start, end),
    broken(kind, start, end) {
      const closed = 'after the closing quote comes a comma or the end of the line';
      const message = kind === 'unclosed' ? 'this quoted cell is never closed' : closed;
      problems.add(() => fault(source, start, end, message));
    },
    row(count, start, end) {
      length++;
      if (count === names.length) return;
      for (const cell of cells.slice(count)) cell?.builder.add(null);
      const have = `this row has ${count} ${count === 1 ? 'cell' : 'cells'}`;
      problems.add(() => fault(source, start, end, `${have}, the header has ${names.length}`));
    },
  });
  return length;
}

function reportMissingColumns(
  source: SourceText,
  record: RecordType,
  names: readonly string[],
  next: number,
  problems: Problems,
): void {
  if (names.length === 0) return;
  const end = source.text.slice(0, next).trimEnd().length;
  const extra = names.filter((name) => !record.fields.has(name));
  const separator = otherSeparator(names, record);
  if (separator !== undefined) {
    problems.add(() => ({
      ...fault(source, 0, end, 'the cells of a table are parted by commas'),
      label: `here by ${separator}`,
      hint: `rewrite it with \`,\`: ${[...record.fields.keys()].join(',')}`,
    }));
    return;
  }
  for (const name of record.fields.keys()) {
    if (names.includes(name)) continue;
    const near = didYouMean(name, extra);
    problems.add(() => ({
      ...fault(source, 0, end, `there is no column \`${name}\``),
      label: `${record.name} has ${[...record.fields.keys()].join(', ')}`,
      hint: near === undefined ? undefined : `is \`${near}\` meant to be \`${name}\`?`,
    }));
  }
}

/** How the one name of a header would fall into columns of the record, if it does. */
function otherSeparator(names: readonly string[], record: RecordType): string | undefined {
  const [header = '', ...others] = names;
  if (others.length > 0) return undefined;
  const separators = [
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'bars'],
    [' ', 'blanks'],
  ] as const;
  const found = separators.find(([sign]) => {
    const parts = header.split(sign).filter((part) => part !== '');
    return parts.length > 1 && parts.some((part) => record.fields.has(part.trim()));
  });
  return found?.[1];
}

/** Where a cell stands, found again: positions of cells are not kept, since most tables have no fault. */
function cellSpan(source: SourceText, names: readonly string[], row: number, column: string): Span {
  const wanted = names.indexOf(column);
  let found = { source, start: 0, end: 0 };
  let at = -1;
  const note = (index: number, start: number, end: number) => {
    if (index === 0) at++;
    if (at === row + 1 && index === wanted) found = { source, start, end };
  };
  scanCsv(csvText(source.text), 0, row + 2, {
    plain: note,
    quoted: (index, _value, start, end) => note(index, start, end),
    row: () => {},
    broken: () => {},
  });
  return found;
}

function fault(source: SourceText, start: number, end: number, message: string): Diagnostic {
  return { code: 'E0701', severity: 'error', message, span: { source, start, end } };
}
