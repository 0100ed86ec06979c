import { describe, expect, test } from 'vitest';
import { newState } from '../../../../engine/drive/fold.ts';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { intervene } from '../../../../engine/run/intervene.ts';
import { restore, snapshot } from '../../../../engine/run/snapshot.ts';
import { IllegalTransition } from '../../../../engine/run/state.ts';
import { instanceMachine, next } from '../../../../engine/run/states.ts';
import { smallShape } from '../../../simulator/tiny-binder.ts';
import { identity } from '../../../simulator/tiny-plan.ts';
import { apply, counters, finish, recounted, runOf, statesText, submit } from './run-fixture.ts';

const pair = [
  { name: 'a', count: 2 },
  { name: 'b', count: 2, reads: [{ from: 'a', relation: identity }] },
];

describe('events', () => {
  test('a second time change nothing', () => {
    const state = runOf(...pair);
    const number = submit(state, 0);
    const key = 'braid-r-1';
    const events: RunEvent[] = [
      { kind: 'submission.unknown', key, text: 't' },
      { kind: 'submission.repeated', key, offers: 2 },
      { kind: 'submission.returned', key, text: 't' },
      { kind: 'submission.repeated', key, offers: 1 },
      { kind: 'environment.preparing', site: 's', name: 'e' },
      { kind: 'environment.failed', site: 's', name: 'e', text: 't', againAtMs: 5 },
      { kind: 'submission.accepted', key: 'braid-r-1', externalId: '7' },
      { kind: 'attempt.running', instance: 0, number },
      { kind: 'instance.held', instances: [[1, 3]] },
      { kind: 'attempt.ended', instance: 0, number, outcome: { kind: 'succeeded' }, usage: {} },
      { kind: 'instance.released', instances: [[1, 2]] },
      { kind: 'instance.cancelled', instances: [[1, 1]], because: 'test' },
      { kind: 'instance.retried', instances: [[1, 1]] },
      { kind: 'run.draining' },
    ];
    for (const event of events) {
      apply(state, event);
      const once = [snapshot(state), counters(state)];
      apply(state, event);
      expect([snapshot(state), counters(state)], event.kind).toEqual(once);
    }
  });

  test('that are illegal are refused', () => {
    const state = runOf(...pair);
    expect(() => submit(state, 2)).toThrow(IllegalTransition);
    expect(next(instanceMachine, 'waiting', 'succeed' as never)).toBeUndefined();
  });

  test('of an attempt that has ended have no effect', () => {
    const state = runOf(...pair);
    finish(state, 0, 'retried');
    const before = statesText(state);
    apply(state, {
      kind: 'attempt.ended',
      instance: 0,
      number: 1,
      outcome: { kind: 'succeeded' },
      usage: {},
    });
    expect(statesText(state)).toBe(before);
    expect(before).toBe('a: ready ready; b: waiting waiting');
  });

  test('of an attempt that has ended have no effect on the next one', () => {
    const state = runOf(...pair);
    finish(state, 0, 'retried');
    submit(state, 0);
    const before = statesText(state);
    const late = { instance: 0, number: 1 };
    apply(state, { kind: 'attempt.running', ...late });
    apply(state, { kind: 'attempt.suspected', ...late, text: 't' });
    apply(state, { kind: 'attempt.ended', ...late, outcome: { kind: 'succeeded' }, usage: {} });
    expect(statesText(state)).toBe(before);
    expect(before).toBe('a: submitted ready; b: waiting waiting');
  });

  test('of a hold outlive a cancel, a failure before it and a retry, until it is released', () => {
    const state = runOf(...pair);
    apply(state, { kind: 'instance.held', instances: [[1, 2]] });
    apply(state, { kind: 'instance.cancelled', instances: [[1, 1]], because: 'test' });
    finish(state, 0, 'failed');
    expect(statesText(state)).toBe('a: failed cancelled; b: blocked blocked');
    apply(state, { kind: 'instance.retried', instances: [[0, 1]] });
    expect(statesText(state)).toBe('a: ready held; b: held waiting');
    apply(state, { kind: 'instance.released', instances: [[1, 2]] });
    expect(statesText(state)).toBe('a: ready ready; b: waiting waiting');
  });
});

describe('budgets', () => {
  test('preempted, lost and infrastructure are not charged', () => {
    const state = runOf(...pair);
    for (const kind of ['lost', 'oom', 'preempted', 'infrastructure'] as const) {
      const number = submit(state, 0);
      apply(state, {
        kind: 'attempt.ended',
        instance: 0,
        number,
        outcome: { kind: 'failed', cause: { kind } },
        usage: {},
        again: { atMs: 0, resources: smallShape },
      });
    }
    expect(state.instances.charged[0]).toBe(1);
    expect(state.instances.attempts[0]).toBe(4);
    expect(state.causes.get(0)).toEqual({ lost: 1, oom: 1, preempted: 1, infrastructure: 1 });
  });
});

