import { expect, it } from 'vitest';
import type { Cause, Resources } from '../../../../engine/ports.ts';
import { type Given, given } from './given.ts';

const workflow = (retry: string) => `
step work for each n in [1, 2] {
  resources { memory = 8 GB, time = 2 h, cpus = 2 }
  ${retry}
  script bash """
    work @{n}
  """
}`;

const start: Resources = {
  cpus: 2,
  memoryBytes: 8e9,
  timeMs: 7_200_000,
  diskBytes: undefined,
  gpus: 0,
};
const exit = (code: number): Cause => ({ kind: 'exit', code });
const oom: Cause = { kind: 'oom' };

/** What a row of bad ends leads to: `12 GB, 2 h, wait 300 s` for a new try, or `-`. */
function advise(from: Given, instance: string, ...causes: Cause[]): string[] {
  let resources = start;
  const seen = new Map<string, number>();
  let charged = 0;
  return causes.map((cause, at) => {
    const kind = cause.kind === 'exit' ? `exit ${cause.code}` : cause.kind;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (!['lost', 'preempted', 'infrastructure'].includes(cause.kind)) charged++;
    const ofCause = seen.get(kind) ?? 0;
    const failed = { cause, resources, number: at + 1, charged, ofCause };
    const advice = from.binder.retry(from.id(instance), failed);
    if (advice.kind === 'give up') return '-';
    resources = advice.resources;
    const { memoryBytes = 0, timeMs = 0, cpus } = resources;
    const wait = advice.waitMs > 0 ? `, wait ${advice.waitMs / 1000} s` : '';
    return `${memoryBytes / 1e9} GB, ${timeMs / 3_600_000} h, ${cpus} cpus${wait}`;
  });
}

const same = '8 GB, 2 h, 2 cpus';

it('gives up at once without `retry`, but not for what the place has spoiled', async () => {
  const from = await given(workflow(''));
  expect(advise(from, 'work[n=1]', exit(1))).toEqual(['-']);
  expect(advise(from, 'work[n=1]', oom)).toEqual(['-']);
  for (const kind of ['lost', 'preempted', 'infrastructure'] as const) {
    expect(advise(from, 'work[n=1]', ...Array.from({ length: 6 }, () => ({ kind })))).toEqual([
      ...Array.from({ length: 5 }, () => same),
      '-',
    ]);
  }
});

it('tries any cause n times more without a block, whatever a place has spoiled between', async () => {
  const from = await given(workflow('retry 2'));
  expect(
    advise(from, 'work[n=1]', exit(1), { kind: 'lost' }, { kind: 'invalid' }, { kind: 'missing' }),
  ).toEqual([same, same, same, '-']);
});

it('tries only listed causes with a block, and escalates what the failed attempt had', async () => {
  const from = await given(
    workflow(`retry 4 {
    on oom { memory = min(memory * 2, 20 GB), cpus = cpus + n }
    on timeout { time = time * 1.5 }
  }`),
  );
  expect(advise(from, 'work[n=1]', oom, oom, { kind: 'timeout' }, exit(1))).toEqual([
    '16 GB, 2 h, 3 cpus',
    '20 GB, 2 h, 4 cpus',
    '20 GB, 3 h, 4 cpus',
    '-',
  ]);
  expect(advise(from, 'work[n=2]', oom)).toEqual(['16 GB, 2 h, 4 cpus']);
});

it('counts the most specific clause: code, then cause, then any', async () => {
  const from = await given(
    workflow(`retry 9 {
    on any { wait = 1 s }
    on exit { wait = 2 s }
    on exit(75, 111) { wait = 5 min * attempt }
    on exit(3) { attempts = 0 }
  }`),
  );
  const causes = [exit(75), exit(111), exit(1), oom, { kind: 'signal', signal: 9 } as const];
  expect(advise(from, 'work[n=1]', ...causes).map((text) => text.split('wait ')[1])).toEqual([
    '300 s',
    '600 s',
    '2 s',
    '1 s',
    '1 s',
  ]);
  expect(advise(from, 'work[n=1]', exit(3))).toEqual(['-']);
});

it('holds a cause to its own bound', async () => {
  const from = await given(workflow('retry 5 {\n    on oom { attempts = 1 }\n    on exit\n  }'));
  expect(advise(from, 'work[n=1]', exit(1), oom, exit(1), oom)).toEqual([same, same, same, '-']);
  const lost = await given(workflow('retry 5 {\n    on lost { attempts = 1, wait = 10 s }\n  }'));
  expect(advise(lost, 'work[n=1]', { kind: 'lost' }, { kind: 'lost' })).toEqual([
    `${same}, wait 10 s`,
    '-',
  ]);
});
