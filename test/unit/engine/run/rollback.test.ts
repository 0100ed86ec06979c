import { describe, expect, test } from 'vitest';
import { newState } from '../../../../engine/drive/fold.ts';
import { fingerprintsOf } from '../../../../engine/drive/forget.ts';
import { intervene } from '../../../../engine/run/intervene.ts';
import { toRanges } from '../../../../engine/run/ranges.ts';
import { rollbackTargets, undoOrder } from '../../../../engine/run/rollback.ts';
import { restore, snapshot } from '../../../../engine/run/snapshot.ts';
import { flag, hasFlag, type RunState, stateOf } from '../../../../engine/run/state.ts';
import { smallShape } from '../../../simulator/tiny-binder.ts';
import { chain, gatherAll, identity, type TinyStep } from '../../../simulator/tiny-plan.ts';
import {
  apply,
  counters,
  end,
  finish,
  recounted,
  runOf,
  statesText,
  submit,
} from './run-fixture.ts';

/** `a` and `b` work on a store, `c` only reads; `d` looks at all of `c`. */
const steps: readonly TinyStep[] = [
  { name: 'a', count: 2, undo: true },
  { name: 'b', count: 2, undo: true, reads: [{ from: 'a', relation: identity }] },
  { name: 'c', count: 2, reads: [{ from: 'b', relation: identity }] },
  { name: 'd', count: 1, undo: true, reads: [{ from: 'c', relation: gatherAll(2) }] },
];

/** All of a run, in plan order. */
function ended(...all: readonly TinyStep[]): RunState {
  const state = runOf(...all);
  const ready = () =>
    Array.from({ length: state.wiring.size }, (_, i) => i).find(
      (i) => stateOf(state, i) === 'ready',
    );
  for (let i = ready(); i !== undefined; i = ready()) finish(state, i, 'succeeded');
  apply(state, { kind: 'run.ended', state: 'succeeded' });
  return state;
}

/** What a person says; gives the answer. */
function rollBack(state: RunState, ...chosen: readonly number[]): string | undefined {
  const content = { verb: 'rollback', selector: 'x', by: '' } as const;
  const id = `r${state.interventions.size}`;
  const events = intervene(state, { id, content }, () => ({ instances: chosen }));
  for (const event of events) apply(state, event);
  return state.interventions.get(id)?.answer?.text;
}

/** Runs the undo of an instance. */
function undo(state: RunState, instance: number, how: 'succeeded' | 'failed' = 'succeeded'): void {
  const number = (state.instances.attempts[instance] ?? 0) + 1;
  apply(state, {
    kind: 'submission.intended',
    key: `braid-r-${state.submissionCount + 1}`,
    site: 'local',
    form: 'single',
    shape: smallShape,
    priority: 0,
    attempts: [{ instance, number, fingerprint: 'f', resources: smallShape, undo: true }],
  });
  const cause = { kind: 'exit', code: 2 } as const;
  apply(state, {
    kind: 'attempt.ended',
    instance,
    number,
    outcome: how === 'succeeded' ? { kind: how } : { kind: 'failed', cause },
    usage: {},
    undo: true,
  });
}

function orderOf(state: RunState, chosen: readonly number[]): readonly (readonly number[])[] {
  const { instances, undo: some } = rollbackTargets(state, chosen);
  return undoOrder(state, instances, new Set(some));
}

describe('what a roll-back takes with it', () => {
  test('all that came after, and the undo of readers first', () => {
    const state = ended(...steps);
    const targets = rollbackTargets(state, [0]);
    expect([...targets.instances].sort()).toEqual([0, 2, 4, 6]);
    expect(targets.undo).toEqual([0, 2, 6]);
    expect(orderOf(state, [0, 1])).toEqual([[6], [2, 3], [0, 1]]);
  });

  test('a loop along `previous` is taken back from its end, one by one', () => {
    const state = ended(
      { name: 'a', count: 3, undo: true, reads: [{ from: 'b', relation: chain(3) }] },
      { name: 'b', count: 3, undo: true, reads: [{ from: 'a', relation: identity }] },
    );
    // a0 b0 a1 b1 a2 b2 are 0 3 1 4 2 5; the plan's order has `a` before `b`.
    expect(orderOf(state, [0])).toEqual([[5], [2], [4], [1], [3], [0]]);
    expect(orderOf(state, [4])).toEqual([[5], [2], [4]]);
  });

  test('what has not ended is no part of it; what is under way refuses it', () => {
    const state = runOf(...steps);
    expect(rollBack(state, 0)).toBe('nothing to do: no instance is at its end');
    finish(state, 0, 'succeeded');
    expect([...rollbackTargets(state, [0, 1]).instances]).toEqual([0]);
    apply(state, {
      kind: 'submission.intended',
      key: 'braid-r-9',
      site: 'local',
      form: 'single',
      shape: smallShape,
      priority: 0,
      attempts: [{ instance: 2, number: 1, fingerprint: 'f', resources: smallShape }],
    });
    expect(rollBack(state, 0)).toMatch(/^one instance of them is under way/);
    expect(state.rollback).toBeUndefined();
  });
});

