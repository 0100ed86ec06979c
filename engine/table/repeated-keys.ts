import { keyText, type Span, type Table } from '../../dsl/index.ts';
import { asKey, codeColumn } from '../plan/domain.ts';
import { compareRows, sortOrder } from '../plan/tuples.ts';
import type { Problems } from './problems.ts';

const checked = new WeakSet<Table>();

/** True for a keyed table in which `reportRepeatedKeys` found no key twice. */
export function hasDistinctKeys(table: Table): boolean {
  return checked.has(table);
}

/**
 * E0309 for each row whose key an earlier row has. `spanOf` gives the place of a cell; rows count from 0.
 */
export function reportRepeatedKeys(
  table: Table,
  problems: Problems,
  spanOf: (row: number, column: string) => Span,
): void {
  const { key } = table.record;
  const [first] = key;
  if (first === undefined) return;
  const columns = key.map((name) => codeColumn(table, name));
  const tuples = columns.map(({ codes, values }) => ({ codes, cardinality: values.length }));
  // Sorting by counting takes a fifth of the time of hashing; rows of one key then stand together.
  const order = sortOrder(tuples, table.length);
  let repeated = false;
  for (let at = 1; at < table.length; at++) {
    const earlier = order ? order[at - 1]! : at - 1;
    const row = order ? order[at]! : at;
    if (compareRows(tuples, earlier, row) !== 0) continue;
    repeated = true;
    problems.add(() => ({
      code: 'E0309',
      severity: 'error',
      message: `two rows have the key ${keyOf(table, key, row)}`,
      span: spanOf(row, first),
      label: `a key names one row of ${table.record.name}`,
      labels: [{ span: spanOf(earlier, first), text: 'an earlier one' }],
    }));
  }
  if (!repeated) checked.add(table);
}

function keyOf(table: Table, key: readonly string[], row: number): string {
  return key.map((name) => `${name}=${keyText(asKey(table.cell(row, name)))}`).join(', ');
}
