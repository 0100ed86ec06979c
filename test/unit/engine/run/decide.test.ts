import { describe, expect, test } from 'vitest';
import type { Binder, Result } from '../../../../engine/bind/binding.ts';
import type { Resources } from '../../../../engine/ports.ts';
import { endingOf } from '../../../../engine/run/advice.ts';
import { decide } from '../../../../engine/run/decide.ts';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { follow, frontierOf } from '../../../../engine/run/frontier.ts';
import type { Notice } from '../../../../engine/run/notice.ts';
import { standingsOf } from '../../../../engine/run/result.ts';
import { type Decision, defaultTimings, type Lookup } from '../../../../engine/run/scene.ts';
import type { RunState } from '../../../../engine/run/state.ts';
import { type Behaviour, smallShape, tinyBinder } from '../../../simulator/tiny-binder.ts';
import { identity, type TinyStep } from '../../../simulator/tiny-plan.ts';
import { apply, runOf, statesText } from './run-fixture.ts';

interface Bench {
  readonly state: RunState;
  /** Decides until nothing follows; says what was decided. */
  decide(nowMs?: number): string[];
  effects: Decision['effects'];
  event(event: RunEvent): void;
  end(instance: number, outcome: 'succeeded' | 'failed' | 'lost'): void;
}

function benchOf(
  steps: readonly TinyStep[],
  options: {
    readonly behaviour?: Partial<Behaviour>;
    readonly cpus?: number;
    readonly ahead?: number;
    readonly lookup?: Lookup;
    readonly surprises?: Binder['surprises'];
    readonly notices?: readonly Notice[];
  } = {},
): Bench {
  const state = runOf(...steps);
  const frontier = frontierOf(state);
  const { surprises } = options;
  const binder = {
    ...tinyBinder(state, options.behaviour),
    ...(surprises ? { surprises } : {}),
  };
  const cpus = options.cpus ?? 2;
  const room = {
    cpus,
    memoryBytes: 1e12,
    totalCpus: cpus,
    totalMemoryBytes: 1e12,
    ahead: options.ahead ?? 0,
  };
  const capabilities = { bundles: true, arrays: false, sharedDirectory: true, graceMs: 1 };
  const scene = {
    run: 'r',
    root: '/r',
    state,
    frontier,
    binder,
    standings: standingsOf(state, '/r'),
    rooms: new Map([['local', { room, capabilities }]]),
    lookup: options.lookup,
    notices: options.notices ?? [],
    isRehearsal: false,
    largest: 100_000,
    leaving: undefined,
    nowMs: 0,
    timings: defaultTimings,
  };
  const bench: Bench = {
    state,
    effects: [],
    event: (event) => follow(frontier, state, apply(state, event, scene.nowMs)),
    decide(nowMs = scene.nowMs) {
      scene.nowMs = nowMs;
      const said: string[] = [];
      for (;;) {
        const { events, effects } = decide(scene);
        bench.effects.push(...effects);
        if (events.length === 0) return said;
        for (const event of events) {
          said.push(wordOf(event));
          bench.event(event);
        }
      }
    },
    end(instance, how) {
      const attempt = state.attempts.get(instance);
      if (!attempt) throw new Error(`${instance} has no attempt`);
      const cause =
        how === 'lost' ? ({ kind: 'lost' } as const) : ({ kind: 'exit', code: 3 } as const);
      const outcome =
        how === 'succeeded' ? ({ kind: how } as const) : ({ kind: 'failed', cause } as const);
      bench.event(endingOf(scene, attempt, { outcome, usage: {}, left: undefined }));
    },
  };
  return bench;
}

function wordOf(event: RunEvent): string {
  if (event.kind === 'submission.intended') {
    return `submit ${event.attempts.map((a) => `${a.instance}.${a.number}`).join('+')}`;
  }
  const instance = 'instance' in event ? ` ${event.instance}` : '';
  return event.kind === 'run.ended' ? `ended ${event.state}` : `${event.kind}${instance}`;
}

describe('room', () => {
  test('no more is offered than fits, and one ahead of it', () => {
    const bench = benchOf([{ name: 'a', count: 5 }], { ahead: 1 });
    expect(bench.decide()).toEqual(['submit 0.1', 'submit 1.1', 'submit 2.1']);
    bench.end(1, 'succeeded');
    expect(bench.decide()).toEqual(['submit 3.1']);
  });

  test('memory counts too', () => {
    const resources = { ...smallShape, memoryBytes: 0.7e12 };
    const bench = benchOf([{ name: 'a', count: 2 }], { behaviour: { resources } });
    expect(bench.decide()).toEqual(['submit 0.1']);
  });

  test('what could never fit fails at once and says why', () => {
    const resources: Resources = { ...smallShape, cpus: 3 };
    const bench = benchOf([{ name: 'a', count: 1 }], { behaviour: { resources } });
    expect(bench.decide()).toEqual(['instance.failed 0', 'ended failed']);
    expect(bench.state.failures.get(0)?.text).toContain('3 cpus');
  });

  test('larger priority first, then plan order', () => {
    const bench = benchOf([{ name: 'a', count: 4 }], {
      behaviour: { priority: (i) => (i === 2 ? 1 : 0) },
    });
    expect(bench.decide()).toEqual(['submit 2.1', 'submit 0.1']);
  });
});