describe('a roll-back of what waits to be tried again', () => {
  /** `b[0]` failed once and waits for its next attempt. */
  function waiting(): RunState {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    finish(state, 2, 'retried');
    return state;
  }

  test('runs its undo, and it begins with fresh budgets', () => {
    const state = waiting();
    expect(rollBack(state, 0)).toBe('2 instances to be made anew, 2 by their `undo`');
    expect(orderOf(state, [0])).toEqual([[2], [0]]);
    undo(state, 2);
    undo(state, 0);
    expect(statesText(state)).toContain('a: succeeded ready; b: ready waiting');
    apply(state, { kind: 'rollback.ended', id: 'r0', state: 'succeeded' });
    expect(statesText(state)).toContain('a: ready ready; b: waiting waiting');
    expect([state.again.size, state.instances.charged[2]]).toEqual([0, 0]);
    expect(hasFlag(state, 2, flag.undone) && hasFlag(state, 2, flag.fresh)).toBe(true);
    expect(recounted(state)).toEqual(counters(state));
  });

  test('a held one stays held', () => {
    const state = waiting();
    apply(state, { kind: 'instance.held', instances: [[2, 2]] });
    rollBack(state, 2);
    undo(state, 2);
    apply(state, { kind: 'rollback.ended', id: 'r0', state: 'succeeded' });
    expect(statesText(state)).toContain('b: held waiting');
    apply(state, { kind: 'instance.released', instances: [[2, 2]] });
    expect(statesText(state)).toContain('b: ready waiting');
  });

  test('an undo that fails makes it failed', () => {
    const state = waiting();
    rollBack(state, 0);
    undo(state, 2, 'failed');
    const stopped = { kind: 'rollback.ended', id: 'r0', state: 'failed' } as const;
    apply(state, { ...stopped, instance: 2, text: 'why' });
    expect(statesText(state)).toContain('a: succeeded ready; b: failed waiting; c: blocked');
    expect(state.again.size).toBe(0);
    expect(recounted(state)).toEqual(counters(state));
  });

  test('waits until its undo has what it reads', () => {
    const state = runOf(
      { name: 'p', count: 1 },
      { name: 'a', count: 1, undo: true },
      {
        ...{ name: 'b', count: 1, undo: true },
        reads: [
          { from: 'p', relation: identity },
          { from: 'a', relation: identity },
        ],
      },
    );
    for (const instance of [0, 1, 2]) finish(state, instance, 'succeeded');
    apply(state, { kind: 'instance.retried', instances: toRanges([0, 2]) });
    expect(statesText(state)).toBe('p: ready; a: succeeded; b: waiting');
    // `b` was made from `a`, and can be taken back only once `p` is there again.
    expect(rollBack(state, 1)).toMatch(/^one instance of them is under way/);
    finish(state, 0, 'succeeded');
    expect(rollBack(state, 1)).toBe('2 instances to be made anew, 2 by their `undo`');
  });

  test('without an undo it only waits for what it reads', () => {
    const state = runOf(steps[0]!, { ...steps[1]!, undo: false });
    finish(state, 0, 'succeeded');
    finish(state, 2, 'retried');
    rollBack(state, 0);
    expect([...(state.rollback?.instances ?? [])]).toEqual([[0, 0]]);
    undo(state, 0);
    apply(state, { kind: 'rollback.ended', id: 'r0', state: 'succeeded' });
    expect(statesText(state)).toBe('a: ready ready; b: waiting waiting');
    expect(state.again.has(2)).toBe(true);
  });
});

