import type { GrownRow, StepExpanded } from '../event.ts';
import { bringBack } from '../reset.ts';
import { type Wave, wakeUp } from '../standing.ts';
import { flag, hasFlag, IllegalTransition, type RunState, setFlag, stateOf } from '../state.ts';
import { code, instanceStates } from '../states.ts';
import type { FanState, RowState } from './fan-state.ts';
import {
  endChildren,
  finishRow,
  gateOf,
  isLast,
  joinMember,
  joinReader,
  readerOfRow,
  retire,
  settleRow,
} from './meet.ts';

/**
 * Applies expansions: rows become instances, or rows of the next stage. True if one had been expanded
 * before with other results: then keys that are gone are retired, and everything is to be counted anew.
 */
export function reduceExpanded(state: RunState, event: StepExpanded, wave: Wave): boolean {
  const { fan } = state;
  if (!fan) throw new IllegalTransition('an expansion of a plan that does not grow');
  let again = false;
  for (const one of event.rows) {
    const row = fan.rows[one.row];
    if (!row || row.standing === 'waiting') {
      throw new IllegalTransition(`row ${one.row} was expanded before its sources were there`);
    }
    if (row.standing !== 'open') continue;
    if (one.failed !== undefined) {
      fan.faults.set(one.row, { made: one.made, text: one.failed });
      endChildren(state, fan, one.row, 'dead', wave);
      finishRow(state, fan, one.row, 'dead', wave);
    } else if (one.dropped) {
      fan.dropped.add(one.row);
      finishRow(state, fan, one.row, 'dead', wave);
    } else again = expandRow(state, fan, one, wave) || again;
  }
  return again;
}

/** The plan as it was when a snapshot was made; nothing is counted. */
export function growAgain(state: RunState, history: readonly GrownRow[]): void {
  const { fan } = state;
  if (!fan) return;
  for (const one of history) {
    const { fresh } = fan.growing.expand(one.row, one.made, one);
    fan.history.push(one);
    const row = fan.growing.rows[one.row]!;
    if (isLast(state, row)) grow(state, row.step, fresh.length);
    else for (const _ of fresh) fan.rows.push(newRow());
  }
}

/** A row of which nothing is known yet. */
export function newRow(): RowState {
  return { waits: 0, absent: false, blocked: false, standing: 'waiting' };
}

// --- Internal helpers ---

/** True if it had been expanded before. */
function expandRow(state: RunState, fan: FanState, one: GrownRow, wave: Wave): boolean {
  const row = fan.growing.rows[one.row]!;
  const before = row.made;
  const last = isLast(state, row);
  const expected = last ? state.wiring.size : fan.growing.rows.length;
  const { fresh, gone, kept } = fan.growing.expand(one.row, one.made, one);
  if (fresh.length > 0 && one.first !== expected) {
    throw new IllegalTransition(`row ${one.row}: ${one.first} instead of ${expected} comes next`);
  }
  fan.history.push(one);
  if (last) addInstances(state, row.step, fresh, wave);
  else addRows(state, fan, row.step, fresh);
  if (before === undefined) {
    if (!last) for (const id of fresh) enterRow(state, fan, id, wave);
    finishRow(state, fan, one.row, 'expanded', wave);
    return false;
  }
  if (last) {
    for (const instance of gone) retire(state, instance, wave);
    for (const instance of kept) revive(state, instance, wave);
  }
  return true;
}

/** Its key is there again: what it left before counts only by its fingerprint. */
function revive(state: RunState, instance: number, wave: Wave): void {
  if (hasFlag(state, instance, flag.gone)) setFlag(state, instance, flag.back, true);
  if (stateOf(state, instance) === 'retired') bringBack(state, instance, wave);
}

function addInstances(state: RunState, step: number, fresh: readonly number[], wave: Wave): void {
  const { fan, wiring } = state;
  if (!fan || fresh.length === 0) return;
  const planned = state.plan.steps[step]!;
  grow(state, step, fresh.length);
  state.counts[step * instanceStates.length + code.waiting]! += fresh.length;
  if (wiring.closing[step] === 0) state.mainOpen += fresh.length;
  const into = (wiring.into[step] ?? []).filter((link) => link.stage === undefined);
  const gates = state.closed ? 0 : (wiring.gates[step]?.length ?? 0);
  // Held until all links have been counted.
  for (const instance of fresh) state.instances.waits[instance] = into.length + gates + 1;
  for (const link of wiring.from[step] ?? []) {
    const joint = fan.joints.get(link.index);
    if (!joint) continue;
    for (let n = fresh.length; n > 0; n--) joinMember(state, link, joint, planned.count - n);
  }
  for (const link of into) {
    const joint = fan.joints.get(link.index);
    if (joint) for (const instance of fresh) joinReader(state, link, joint, instance, wave);
  }
  for (const instance of fresh) {
    state.instances.waits[instance]!--;
    wakeUp(state, instance, wave);
    wave.touched.push(instance);
  }
}

/** Room in the columns for instances that come next. */
function grow(state: RunState, step: number, by: number): void {
  const { wiring, instances } = state;
  const size = wiring.size + by;
  instances.state = longer(instances.state, size);
  instances.flags = longer(instances.flags, size);
  instances.waits = longer(instances.waits, size);
  instances.attempts = longer(instances.attempts, size);
  instances.charged = longer(instances.charged, size);
  wiring.stepOf = longer(wiring.stepOf, size);
  wiring.stepOf.fill(step, wiring.size, size);
  wiring.size = size;
}

type Numbers = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** The same numbers, then zeros. Room is doubled, so that growing costs what is added. */
function longer<T extends Numbers>(numbers: T, size: number): T {
  const make = numbers.constructor as new (buffer: ArrayBuffer, at: number, length: number) => T;
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = numbers;
  if (byteOffset + size * BYTES_PER_ELEMENT <= buffer.byteLength) {
    return new make(buffer, byteOffset, size);
  }
  const room = new ArrayBuffer(size * 2 * BYTES_PER_ELEMENT);
  const longer = new make(room, 0, size);
  longer.set(numbers);
  return longer;
}

/** Rows that are counted before the one that they are from is done with: no gate opens between. */
function addRows(state: RunState, fan: FanState, step: number, fresh: readonly number[]): void {
  for (const id of fresh) {
    fan.rows.push(newRow());
    countRow(state, fan, id);
    const row = fan.growing.rows[id]!;
    for (const link of state.wiring.into[step] ?? []) {
      if (link.stage === row.stage) fan.rows[id]!.waits++;
    }
  }
}

/** It is pending, and holds its gates shut. */
export function countRow(state: RunState, fan: FanState, id: number): void {
  const row = fan.growing.rows[id]!;
  fan.pending[row.step]!++;
  if (state.wiring.closing[row.step] === 0) state.mainOpen++;
  for (const link of state.wiring.from[row.step] ?? []) {
    const joint = fan.joints.get(link.index);
    if (joint) gateOf(joint, row).pending++;
  }
}

/** It looks for its sources. */
export function enterRow(state: RunState, fan: FanState, id: number, wave: Wave): void {
  const row = fan.growing.rows[id]!;
  if (fan.rows[id]!.waits === 0) {
    settleRow(state, fan, id, wave);
    return;
  }
  for (const link of state.wiring.into[row.step] ?? []) {
    if (link.stage !== row.stage) continue;
    const joint = fan.joints.get(link.index);
    if (joint) joinReader(state, link, joint, readerOfRow(id), wave);
  }
}