describe('a retry by a person', () => {
  test('gives fresh budgets and unblocks, in a finished run too', () => {
    const state = runOf(...pair);
    finish(state, 0, 'failed');
    finish(state, 1, 'succeeded');
    finish(state, 3, 'succeeded');
    apply(state, { kind: 'run.ended', state: 'failed' });
    expect(statesText(state)).toBe('a: failed succeeded; b: blocked succeeded');
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    expect(statesText(state)).toBe('a: ready succeeded; b: waiting succeeded');
    expect(state.run).toBe('interrupted');
    expect(submit(state, 0)).toBe(2);
  });

  test('leaves what fails otherwise blocked', () => {
    const state = runOf(...pair);
    finish(state, 0, 'failed');
    finish(state, 1, 'failed');
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    expect(statesText(state)).toBe('a: ready failed; b: waiting blocked');
  });
});

describe('a cancel', () => {
  test('ends what has not begun, and marks what is under way', () => {
    const state = runOf(...pair);
    submit(state, 0);
    apply(state, { kind: 'run.cancelled' });
    expect(statesText(state)).toBe('a: submitted cancelled; b: cancelled cancelled');
    const outcome = { kind: 'succeeded' } as const;
    apply(state, { kind: 'attempt.ended', instance: 0, number: 1, outcome, usage: {} });
    expect(statesText(state)).toBe('a: succeeded cancelled; b: cancelled cancelled');
  });
});

describe('what is under way while what it reads is made anew', () => {
  const again = { atMs: 0, resources: smallShape };
  const cause = { kind: 'exit', code: 1 } as const;

  /** `b[0]` runs, and `a[0]` waits to be made anew. */
  function underWay() {
    const state = runOf(...pair);
    finish(state, 0, 'succeeded');
    const number = submit(state, 2);
    apply(state, { kind: 'instance.retried', instances: [[0, 0]] });
    const fail = () =>
      apply(state, {
        ...{ kind: 'attempt.ended', instance: 2, number, usage: {}, again },
        outcome: { kind: 'failed', cause },
      });
    return { state, fail };
  }

  test('is tried again once that is there', () => {
    const { state, fail } = underWay();
    fail();
    expect(statesText(state)).toBe('a: ready ready; b: waiting waiting');
    finish(state, 0, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded ready; b: ready waiting');
    expect(state.again.has(2)).toBe(true);
  });

  test('is not tried again if that fails', () => {
    const { state, fail } = underWay();
    finish(state, 0, 'failed');
    fail();
    expect(statesText(state)).toBe('a: failed ready; b: blocked waiting');
    expect(recounted(state)).toEqual(counters(state));
  });
});

test('a run that is being cancelled is neither tried again nor rolled back before it has ended', () => {
  const state = runOf(...pair);
  submit(state, 0);
  apply(state, { kind: 'run.cancelled' });
  for (const verb of ['retry', 'rollback'] as const) {
    const arrival = { id: verb, content: { verb, selector: 'a', by: '' } };
    for (const event of intervene(state, arrival, () => ({ instances: [0, 1] })))
      apply(state, event);
    expect(state.interventions.get(verb)?.answer?.text).toBe(
      'the run is being cancelled; wait until it has ended',
    );
  }
  expect(statesText(state)).toBe('a: submitted cancelled; b: cancelled cancelled');
});

describe('a snapshot', () => {
  test('comes back as it was', () => {
    const state = runOf(...pair);
    finish(state, 0, 'retried');
    submit(state, 1);
    apply(state, { kind: 'environment.failed', site: 's', name: 'e', text: 't' });
    const other = newState(state.plan, state.rules);
    expect(restore(other, snapshot(state))).toBe(true);
    expect(statesText(other)).toBe(statesText(state));
    expect(counters(other)).toEqual(counters(state));
    expect(snapshot(other)).toEqual(snapshot(state));
  });

  test('of another plan, of another form or torn is not read', () => {
    const state = runOf(...pair);
    const bytes = snapshot(state);
    const fresh = () => newState(state.plan, state.rules);
    expect(restore(runOf({ name: 'a', count: 1 }), bytes)).toBe(false);
    expect(restore(fresh(), bytes.subarray(0, bytes.length - 1))).toBe(false);
    expect(restore(fresh(), new TextEncoder().encode('{"form":0}\n'))).toBe(false);
    expect(restore(fresh(), new Uint8Array())).toBe(false);
  });
});