describe('a roll-back', () => {
  test('leaves all as it is until its end; then everything of it waits, and no earlier result counts', () => {
    const state = ended(...steps);
    expect(rollBack(state, 0)).toBe('4 instances to be made anew, 3 by their `undo`');
    expect(state.run).toBe('interrupted');
    apply(state, { kind: 'run.started', epoch: 2, host: 'h', pid: 1 });
    for (const instance of [6, 2, 0]) undo(state, instance);
    expect(statesText(state)).toBe(
      'a: succeeded succeeded; b: succeeded succeeded; c: succeeded succeeded; d: succeeded',
    );
    apply(state, { kind: 'rollback.ended', id: 'r0', state: 'succeeded' });
    expect(statesText(state)).toBe(
      'a: ready succeeded; b: waiting succeeded; c: waiting succeeded; d: waiting',
    );
    expect([0, 2, 4, 6].every((i) => hasFlag(state, i, flag.fresh))).toBe(true);
    expect(state.former.size).toBe(0);
    expect(recounted(state)).toEqual(counters(state));
    finish(state, 0, 'succeeded');
    expect(hasFlag(state, 0, flag.fresh) || hasFlag(state, 0, flag.undone)).toBe(false);
  });

  test('an undo that fails stops it: nothing that was undone is used or made by itself', () => {
    const state = ended({ ...steps[0]!, rules: { tolerate: 2 } }, ...steps.slice(1));
    rollBack(state, 0);
    apply(state, { kind: 'run.started', epoch: 2, host: 'h', pid: 1 });
    undo(state, 6);
    undo(state, 2);
    undo(state, 0, 'failed');
    expect(state.rollback?.failed).toBe(0);
    const stopped = { kind: 'rollback.ended', id: 'r0', state: 'failed' } as const;
    apply(state, { ...stopped, instance: 0, text: 'why' });
    expect(statesText(state)).toBe(
      'a: failed succeeded; b: cancelled succeeded; c: cancelled succeeded; d: cancelled',
    );
    expect(recounted(state)).toEqual(counters(state));
    // Rolled back again, only what is left is undone.
    rollBack(state, 0);
    expect([...(state.rollback?.undo ?? [])]).toEqual([[0, 0]]);
    undo(state, 0);
    apply(state, { kind: 'rollback.ended', id: 'r1', state: 'succeeded' });
    expect(statesText(state)).toMatch(/^a: ready succeeded; b: waiting succeeded/);
    expect(state.spoiled.size).toBe(0);
  });

  test('a second one, or a retry, waits for the first', () => {
    const state = ended(...steps);
    rollBack(state, 0);
    expect(rollBack(state, 1)).toMatch(/under way/);
    const retry = { verb: 'retry', selector: '', by: '' } as const;
    const events = intervene(state, { id: 'x', content: retry }, () => ({ instances: [] }));
    expect(events.map(({ kind }) => kind)).not.toContain('instance.retried');
  });

  test('`with` holds for those that were named', () => {
    const state = ended(...steps);
    const content = { verb: 'rollback', selector: 'x', by: '', with: { cpus: 4 } } as const;
    for (const event of intervene(state, { id: 'w', content }, () => ({ instances: [2] }))) {
      apply(state, event);
    }
    apply(state, { kind: 'rollback.ended', id: 'w', state: 'succeeded' });
    expect([...state.overrides]).toEqual([[2, { cpus: 4 }]]);
  });

  test('takes back whatever its instances were found by in this run', () => {
    const state = runOf({ name: 'a', count: 1, undo: true }, { name: 'b', count: 1 });
    for (const fingerprint of ['first', 'second', 'third']) {
      apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
      end(state, 0, { kind: 'succeeded' }, submit(state, 0, fingerprint));
    }
    finish(state, 1, 'succeeded');
    rollBack(state, 0);
    expect([...fingerprintsOf(state, '/run', state.rollback!)].sort()).toEqual([
      ...['first', 'second', 'third'],
    ]);
    const other = newState(state.plan, state.rules);
    expect(restore(other, snapshot(state)) && other.past).toEqual(state.past);
    undo(state, 0);
    apply(state, { kind: 'rollback.ended', id: 'r0', state: 'succeeded' });
    expect(state.past.size).toBe(0);
  });
});
