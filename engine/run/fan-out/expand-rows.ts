import type { Expansion } from '../../bind/binding.ts';
import { keysAsText } from '../../plan/growth.ts';
import type { GrownRow } from '../event.ts';
import type { Decision, Scene } from '../scene.ts';
import type { RunState } from '../state.ts';
import { isLast, madeOf } from './meet.ts';

/** About so many instances in one event, so that a transaction stays small. */
const AT_ONCE = 5_000;

/**
 * Expands the rows whose sources are there. A run that would grow past what a plan may have without being
 * asked for waits instead, and says so once.
 */
export function expandRows(scene: Scene, decision: Decision): void {
  const { state, binder } = scene;
  const { fan } = state;
  if (!fan || !binder.expand || fan.open.size === 0 || fan.paused || isHeld(state)) return;
  let instances = state.wiring.size;
  let ids = fan.growing.rows.length;
  const byStep = Map.groupBy(fan.open, (id) => fan.growing.rows[id]!.step);
  let made = 0;
  for (const [step, open] of byStep) {
    const rows: GrownRow[] = [];
    for (const id of open) {
      if (made >= AT_ONCE) break;
      const row = fan.growing.rows[id]!;
      const expansion = binder.expand(row);
      const fresh = freshOf(expansion, row.children);
      const last = isLast(state, row);
      if (last && instances + fresh > scene.largest && !isAllowed(state)) {
        if (rows.length > 0) decision.events.push({ kind: 'step.expanded', step, rows });
        decision.events.push({ kind: 'growth.held', step, instances: instances + fresh });
        return;
      }
      rows.push(grown(id, madeOf(state, fan, id), last ? instances : ids, expansion));
      if (last) instances += fresh;
      else ids += fresh;
      made += fresh + 1;
    }
    if (rows.length > 0) decision.events.push({ kind: 'step.expanded', step, rows });
  }
}

/** When a run stops, what was not expanded never is: nothing of it begins. */
export function dropRows({ state }: Scene, decision: Decision): void {
  const { fan } = state;
  if (!fan) return;
  const main = [...fan.open].filter((id) => state.wiring.closing[fan.growing.rows[id]!.step] === 0);
  for (const [step, open] of Map.groupBy(main, (id) => fan.growing.rows[id]!.step)) {
    const rows = open.map((row) => ({
      ...{ row, made: madeOf(state, fan, row), first: 0 },
      ...{ dimensions: [], keys: [], at: [], dropped: true },
    }));
    decision.events.push({ kind: 'step.expanded', step, rows });
  }
}

/** It has grown past the limit, and nobody has said that this is meant. */
export function isHeld(state: RunState): boolean {
  return state.fan?.held !== undefined && !isAllowed(state);
}

// --- Internal helpers ---

function isAllowed({ fan, created }: RunState): boolean {
  return fan?.allowed === true || created?.settings.allowLarge === true;
}

function freshOf(expansion: Expansion, children: ReadonlyMap<string, number>): number {
  if (expansion.kind === 'invalid') return 0;
  let fresh = 0;
  for (const n of expansion.at.keys()) {
    if (!children.has(keysAsText(expansion.keys.map((one) => one[n]!)))) fresh++;
  }
  return fresh;
}

function grown(row: number, made: string, first: number, expansion: Expansion): GrownRow {
  if (expansion.kind === 'rows') {
    const { dimensions, keys, at } = expansion;
    return { row, made, first, dimensions, keys, at };
  }
  const { code, message } = expansion.diagnostic;
  return { row, made, first, dimensions: [], keys: [], at: [], failed: `[${code}] ${message}` };
}