describe('limits and bundles', () => {
  test('a limit per dimension holds back', () => {
    const bench = benchOf(
      [
        {
          name: 'a',
          count: 4,
          dimensions: { tract: 2, band: 2 },
          rules: { limit: { count: 1, per: ['tract'] } },
        },
      ],
      { cpus: 8 },
    );
    expect(bench.decide()).toEqual(['submit 0.1', 'submit 2.1']);
    bench.end(0, 'succeeded');
    expect(bench.decide()).toEqual(['submit 1.1']);
  });

  test('a bundle is one submission of one group, times added', () => {
    const resources = { ...smallShape, timeMs: 10 };
    const bench = benchOf(
      [
        {
          name: 'a',
          count: 6,
          dimensions: { visit: 2, sensor: 3 },
          rules: { bundle: { count: 2, by: ['visit'] } },
        },
      ],
      { cpus: 8, behaviour: { resources } },
    );
    expect(bench.decide()).toEqual([
      'submit 0.1+1.1',
      'submit 2.1',
      'submit 3.1+4.1',
      'submit 5.1',
    ]);
    expect(bench.state.submissions.get('braid-r-1')?.shape).toMatchObject({ cpus: 1, timeMs: 20 });
  });
});

describe('failures', () => {
  test('are tried again after their wait, then given up', () => {
    const bench = benchOf([{ name: 'a', count: 1 }], { behaviour: { retries: 1, waitMs: 100 } });
    bench.decide();
    bench.end(0, 'failed');
    expect(bench.decide()).toEqual([]);
    expect(bench.decide(100)).toEqual(['submit 0.2']);
    bench.end(0, 'failed');
    expect(bench.decide()).toEqual(['ended failed']);
  });

  test('lost ones have a budget of five of their own', () => {
    const bench = benchOf([{ name: 'a', count: 1 }]);
    for (let n = 1; n <= 6; n++) {
      expect(bench.decide()).toEqual([`submit 0.${n}`]);
      bench.end(0, 'lost');
    }
    expect(bench.decide()).toEqual(['ended failed']);
  });

  test('with `stop` nothing new begins, and closing steps still run', () => {
    const bench = benchOf([
      { name: 'a', count: 3 },
      {
        name: 'z',
        count: 1,
        after: [{ target: 'workflow', quantifier: 'all', statuses: ['finished'] }],
      },
    ]);
    Object.assign(bench.state.created ?? {}, { policy: 'stop' });
    bench.decide();
    bench.end(0, 'failed');
    expect(bench.decide()).toEqual([]);
    bench.end(1, 'succeeded');
    expect(bench.decide()).toEqual(['instance.cancelled', 'submit 3.1']);
    bench.end(3, 'succeeded');
    expect(bench.decide()).toEqual(['ended failed']);
    expect(statesText(bench.state)).toBe('a: failed succeeded cancelled; z: succeeded');
  });
});

describe('a drain', () => {
  test('begins nothing and interrupts when all is quiet', () => {
    const bench = benchOf([{ name: 'a', count: 3 }]);
    bench.decide();
    bench.event({ kind: 'run.draining' });
    bench.end(0, 'succeeded');
    expect(bench.decide()).toEqual([]);
    bench.end(1, 'succeeded');
    expect(bench.decide()).toEqual(['ended interrupted']);
  });
});

describe('reuse', () => {
  const result = (files: Result['files']): Result => ({
    fingerprint: '0()',
    directory: '/earlier',
    values: {},
    files,
  });

  test('a result without files is reused at once', () => {
    const bench = benchOf([{ name: 'a', count: 1 }], { lookup: () => new Map([[0, result([])]]) });
    expect(bench.decide()).toEqual(['instance.reused 0', 'ended succeeded']);
  });

  test('one of another size than its step expects is told, or fails where that is strict', () => {
    const steps = [{ name: 'a', count: 1 }];
    const message = '`t` has 1, where 2..9 were expected';
    const span = { source: { name: '', text: '' }, start: 0, end: 0 };
    const diagnostics = [{ code: 'E0714', severity: 'error', message, span }] as const;
    const lookup = () => new Map([[0, result([])]]);
    const told = benchOf(steps, { lookup, surprises: () => ({ diagnostics, isStrict: false }) });
    expect(told.decide()).toEqual(['instance.warned 0', 'instance.reused 0', 'ended succeeded']);
    const strict = benchOf(steps, { lookup, surprises: () => ({ diagnostics, isStrict: true }) });
    expect(strict.decide()).toEqual(['instance.failed 0', 'ended failed']);
    expect(strict.state.failures.get(0)?.text).toBe(`[E0714] ${message}`);
  });

  test('one with files is verified before', () => {
    const files = [{ name: 'x', path: 'x', size: 1, mtimeMs: 2 }];
    const bench = benchOf([{ name: 'a', count: 1 }], {
      lookup: () => new Map([[0, result(files)]]),
    });
    expect(bench.decide()).toEqual([]);
    expect(bench.effects).toMatchObject([{ kind: 'verify', candidates: [{ instance: 0 }] }]);
  });
});

