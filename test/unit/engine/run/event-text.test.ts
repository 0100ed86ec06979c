import { expect, test } from 'vitest';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { eventText } from '../../../../engine/run/event-text.ts';

const binder = { name: (instance: number) => `a[i=${instance}]` };
const text = (event: RunEvent) => eventText(event, binder);

const resources = {
  cpus: 1,
  gpus: 0,
  memoryBytes: undefined,
  timeMs: undefined,
  diskBytes: undefined,
};

test('events of a run, in words', () => {
  expect(text({ kind: 'run.started', epoch: 2, host: 'sdf', pid: 7 })).toBe(
    'engine 2 started on sdf (process 7)',
  );
  expect(text({ kind: 'run.draining' })).toBe('no new work from here on');
  expect(text({ kind: 'run.ended', state: 'failed' })).toBe('run failed');
});

test('one instance is named, many are counted', () => {
  expect(text({ kind: 'instance.held', instances: [[4, 4]] })).toBe('a[i=4] held');
  const instances = [
    [0, 9],
    [20, 20],
  ] as const;
  expect(text({ kind: 'instance.cancelled', instances, because: 'by jc' })).toBe(
    '11 instances cancelled: by jc',
  );
  expect(text({ kind: 'instance.retried', instances, with: { cpus: 2 } })).toBe(
    '11 instances to be tried again with cpus = 2',
  );
});

test('submissions name their attempts, a second try with its number', () => {
  const attempt = { fingerprint: 'f', resources };
  const attempts = [
    { ...attempt, instance: 3, number: 2 },
    { ...attempt, instance: 4, number: 1 },
  ];
  const intended = { kind: 'submission.intended', site: 'local', form: 'bundle' } as const;
  const shape = { shape: resources, priority: 0 };
  expect(text({ ...intended, ...shape, key: 'braid-abcdefghij-1', attempts })).toBe(
    'braid-abcdefghij-1 to local: a[i=3] (attempt 2), a[i=4]',
  );
  expect(text({ kind: 'submission.unknown', key: 'k', text: 'no reply' })).toBe(
    'k in doubt: no reply',
  );
});

test('an attempt that fails says why, and whether it is tried again', () => {
  const ended = { kind: 'attempt.ended', instance: 3, number: 2, usage: {} } as const;
  expect(text({ ...ended, outcome: { kind: 'succeeded' } })).toBe('a[i=3] attempt 2 succeeded');
  const outcome = { kind: 'failed', cause: { kind: 'exit', code: 3 }, text: 'disk full' } as const;
  expect(text({ ...ended, outcome, again: { atMs: 5, resources } })).toBe(
    'a[i=3] attempt 2 failed: exit(3), disk full, to be tried again',
  );
});

test('interventions say who and what, and how they were answered', () => {
  const received = { kind: 'intervention.received', id: 'x', verb: 'hold' } as const;
  expect(text({ ...received, selector: ':failed', by: 'jc' })).toBe('hold :failed by jc');
  expect(text({ ...received, selector: '', by: '' })).toBe('hold everything');
  const answered = { kind: 'intervention.answered', id: 'x', count: 0 } as const;
  expect(text({ ...answered, accepted: false, text: 'no such step' })).toBe(
    'refused: no such step',
  );
});
