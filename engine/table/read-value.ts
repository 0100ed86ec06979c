import {
  type Checked,
  conform,
  parseSetting,
  type ReaderName,
  type SourceText,
  type Type,
  type Value,
} from '../../dsl/index.ts';
import { csvTable } from './csv-table.ts';
import { jsonlTable, jsonText, linesOf } from './json-table.ts';

/**
 * What a reader gives for a text, checked against the type that is wanted: E0701 with the place in the
 * text, E0309 for equal keys. `directory` is where paths in the file start from.
 */
export function readValue(
  reader: Exclude<ReaderName, 'files'>,
  source: SourceText,
  wanted: Type,
  directory: string,
): Checked<Value> {
  const type = wanted.kind === 'optional' ? wanted.of : wanted;
  const span = { source, start: 0, end: 0 };
  switch (reader) {
    case 'csv':
    case 'jsonl': {
      if (type.kind !== 'table') {
        return conform(null, type, { code: 'E0701', what: source.name, span });
      }
      return reader === 'csv'
        ? csvTable(source, type.record, directory)
        : jsonlTable(source, type.record, directory);
    }
    case 'json':
      return jsonText(source, type);
    case 'text': {
      const text = source.text.replace(/\r?\n$/, '');
      if (type.kind === 'string' || type.kind === 'unknown' || type.kind === 'json') {
        return { value: text, diagnostics: [] };
      }
      return parseSetting(text.trim(), type, { code: 'E0701', what: source.name, span });
    }
    case 'lines':
      return readLines(source, type);
  }
}

function readLines(source: SourceText, type: Type): Checked<Value> {
  const element: Type = type.kind === 'list' ? type.element : { kind: 'string' };
  const results = linesOf(source.text)
    .map(({ start, end }) => ({ source, start, end, text: source.text.slice(start, end).trim() }))
    .filter(({ text }) => text !== '')
    .map(({ text, ...span }) =>
      element.kind === 'string'
        ? { value: text, diagnostics: [] }
        : parseSetting(text, element, { code: 'E0701', what: 'this line', span }),
    );
  return {
    value: results.map((r) => r.value),
    diagnostics: results.flatMap((r) => r.diagnostics).slice(0, 20),
  };
}
