/**
 * Tuples of codes, kept as columns: numbering the distinct ones, finding them again, sorting. All of it
 * is linear in the rows; a tuple is never made into a string or an object.
 */

/** One column of codes below `cardinality`; a negative code means that the row has no such key. */
export interface CodeColumn {
  readonly codes: Uint32Array | Int32Array;
  readonly cardinality: number;
}

/** Numbers tuples densely in the order in which they are first met. */
export interface TupleIndex {
  /** How many distinct tuples there are. */
  readonly size: number;
  /** The number of each row's tuple, -1 where a code is negative. */
  readonly ids: Int32Array;
  /** Numbers of other rows' tuples (columns of the same meaning and cardinalities); -1 if not there. */
  find(columns: readonly CodeColumn[], count: number): Int32Array;
}

/** A number at a time: pairs (previous id, code) get dense ids of their own, so nothing overflows. */
interface Level {
  readonly cardinality: number;
  readonly table: PairTable;
}

/** Distinct tuples of `count` rows. No columns: all rows are the one empty tuple. */
export function indexTuples(columns: readonly CodeColumn[], count: number): TupleIndex {
  const levels: Level[] = [];
  let ids = new Int32Array(count);
  let size = count > 0 ? 1 : 0;
  for (const { codes, cardinality } of columns) {
    const table = pairTable(size, cardinality, count);
    const next = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const id = ids[row]!;
      const code = codes[row]!;
      next[row] = id < 0 || code < 0 ? -1 : table.intern(id * cardinality + code);
    }
    levels.push({ cardinality, table });
    ids = next;
    size = table.size();
  }
  return { size, ids, find: (others, n) => findTuples(levels, size, others, n) };
}

function findTuples(
  levels: readonly Level[],
  size: number,
  columns: readonly CodeColumn[],
  count: number,
): Int32Array {
  const ids = new Int32Array(count);
  if (size === 0) return ids.fill(-1);
  levels.forEach(({ cardinality, table }, at) => {
    const codes = columns[at]!.codes;
    for (let row = 0; row < count; row++) {
      const id = ids[row]!;
      const code = codes[row]!;
      ids[row] = id < 0 || code < 0 ? -1 : table.find(id * cardinality + code);
    }
  });
  return ids;
}

interface PairTable {
  intern(pair: number): number;
  find(pair: number): number;
  size(): number;
}

/** Direct addressing costs 4 bytes a possible pair; beyond this many a row hashing is smaller. */
const directPairsPerRow = 8;

function pairTable(left: number, right: number, rows: number): PairTable {
  const pairs = left * right;
  return pairs <= rows * directPairsPerRow + 1024 ? directTable(pairs) : hashTable(rows);
}

function directTable(pairs: number): PairTable {
  const ids = new Int32Array(pairs).fill(-1);
  let size = 0;
  return {
    intern(pair) {
      const id = ids[pair]!;
      if (id >= 0) return id;
      ids[pair] = size;
      return size++;
    },
    find: (pair) => ids[pair]!,
    size: () => size,
  };
}

/** Open addressing over at most `rows` distinct pairs; a pair is an integer below 2^53. */
function hashTable(rows: number): PairTable {
  let capacity = 16;
  while (capacity < rows * 2) capacity *= 2;
  const mask = capacity - 1;
  const pairs = new Float64Array(capacity).fill(-1);
  const ids = new Int32Array(capacity);
  let size = 0;
  const slotOf = (pair: number) => {
    let slot = hash(pair) & mask;
    while (pairs[slot]! >= 0 && pairs[slot] !== pair) slot = (slot + 1) & mask;
    return slot;
  };
  return {
    intern(pair) {
      const slot = slotOf(pair);
      if (pairs[slot] === pair) return ids[slot]!;
      pairs[slot] = pair;
      ids[slot] = size;
      return size++;
    },
    find(pair) {
      const slot = slotOf(pair);
      return pairs[slot] === pair ? ids[slot]! : -1;
    },
    size: () => size,
  };
}

/** Both halves of the number are mixed (the finaliser of MurmurHash3). */
function hash(pair: number): number {
  const high = Math.floor(pair / 4294967296);
  let h = (pair >>> 0) ^ Math.imul(high, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The order of rows by their tuples (first column counts most), stable; `undefined` if they stand in
 * order already. One counting sort a column.
 */
export function sortOrder(columns: readonly CodeColumn[], count: number): Uint32Array | undefined {
  if (inOrder(columns, count)) return undefined;
  let order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  for (const { codes, cardinality } of columns.toReversed()) {
    const next = new Uint32Array(cardinality + 1);
    for (let row = 0; row < count; row++) next[codes[row]! + 1]!++;
    for (let code = 0; code < cardinality; code++) next[code + 1]! += next[code]!;
    const sorted = new Uint32Array(count);
    for (let at = 0; at < count; at++) sorted[next[codes[order[at]!]!]!++] = order[at]!;
    order = sorted;
  }
  return order;
}

function inOrder(columns: readonly CodeColumn[], count: number): boolean {
  for (let row = 1; row < count; row++) {
    if (compareRows(columns, row - 1, row) > 0) return false;
  }
  return true;
}

export function compareRows(columns: readonly CodeColumn[], left: number, right: number): number {
  for (const { codes } of columns) {
    const difference = codes[left]! - codes[right]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `codes[rows[i]]` for each i. */
export function pick(codes: Uint32Array, rows: Uint32Array): Uint32Array {
  const picked = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) picked[at] = codes[rows[at]!]!;
  return picked;
}
