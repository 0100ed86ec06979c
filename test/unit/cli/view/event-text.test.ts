import { expect, test } from 'vitest';
import { eventText } from '../../../../cli/view/event-text.ts';
import type { RunEvent } from '../../../../engine/index.ts';

const binder = { name: (instance: number) => `a[i=${instance}]` };
const text = (event: RunEvent) => eventText(event, binder);

const resources = {
  cpus: 1,
  gpus: 0,
  memoryBytes: undefined,
  timeMs: undefined,
  diskBytes: undefined,
};

test('events of a run', () => {
  expect(text({ kind: 'run.started', epoch: 2, host: 'sdf', pid: 7 })).toBe(
    'run.started  epoch 2  sdf, pid 7',
  );
  expect(text({ kind: 'run.draining' })).toBe('run.draining');
  expect(text({ kind: 'run.ended', state: 'failed' })).toBe('run.ended  failed');
});

test('some instances are named, many are counted', () => {
  expect(text({ kind: 'instance.held', instances: [[4, 5]] })).toBe(
    'instance.held  a[i=4], a[i=5]',
  );
  const many = text({ kind: 'instance.cancelled', instances: [[0, 99]], because: 'by jc' });
  expect(many).toBe('instance.cancelled  a[i=0], a[i=1], a[i=2] and 97 more  by jc');
});

test('submissions and attempts', () => {
  expect(
    text({
      kind: 'submission.intended',
      key: 'braid-abcdefghij-1',
      site: 'local',
      form: 'single',
      shape: resources,
      priority: 0,
      attempts: [{ instance: 3, number: 2, fingerprint: 'f', resources }],
    }),
  ).toBe('submission.intended  braid-abcdefghij-1  local  a[i=3] #2');
  const ended = { kind: 'attempt.ended', instance: 3, number: 2 } as const;
  expect(text({ ...ended, outcome: { kind: 'succeeded' }, usage: { wallMs: 1234 } })).toBe(
    'attempt.ended  a[i=3] #2  succeeded  1.23 s',
  );
  const failed = {
    kind: 'failed',
    cause: { kind: 'exit', code: 3 },
    text: 'disk is full',
  } as const;
  expect(text({ ...ended, outcome: failed, usage: {}, again: { atMs: 5, resources } })).toBe(
    'attempt.ended  a[i=3] #2  exit 3: disk is full  tried again',
  );
});

test('an exit 137 is told from an out of memory, which is certain', () => {
  const failed = { kind: 'instance.failed', instance: 0, text: '' } as const;
  expect(text({ ...failed, cause: { kind: 'oom' } })).toBe(
    'instance.failed  a[i=0]  out of memory',
  );
  expect(text({ ...failed, cause: { kind: 'exit', code: 137 } })).toContain('if memory was short');
});

test("a payload's or user's words cannot steer the terminal, nor make a second line", () => {
  const line = text({
    kind: 'instance.blocked',
    instance: 0,
    reason: '\u001b[2J\r\nfake line\u009b',
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});
