import { translate } from './domain.ts';
import { ownerColumn } from './elements.ts';
import { forEachItem, listsByKey } from './relation.ts';
import { columnOf, oneRow, type Rows, selectRows } from './rows.ts';
import { indexTuples, pick } from './tuples.ts';

/** Every row with every element; the elements vary faster. */
export function product(rows: Rows, elements: Rows): Rows {
  if (rows === oneRow) return elements;
  const count = rows.count * elements.count;
  const outer = new Uint32Array(count);
  const inner = new Uint32Array(count);
  for (let row = 0, at = 0; row < rows.count; row++) {
    for (let element = 0; element < elements.count; element++, at++) {
      outer[at] = row;
      inner[at] = element;
    }
  }
  return combine(rows, elements, outer, inner);
}

/** Every row with the elements that agree on the `shared` dimensions; rows without any are dropped. */
export function joinRows(rows: Rows, elements: Rows, shared: readonly string[]): Rows {
  const ofRows = shared.map((d) => columnOf(rows, d));
  const ofElements = shared.map((d, at) => {
    const column = columnOf(elements, d);
    const values = ofRows[at]!.values;
    return {
      codes: translate(column.codes, column.values, values),
      cardinality: values.length,
    };
  });
  const index = indexTuples(ofElements, elements.count);
  const lists = listsByKey(index.ids, index.size);
  const ids = index.find(
    ofRows.map((c) => ({ codes: c.codes, cardinality: c.values.length })),
    rows.count,
  );
  const outer: number[] = [];
  const inner: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (ids[row]! < 0) continue;
    forEachItem(lists, ids[row]!, (element) => {
      outer.push(row);
      inner.push(element);
    });
  }
  const fresh = { ...elements, keys: elements.keys.filter((k) => !shared.includes(k.dimension)) };
  return combine(rows, fresh, Uint32Array.from(outer), Uint32Array.from(inner));
}

/**
 * Every row with its own elements: those whose owner it is. A dimension that a row has already only
 * restricts.
 */
export function extendRows(rows: Rows, elements: Rows): Rows {
  const owners = columnOf(elements, ownerColumn).codes;
  const known = new Set(rows.keys.map((k) => k.dimension));
  const restricting = elements.keys.filter((k) => known.has(k.dimension));
  let inner = Uint32Array.from(owners, (_, element) => element);
  for (const column of restricting) {
    const own = columnOf(rows, column.dimension);
    const codes = translate(column.codes, column.values, own.values);
    inner = inner.filter((element) => codes[element] === own.codes[owners[element]!]);
  }
  const fresh = {
    ...elements,
    keys: elements.keys.filter((k) => k.dimension !== ownerColumn && !known.has(k.dimension)),
  };
  return combine(rows, fresh, pick(owners, inner), inner);
}

function combine(rows: Rows, elements: Rows, outer: Uint32Array, inner: Uint32Array): Rows {
  const left = selectRows(rows, outer);
  const right = selectRows(elements, inner);
  return {
    count: outer.length,
    keys: [...left.keys, ...right.keys],
    variables: [...left.variables, ...right.variables],
  };
}
