import { describe, expect, test } from 'vitest';
import { newState } from '../../../../engine/drive/fold.ts';
import { instanceName } from '../../../../engine/plan/instance.ts';
import { isHeld } from '../../../../engine/run/fan-out/expand-rows.ts';
import { madeOf } from '../../../../engine/run/fan-out/meet.ts';
import { forEachReader } from '../../../../engine/run/fan-out/readers.ts';
import { intervene } from '../../../../engine/run/intervene.ts';
import { toRanges } from '../../../../engine/run/ranges.ts';
import { rollbackTargets } from '../../../../engine/run/rollback.ts';
import { restore, snapshot } from '../../../../engine/run/snapshot.ts';
import {
  hasFailed,
  IllegalTransition,
  isUnwanted,
  type RunState,
} from '../../../../engine/run/state.ts';
import { growthProblems, statusOf } from '../../../../engine/run/status.ts';
import { grown, identity, type TinyStep, tinyPlan } from '../../../simulator/tiny-plan.ts';
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

/** `x` fans out over each of `a`; `y` beside it reads it, `z` gathers it for each of `a`, `all` everything. */
const steps: readonly TinyStep[] = [
  { name: 'a', count: 2 },
  { name: 'x', count: 0, fan: ['a'] },
  { name: 'y', count: 0, fan: ['a'], reads: [{ from: 'x', relation: grown }] },
  {
    name: 'z',
    count: 2,
    dimensions: { a: 2 },
    reads: [{ from: 'x', relation: grown, gathers: true }],
  },
  {
    name: 'all',
    count: 1,
    dimensions: {},
    reads: [{ from: 'y', relation: grown, gathers: true }],
  },
];

/** Expands all rows that are open, each to these keys. */
function expand(state: RunState, keys: readonly number[]): void {
  for (const row of [...(state.fan?.open ?? [])]) apply(state, expansion(state, row, keys));
}

function expansion(state: RunState, row: number, keys: readonly number[]) {
  const fan = state.fan!;
  const { step, stage } = fan.growing.rows[row]!;
  const dimensions = state.plan.steps[step]?.fan?.stages[stage]?.generator?.dimensions ?? [];
  const first =
    stage + 1 < (state.plan.steps[step]?.fan?.stages.length ?? 0)
      ? fan.growing.rows.length
      : state.wiring.size;
  const made = madeOf(state, fan, row);
  const at = keys.map((_, n) => n);
  return {
    kind: 'step.expanded',
    step,
    rows: [{ row, made, first, dimensions, keys: [keys], at }],
  } as const;
}

/** Rolls these back, with all that comes after them. */
function rollBack(state: RunState, chosen: readonly (readonly [number, number])[]): void {
  const targets = rollbackTargets(
    state,
    chosen.map(([first]) => first),
  );
  const all = toRanges(targets.instances);
  apply(state, { kind: 'rollback.begun', id: 'r', instances: all, undo: [], chosen });
  apply(state, { kind: 'rollback.ended', id: 'r', state: 'succeeded' });
}

function instances(state: RunState, name: string): number[] {
  const step = state.plan.steps.find((one) => one.step.name === name);
  return [...(step?.numbers ?? [])];
}

