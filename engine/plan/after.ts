import type { KeyColumn, PlannedStep, Relation } from './plan.ts';
import { listsByKey } from './relation.ts';
import { type CodeColumn, indexTuples } from './tuples.ts';

/**
 * Which instances of `target` an `after` line of `reader` names: those that agree on the dimensions that
 * both have (LANGUAGE: matched as in a read, the others are quantified), `matched` only where that is given.
 */
export function afterRelation(
  reader: PlannedStep,
  target: PlannedStep,
  matched?: readonly string[],
): Relation {
  if (reader.dynamic || target.dynamic) return { kind: 'unknown' };
  return agreeing(reader, target, matched ?? target.keys.map(({ dimension }) => dimension));
}

/** For each instance of `reader` those of `target` that agree on those of the dimensions that both have. */
export function agreeing(
  reader: PlannedStep,
  target: PlannedStep,
  dimensions: readonly string[],
): Extract<Relation, { kind: 'groups' }> {
  const shared = target.keys.flatMap((column) => {
    if (!dimensions.includes(column.dimension)) return [];
    const partner = reader.keys.find((key) => key.dimension === column.dimension);
    return partner ? [{ column, partner }] : [];
  });
  const index = indexTuples(
    shared.map(({ column }) => ({ codes: column.codes, cardinality: column.values.length })),
    target.count,
  );
  const wanted = shared.map(({ column, partner }) => translate(partner, column));
  const groupOf = index.find(wanted, reader.count);
  // Readers without a partner share one more group, which is empty.
  for (let i = 0; i < groupOf.length; i++) if ((groupOf[i] ?? 0) < 0) groupOf[i] = index.size;
  const { offsets, items } = listsByKey(index.ids, index.size + 1);
  return { kind: 'groups', groupOf, offsets, members: items };
}

/** Codes of `from`'s keys as codes of `to`; -1 where `to` has no such key. */
function translate(from: KeyColumn, to: KeyColumn): CodeColumn {
  const codeOf = new Map(to.values.map((value, code) => [value, code]));
  const table = Int32Array.from(from.values, (value) => codeOf.get(value) ?? -1);
  return {
    codes: Int32Array.from(from.codes, (code) => table[code] ?? -1),
    cardinality: to.values.length,
  };
}