describe('environments', () => {
  test('are prepared once, before what needs them', () => {
    const bench = benchOf([{ name: 'a', count: 2 }], { behaviour: { environment: 'stack' } });
    expect(bench.decide()).toEqual(['environment.preparing']);
    expect(bench.effects).toEqual([{ kind: 'prepare', site: 'local', name: 'stack' }]);
  });
});

test('an absent input blocks without failing the run', () => {
  const bench = benchOf([
    { name: 'a', count: 2, rules: { tolerate: 1 } },
    { name: 'b', count: 2, reads: [{ from: 'a', relation: identity }] },
  ]);
  bench.decide();
  bench.end(0, 'failed');
  bench.end(1, 'succeeded');
  expect(bench.decide()).toEqual(['instance.blocked 2', 'submit 3.1']);
  bench.end(3, 'succeeded');
  expect(bench.decide()).toEqual(['ended succeeded']);
});

describe('policy canary', () => {
  const steps = [{ name: 'a', count: 6, rules: { canary: 2 } }];

  test('the first of a step go alone; one that ends well lets the others go', () => {
    const bench = benchOf(steps, { cpus: 6 });
    expect(bench.decide()).toEqual(['submit 0.1', 'submit 1.1']);
    bench.end(0, 'succeeded');
    expect(bench.decide()).toEqual([]);
    bench.end(1, 'failed');
    expect(bench.decide()).toEqual(['submit 2.1', 'submit 3.1', 'submit 4.1', 'submit 5.1']);
  });

  test('all of the first fail: the others are given up, and a retry sends the first ahead again', () => {
    const bench = benchOf(steps, { cpus: 6 });
    bench.decide();
    bench.end(0, 'failed');
    bench.end(1, 'failed');
    expect(bench.decide()).toEqual(['instance.cancelled', 'ended failed']);
    expect(statesText(bench.state)).toBe(
      'a: failed failed cancelled cancelled cancelled cancelled',
    );
    expect(bench.state.reasons.get(5)).toBe('the first 2 instances of `a` failed (policy canary)');
    bench.event({ kind: 'instance.retried', instances: [[0, 5]] });
    bench.event({ kind: 'run.started', epoch: 2, host: 'h', pid: 1 });
    expect(bench.decide()).toEqual(['submit 0.2', 'submit 1.2']);
  });

  test('a canary that is tried again still stands for its step', () => {
    const bench = benchOf(steps, { cpus: 6, behaviour: { retries: 1, waitMs: 1_000 } });
    bench.decide();
    bench.end(0, 'failed');
    bench.end(1, 'failed');
    expect(bench.decide()).toEqual([]);
    expect(bench.decide(2_000)).toEqual(['submit 0.2', 'submit 1.2']);
  });
});

describe('notices', () => {
  const span = { source: { name: 'w', text: '' }, start: 0, end: 0 };
  const notices = [
    { channel: 'ops', on: new Set(['failed', 'finished']), span },
    { channel: 'boss', on: new Set(['succeeded']), span },
  ];

  test('one that fits goes out before the run ends, once for this end', () => {
    const bench = benchOf([{ name: 'a', count: 1 }], { notices });
    bench.decide();
    bench.end(0, 'failed');
    expect(bench.decide()).toEqual(['notification.intended']);
    expect(bench.effects.at(-1)).toEqual({ kind: 'notify', id: '0-0-failed' });
    expect(bench.decide()).toEqual([]);
    const answer = { kind: 'notification.ended', id: '0-0-failed' } as const;
    bench.event({ ...answer, delivered: false, text: 'gone' });
    expect(bench.decide()).toEqual(['ended failed']);
  });

  test('after a retry the next end is told again', () => {
    const bench = benchOf([{ name: 'a', count: 1 }], { notices });
    bench.decide();
    bench.end(0, 'failed');
    bench.decide();
    bench.event({ kind: 'notification.ended', id: '0-0-failed', delivered: true, text: '' });
    bench.decide();
    bench.event({ kind: 'instance.retried', instances: [[0, 0]] });
    bench.event({ kind: 'run.started', epoch: 2, host: 'h', pid: 1 });
    bench.decide();
    bench.end(0, 'succeeded');
    expect(bench.decide()).toEqual(['notification.intended', 'notification.intended']);
    expect([...bench.state.notices.keys()]).toEqual([
      '0-0-failed',
      '1-0-succeeded',
      '1-1-succeeded',
    ]);
  });
});