describe('an expansion', () => {
  test('adds instances, and a group closes without its siblings', () => {
    const state = runOf(...steps);
    expect(statesText(state)).toBe('a: ready ready; x: ; y: ; z: waiting waiting; all: waiting');
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    expect(statesText(state)).toBe(
      'a: succeeded ready; x: ready ready; y: waiting waiting; z: waiting waiting; all: waiting',
    );
    expect(instanceName(state.plan, instances(state, 'y')[1]!)).toBe('y[a=0, of_a=2]');
    for (const instance of instances(state, 'x')) finish(state, instance, 'succeeded');
    expect(statesText(state)).toContain('y: ready ready; z: ready waiting; all: waiting');
    expect(statusOf(state).steps.map(({ growing }) => growing ?? false)).toEqual([
      ...[false, true, true, false, false],
    ]);
    finish(state, 1, 'succeeded');
    expand(state, []);
    expect(statesText(state)).toContain('z: ready ready; all: waiting');
    for (const instance of instances(state, 'y')) finish(state, instance, 'succeeded');
    expect(statesText(state)).toContain('all: ready');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('gives members in key order, whenever they came', () => {
    const state = runOf(...steps);
    finish(state, 1, 'succeeded');
    expand(state, [7]);
    finish(state, 0, 'succeeded');
    expand(state, [3, 1]);
    const all = state.plan.steps[4]!;
    const { relation } = all.reads[0]!;
    const members = relation.kind === 'grown' ? relation.members(0) : undefined;
    const names = members?.map((ordinal) =>
      instanceName(state.plan, state.plan.steps[2]!.numbers![ordinal]!),
    );
    expect(names).toEqual(['y[a=0, of_a=1]', 'y[a=0, of_a=3]', 'y[a=1, of_a=7]']);
  });

  test('of a manifest that never comes blocks what gathers it', () => {
    const state = runOf(...steps);
    finish(state, 0, 'failed');
    finish(state, 1, 'succeeded');
    expand(state, [1]);
    expect(statesText(state)).toBe(
      'a: failed succeeded; x: ready; y: waiting; z: blocked waiting; all: blocked',
    );
    expect(state.fan?.pending.every((rows) => rows === 0)).toBe(true);
    expect(recounted(state)).toEqual(counters(state));
  });

  test('a second time, or before its sources are there', () => {
    const state = runOf(...steps);
    expect(() => apply(state, expansion(state, 0, [1]))).toThrow(IllegalTransition);
    finish(state, 0, 'succeeded');
    const event = expansion(state, 0, [1, 2]);
    apply(state, event);
    const once = [snapshot(state), counters(state)];
    apply(state, event);
    expect([snapshot(state), counters(state)]).toEqual(once);
    // Its instances come next, or the journal is of another plan.
    const [row] = expansion(state, 2, [1]).rows;
    const wrong = { kind: 'step.expanded', step: 2, rows: [{ ...row!, first: 99 }] } as const;
    expect(() => apply(state, wrong)).toThrow(IllegalTransition);
  });

  test('is in a snapshot', () => {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    finish(state, instances(state, 'x')[0]!, 'succeeded');
    const { plan, rules } = tinyPlan(steps);
    const restored = newState(plan, rules);
    expect(restored.wiring.size).toBe(5);
    expect(restore(restored, snapshot(state))).toBe(true);
    expect(statesText(restored)).toBe(statesText(state));
    expect(counters(restored)).toEqual(counters(state));
  });
});

describe('a run that is held', () => {
  const select = () => ({ invalid: 'not asked' });
  const said = (state: RunState, verb: 'hold' | 'release') => {
    const arrival = { id: `${verb}${state.runMs}`, content: { verb, selector: '', by: '' } };
    const events = intervene(state, arrival, select);
    for (const event of events) apply(state, event);
    return events.map(({ kind }) => kind);
  };

  test('as a whole fans out no more until it is released', () => {
    const state = runOf(...steps);
    expect(said(state, 'hold')).toContain('growth.paused');
    expect(state.fan?.paused).toBe(true);
    expect(said(state, 'release')).toContain('growth.released');
    expect(state.fan).toMatchObject({ paused: false, allowed: false });
  });

  test('by a selector holds what is there, and says that more may come', () => {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    const content = { verb: 'hold', selector: 'x', by: '' } as const;
    const events = intervene(state, { id: 'h', content }, () => ({
      instances: instances(state, 'x'),
    }));
    for (const event of events) apply(state, event);
    expect(state.interventions.get('h')?.answer?.text).toBe(
      '2 instances held; what `x` will get later is not held: hold the whole run for that, or hold again',
    );
    finish(state, 1, 'succeeded');
    expand(state, [3]);
    expect(statesText(state)).toContain('x: held held ready');
  });

  test('since it would grow too large may do so once it is released', () => {
    const state = runOf(...steps);
    apply(state, { kind: 'growth.held', step: 1, instances: 200_000 });
    expect(isHeld(state)).toBe(true);
    expect(growthProblems(state)).toEqual([
      'it would grow to 200000 instances: `braid release RUN` lets it',
    ]);
    expect(said(state, 'release')).toContain('growth.released');
    expect(isHeld(state)).toBe(false);
  });
});

describe('a manifest that is made anew', () => {
  test('is read by what gathers over it, though it was empty', () => {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    finish(state, 1, 'succeeded');
    expand(state, []);
    // z[a=0], z[a=1] and what gathers everything have nothing to wait for, and end.
    for (const instance of [2, 3, 4]) finish(state, instance, 'succeeded');
    expect([...rollbackTargets(state, [0]).instances].sort()).toEqual([0, 2, 4]);
    rollBack(state, [[0, 0]]);
    expect(statesText(state)).toBe(
      'a: ready succeeded; x: ; y: ; z: waiting succeeded; all: waiting',
    );
    finish(state, 0, 'succeeded');
    expand(state, [5]);
    expect(statesText(state)).toContain('x: ready; y: waiting; z: waiting succeeded; all: waiting');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('retires keys that are gone, keeps the others, adds new ones', () => {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    finish(state, 1, 'succeeded');
    expand(state, [1, 2]);
    for (const instance of instances(state, 'x')) finish(state, instance, 'succeeded');
    const [gone, kept] = instances(state, 'x');
    const size = state.wiring.size;
    const found = new Set<number>([0]);
    for (const instance of found) forEachReader(state, instance, (reader) => found.add(reader));
    // All of a=0: x and y of it, z[a=0], and what gathers everything.
    expect(found.size).toBe(1 + 2 + 2 + 1 + 1);
    apply(state, { kind: 'instance.retried', instances: [...found].map((i) => [i, i] as const) });
    expect(statesText(state)).toContain(
      'a: ready succeeded; x: waiting waiting succeeded succeeded',
    );
    finish(state, 0, 'succeeded');
    expand(state, [2, 3]);
    expect(statesText(state)).toContain('x: retired ready succeeded succeeded ready');
    expect(statesText(state)).toContain('y: retired waiting');
    expect(state.wiring.size).toBe(size + 2);
    expect(state.former.has(kept!)).toBe(true);
    finish(state, kept!, 'succeeded');
    finish(state, instances(state, 'x')[4]!, 'succeeded');
    expect(statesText(state)).toContain('z: ready ready');
    expect(recounted(state)).toEqual(counters(state));

    // The key comes back with a third manifest: the instance has its number again.
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [1]);
    expect(statesText(state)).toContain('x: ready retired');
    expect(instances(state, 'x')[0]).toBe(gone);
    expect(recounted(state)).toEqual(counters(state));
  });

  /** `x[a=0]` has keys 1 and 2, both under way, when `a[0]` is made anew. */
  function underWay(): { state: RunState; one: number; two: number } {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    finish(state, 1, 'succeeded');
    expand(state, [1, 2]);
    const [one, two, ...others] = instances(state, 'x');
    for (const instance of others) finish(state, instance, 'succeeded');
    submit(state, one!);
    submit(state, two!);
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    return { state, one: one!, two: two! };
  }

  test.each([
    { kind: 'succeeded' },
    { kind: 'failed', cause: { kind: 'exit', code: 1 } },
    { kind: 'cancelled' },
  ] as const)(
    'retires a key that is gone once its attempt has $kind, and uses nothing of it',
    (outcome) => {
      const { state, one, two } = underWay();
      expand(state, [2]);
      expect(statesText(state)).toContain('x: submitted submitted');
      expect([isUnwanted(state, one), isUnwanted(state, two)]).toEqual([true, false]);
      const other = newState(tinyPlan(steps).plan, tinyPlan(steps).rules);
      expect(restore(other, snapshot(state))).toBe(true);
      for (const each of [state, other]) {
        end(each, two, { kind: 'succeeded' });
        end(each, one, outcome);
        expect(statesText(each)).toContain('x: retired succeeded');
        expect(statesText(each)).toContain('z: ready ready');
        expect(each.own.has(one)).toBe(false);
        expect(hasFailed(each)).toBe(false);
        expect(recounted(each)).toEqual(counters(each));
      }
    },
  );

  test('makes anew what was under way when its key went and came back', () => {
    const { state, one } = underWay();
    expand(state, [2]);
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    expect(isUnwanted(state, one)).toBe(true);
    end(state, one, { kind: 'cancelled' });
    expect(statesText(state)).toContain('x: ready submitted');
    expect(recounted(state)).toEqual(counters(state));
    finish(state, one, 'succeeded');
    expect(statesText(state)).toContain('x: succeeded submitted');
  });

  test('leaves cancelled what a person cancelled, though its key came back', () => {
    const { state, one, two } = underWay();
    const because = 'cancelled by ada';
    apply(state, { kind: 'instance.cancelled', instances: [[one, two]], because });
    expand(state, [2]);
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    end(state, one, { kind: 'succeeded' });
    end(state, two, { kind: 'cancelled' });
    expect(statesText(state)).toContain('x: cancelled cancelled');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('finds its former result again where its key comes back after it had ended', () => {
    const { state, one, two } = underWay();
    end(state, one, { kind: 'succeeded' });
    end(state, two, { kind: 'succeeded' });
    expand(state, [2]);
    expect(statesText(state)).toContain('x: retired succeeded');
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [1, 2]);
    expect(statesText(state)).toContain('x: ready succeeded');
    expect([state.own.has(one), state.former.has(one)]).toEqual([false, true]);
  });

  test('brings back what was retired while its source was absent', () => {
    const state = runOf(
      { name: 'p', count: 1 },
      { name: 'a', count: 1, dimensions: {}, reads: [{ from: 'p', relation: identity }] },
      { name: 'x', count: 0, fan: ['a'] },
    );
    const fingerprint = 'the same';
    const result = { fingerprint, directory: '/r', values: {}, files: [] };
    const reused = { kind: 'instance.reused', instance: 1, fingerprint, result } as const;
    finish(state, 0, 'succeeded');
    apply(state, reused);
    expand(state, [1, 2]);
    const [one, two] = instances(state, 'x');
    finish(state, one!, 'succeeded');
    submit(state, two!);
    apply(state, { kind: 'instance.retried', instances: [[0, 1]] });
    finish(state, 0, 'succeeded');
    apply(state, { kind: 'instance.skipped', instance: 1 });
    expect(statesText(state)).toContain('x: retired submitted');
    expect(isUnwanted(state, two!)).toBe(true);
    apply(state, { kind: 'instance.retried', instances: [[0, 1]] });
    finish(state, 0, 'succeeded');
    apply(state, reused);
    expand(state, [1, 2]);
    end(state, two!, { kind: 'succeeded' });
    expect(statesText(state)).toContain('x: ready ready');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('retires what a key that is gone was spread out over further', () => {
    const nested: readonly TinyStep[] = [
      { name: 'a', count: 1 },
      { name: 'b', count: 1, dimensions: {} },
      { name: 'w', count: 0, fan: ['a', 'b'] },
    ];
    const state = runOf(...nested);
    finish(state, 0, 'succeeded');
    finish(state, 1, 'succeeded');
    expand(state, [1, 2]);
    expand(state, [7]);
    expect(instances(state, 'w').map((i) => instanceName(state.plan, i))).toEqual([
      ...['w[a=0, of_a=1, of_b=7]', 'w[a=0, of_a=2, of_b=7]'],
    ]);
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [2]);
    expand(state, [7]);
    expect(statesText(state)).toContain('w: retired ready');
    expect(recounted(state)).toEqual(counters(state));
    // The key comes back.
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    finish(state, 0, 'succeeded');
    expand(state, [1]);
    expand(state, [7]);
    expect(statesText(state)).toContain('w: ready retired');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('that cannot be expanded any more blocks what had come of it', () => {
    const { state, one, two } = underWay();
    end(state, one, { kind: 'succeeded' });
    end(state, two, { kind: 'succeeded' });
    apply(state, {
      kind: 'instance.retried',
      instances: [
        [0, 0],
        [one, two],
      ],
    });
    finish(state, 0, 'succeeded');
    const [row] = [...state.fan!.open];
    const [known] = expansion(state, row!, []).rows;
    const rows = [{ ...known!, failed: 'of no use' }];
    apply(state, { kind: 'step.expanded', step: 1, rows });
    expect(statesText(state)).toContain('x: blocked blocked');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('that a stopping run drops stays dropped in a snapshot, until something begins anew', () => {
    const state = runOf(...steps);
    finish(state, 0, 'succeeded');
    const [row] = [...state.fan!.open];
    const { step, rows } = expansion(state, row!, []);
    apply(state, { kind: 'step.expanded', step, rows: [{ ...rows[0]!, dropped: true }] });
    const { plan, rules } = tinyPlan(steps);
    const other = newState(plan, rules);
    expect(restore(other, snapshot(state))).toBe(true);
    expect(other.fan?.open.has(row!)).toBe(false);
    expect(counters(other)).toEqual(counters(state));
    finish(state, 1, 'failed');
    apply(state, { kind: 'instance.retried', instances: [[1, 1]] });
    expect(state.fan?.open.has(row!)).toBe(true);
  });
});
