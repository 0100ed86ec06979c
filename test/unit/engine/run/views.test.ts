import { expect, test } from 'vitest';
import { memoryFiles } from '../../../../engine/files.ts';
import { inboxPath, parseIntervention, readArrivals } from '../../../../engine/inbox.ts';
import { eventText } from '../../../../engine/run/event-text.ts';
import { explainInstance } from '../../../../engine/run/explain.ts';
import { intervene, retryTargets } from '../../../../engine/run/intervene.ts';
import { eachOf, sizeOf, toRanges } from '../../../../engine/run/ranges.ts';
import { failuresOf, statusOf } from '../../../../engine/run/status.ts';
import { tinyBinder } from '../../../simulator/tiny-binder.ts';
import { gatherAll, identity } from '../../../simulator/tiny-plan.ts';
import { apply, finish, runOf } from './run-fixture.ts';

test('the status counts by step, reused apart from succeeded', () => {
  const state = runOf({ name: 'a', count: 3 });
  finish(state, 0, 'succeeded');
  apply(state, {
    kind: 'instance.reused',
    instance: 1,
    fingerprint: 'f',
    result: { fingerprint: 'f', directory: '/d', values: {}, files: [] },
  });
  const [step] = statusOf(state).steps;
  expect(step).toMatchObject({ name: 'a', total: 3, succeeded: 1, reused: 1, ready: 1, failed: 0 });
});

test('why: the members that hold an instance up', () => {
  const state = runOf(
    { name: 'a', count: 3 },
    { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherAll(3) }] },
  );
  finish(state, 0, 'succeeded');
  expect(explainInstance(state, 3)).toMatchObject({
    state: 'waiting',
    needs: [{ label: 'a', total: 3, open: 2, members: [{ instance: 1 }, { instance: 2 }] }],
  });
  finish(state, 1, 'failed');
  expect(explainInstance(state, 3).needs[0]?.members[0]).toEqual({ instance: 1, state: 'failed' });
  expect(explainInstance(state, 3).state).toBe('blocked');
});

test('why: that more have failed than is tolerated', () => {
  const state = runOf(
    { name: 'a', count: 3, rules: { tolerate: 1 } },
    { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherAll(3) }] },
  );
  for (const instance of [0, 1]) finish(state, instance, 'failed');
  finish(state, 2, 'succeeded');
  const [need] = explainInstance(state, 3).needs;
  expect(need).toMatchObject({ total: 3, open: 0, blocking: 2, tolerated: 1 });
});

test('a retry touches what failed among those that are named, and what ended after it', () => {
  const state = runOf(
    { name: 'a', count: 3 },
    { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherAll(3) }] },
  );
  finish(state, 0, 'succeeded');
  finish(state, 1, 'failed');
  const { tried, instances } = retryTargets(state, [0, 1, 2]);
  expect([tried, [...instances].sort()]).toEqual([[1], [1, 3]]);
});

test('failures say whether they are tolerated or tried again', () => {
  const state = runOf({ name: 'a', count: 2, rules: { tolerate: 1 } }, { name: 'b', count: 1 });
  finish(state, 0, 'failed');
  finish(state, 2, 'retried');
  const binder = tinyBinder(state);
  expect(failuresOf(state, binder).map((f) => `${f.name} ${f.standing}`)).toEqual([
    'a[a=0] tolerated',
    'b[b=0] tried again',
  ]);
  const ended = { kind: 'attempt.ended', instance: 0, number: 2, usage: {} } as const;
  const outcome = { kind: 'failed', cause: { kind: 'exit', code: 3 }, text: 'no' } as const;
  expect(eventText({ ...ended, outcome }, binder)).toBe('a[a=0] attempt 2 failed: exit(3), no');
});

test('ranges hold many instances in few words', () => {
  expect(toRanges([5, 1, 2, 3, 3])).toEqual([
    [1, 3],
    [5, 5],
  ]);
  expect([
    ...eachOf([
      [1, 3],
      [5, 5],
    ]),
  ]).toEqual([1, 2, 3, 5]);
  expect(
    sizeOf([
      [1, 3],
      [5, 5],
    ]),
  ).toBe(4);
});

test('an intervention is answered once, with what it touched', () => {
  const state = runOf(
    { name: 'a', count: 3 },
    { name: 'b', count: 3, reads: [{ from: 'a', relation: identity }] },
  );
  const content = { verb: 'hold', selector: 'a', by: 'jc' } as const;
  const select = () => ({ instances: [0, 1, 2] });
  const events = intervene(state, { id: 'x', content }, select);
  expect(events.map((event) => event.kind)).toEqual([
    'intervention.received',
    'instance.held',
    'intervention.answered',
  ]);
  expect(events.at(-1)).toMatchObject({ accepted: true, count: 3, text: '3 instances held' });
  for (const event of events) apply(state, event);
  expect(intervene(state, { id: 'x', content }, select)).toEqual([]);
  const preferred = { verb: 'hold', selector: 'b', by: '', with: { priority: 7 } } as const;
  const raised = intervene(state, { id: 'z', content: preferred }, () => ({ instances: [3, 4] }));
  expect(raised[1]).toEqual({ kind: 'instance.prioritised', instances: [[3, 4]], priority: 7 });
  expect(raised[2]).toEqual({ kind: 'instance.held', instances: [[3, 4]] });
  const bad = intervene(state, { id: 'y', content }, () => ({ invalid: 'no such step' }));
  expect(bad.at(-1)).toMatchObject({ accepted: false, text: 'no such step' });
});

test('files of the inbox are checked field by field', async () => {
  expect(parseIntervention('{')).toHaveProperty('invalid');
  expect(parseIntervention('{"format":1,"verb":"drop"}')).toHaveProperty('invalid');
  expect(parseIntervention('{"format":1,"verb":"priority"}')).toHaveProperty('invalid');
  expect(parseIntervention('{"format":1,"verb":"retry","with":{"cpus":"2"}}')).toHaveProperty(
    'invalid',
  );
  const retry =
    '{"format":1,"verb":"retry","selector":":failed","by":"me","with":{"cpus":2,"priority":-1}}';
  const expected = {
    verb: 'retry',
    selector: ':failed',
    by: 'me',
    with: { cpus: 2, priority: -1 },
  };
  expect(parseIntervention(retry)).toEqual(expected);
  const files = memoryFiles({
    [inboxPath('/r', 'one')]: retry,
    [inboxPath('/r', 'two')]: retry,
    '/r/inbox/two.answer.json': '{}',
    '/r/inbox/half.json.tmp': '{',
  });
  expect(await readArrivals(files, '/r')).toEqual([{ id: 'one', content: expected }]);
});
