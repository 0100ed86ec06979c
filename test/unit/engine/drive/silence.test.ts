import { describe, expect, test } from 'vitest';
import type { Expression } from '../../../../dsl/index.ts';
import { inProcess } from '../../../../engine/dispatch/in-process.ts';
import type { Departure, DriveOptions, Driving } from '../../../../engine/drive/options.ts';
import { drive } from '../../../../engine/drive.ts';
import { memoryFiles } from '../../../../engine/files.ts';
import { leaseState } from '../../../../engine/journal/lease.ts';
import { memoryStore, openMemoryJournal } from '../../../../engine/journal/memory.ts';
import {
  type Clock,
  type Dispatcher,
  LEASE_MS,
  type Observation,
  type Report,
  type Room,
  type Runner,
} from '../../../../engine/ports.ts';
import { deadlines } from '../../../../engine/run/deadline-table.ts';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { defaultTimings } from '../../../../engine/run/scene.ts';
import {
  attemptMachine,
  instanceMachine,
  runMachine,
  type StateRow,
} from '../../../../engine/run/states.ts';
import { suspectsOf } from '../../../../engine/run/status.ts';
import { created } from '../../../simulator/scenario.ts';
import { type Behaviour, tinyBinder } from '../../../simulator/tiny-binder.ts';
import { tinyPlan } from '../../../simulator/tiny-plan.ts';
import { virtualTime } from '../../../simulator/virtual-time.ts';

const HOUR_MS = 3_600_000;
const never = () => new Promise<never>(() => {});
const room: Room = { cpus: 1, memoryBytes: 1e12, totalCpus: 1, totalMemoryBytes: 1e12, ahead: 0 };

/** A site that takes everything and says nothing more. */
const silent: Runner = {
  kind: 'silent',
  capabilities: () => ({ bundles: false, arrays: false, sharedDirectory: true, graceMs: 15_000 }),
  check: async () => [],
  prepare: async () => ({ kind: 'ready', setup: [] }),
  submit: async (batch) =>
    batch.map(({ key }) => ({ kind: 'accepted', key, externalId: `job of ${key}` })),
  find: async (keys) => new Map(keys.map((key) => [key, { kind: 'unknown', text: 'no answer' }])),
  poll: async () => [],
  cancel: async () => {},
  log: async () => ({ bytes: new Uint8Array(), from: 0, size: 0, ended: true }),
  room: async () => room,
  close: async () => {},
};

type Options = Partial<Omit<DriveOptions, 'plan' | 'binder'>> & {
  readonly runner?: Partial<Runner>;
  readonly behaviour?: Partial<Behaviour>;
  readonly channel?: string;
};

interface Stage {
  readonly driving: Driving;
  readonly left: () => Departure | undefined;
  /** Events with the run's clock. */
  events(kind: RunEvent['kind']): { readonly runMs: number; readonly event: RunEvent }[];
  /** Lets so much time go by, or less if the run ends before. */
  pass(ms: number): Promise<void>;
  nowMs(): number;
}

/** One instance at a site that does only what `options` say. */
async function stageOf(options: Options = {}): Promise<Stage> {
  const { runner = {}, behaviour = {}, channel, ...others } = options;
  const { plan, rules } = tinyPlan([{ name: 'a', count: 1 }]);
  if (channel !== undefined) {
    const text = { kind: 'string', parts: [{ kind: 'text', text: channel }] };
    const notice = { channel: text as unknown as Expression, on: ['finished'], span: undefined };
    Object.assign(plan.program, { notifications: [notice] });
  }
  const time = virtualTime(0);
  const clock: Clock = { runMs: time.nowMs, wall: () => new Date(time.nowMs()), wake: time.at };
  const store = memoryStore();
  const holder = { host: 'h', pid: 1, startTicks: '', bootId: '', pidNamespace: '' };
  const opened = openMemoryJournal(store, { holder, wallMs: time.nowMs });
  if (opened.kind !== 'opened') throw new Error('held');
  const runners = new Map([['local', { ...silent, ...runner }]]);
  let left: Departure | undefined;
  let driving: Driving | undefined;
  void drive({
    run: 'abcdefghij',
    directory: '/run',
    plan,
    rules,
    binder: tinyBinder({ plan, rules } as Parameters<typeof tinyBinder>[0], behaviour),
    journal: opened.journal,
    dispatcher: inProcess({ runners, clock }),
    runners,
    files: memoryFiles(),
    clock,
    host: 'h',
    pid: 1,
    created: created(),
    environment: (_site, name) => ({ name, fields: {}, digest: '0' }),
    ...others,
  }).then((begun) => {
    driving = begun;
    void begun.left.then((departure) => {
      left = departure;
    });
  });
  await time.run(() => driving !== undefined, 60_000);
  if (!driving) throw new Error('it did not begin');
  return {
    driving,
    left: () => left,
    nowMs: time.nowMs,
    events: (kind) =>
      store.events.flatMap(({ runMs, event }) =>
        event.kind === kind ? [{ runMs, event: event as RunEvent }] : [],
      ),
    async pass(ms) {
      const untilMs = time.nowMs() + ms;
      time.at(untilMs, () => {});
      await time.run(() => left !== undefined || time.nowMs() >= untilMs, untilMs);
    },
  };
}

/** From the first event of one kind to the first of another. */
function between(stage: Stage, from: RunEvent['kind'], to: RunEvent['kind']): number {
  const [first] = stage.events(from);
  const [second] = stage.events(to);
  if (!first || !second) throw new Error(`no ${first ? to : from}`);
  return second.runMs - first.runMs;
}

/** The deadline holds: left after it, and not much later. */
function expectDeadline(tookMs: number, { afterMs = 0 }: { readonly afterMs?: number }): void {
  expect(tookMs).toBeGreaterThanOrEqual(afterMs);
  expect(tookMs).toBeLessThanOrEqual(afterMs + 2 * defaultTimings.sweepMs + 500);
}

describe('the table of deadlines', () => {
  test('every state that is no end has one, and no other', () => {
    const machines: Record<string, Readonly<Record<string, StateRow>>> = {
      run: runMachine,
      instance: instanceMachine,
      attempt: attemptMachine,
    };
    for (const [name, machine] of Object.entries(machines)) {
      const open = Object.keys(machine).filter((state) => !machine[state]?.ended);
      expect(Object.keys(deadlines[name as 'run'])).toEqual(open);
    }
  });

  test('one by the clock says after how long, the others do not', () => {
    const rows = Object.values(deadlines).flatMap((machine) => Object.values(machine));
    expect(rows.length).toBeGreaterThan(20);
    for (const { by, afterMs, follows } of rows) {
      expect(afterMs !== undefined && afterMs > 0).toBe(by === 'clock');
      expect(follows).not.toBe('');
    }
  });
});

describe('an attempt of which nothing is heard', () => {
  test('intended: its site is asked, it is suspect, and people can see why', async () => {
    let askedMs: number | undefined;
    const stage: Stage = await stageOf({
      runner: {
        submit: never,
        find: async (keys) => {
          askedMs ??= stage.nowMs();
          return new Map(keys.map((key) => [key, { kind: 'unknown', text: 'no answer' }]));
        },
      },
    });
    await stage.pass(90_000);
    const [intended] = stage.events('submission.intended');
    expectDeadline((askedMs ?? 0) - (intended?.runMs ?? 0), deadlines.submission.intended);
    expectDeadline(
      between(stage, 'submission.intended', 'attempt.suspected'),
      deadlines.attempt.intended,
    );
    expect(stage.events('attempt.suspected')).toHaveLength(1);
    const named = { name: (instance: number) => `a.${instance}` };
    expect(suspectsOf(stage.driving.state, named)).toEqual([
      {
        instance: 'a.0',
        attempt: 1,
        site: 'local',
        since: expect.stringMatching(/^1970-01-01T00:01:0\d/),
        why: expect.stringMatching(/^local has not said for 6\d s whether it has it$/),
      },
    ]);
  });

  test('accepted, and seen running: suspect; heard of again, it is none', async () => {
    const stage = await stageOf();
    await stage.pass(90_000);
    expectDeadline(
      between(stage, 'submission.intended', 'attempt.suspected'),
      deadlines.attempt.accepted,
    );

    let seen: Observation[] = [{ kind: 'running', attempt: '0.1', host: 'n1' }];
    const other = await stageOf({ runner: { poll: async () => seen.splice(0) } });
    await other.pass(90_000);
    expectDeadline(
      between(other, 'attempt.running', 'attempt.suspected'),
      deadlines.attempt.running,
    );
    seen = [{ kind: 'running', attempt: '0.1', host: 'n1' }];
    await other.pass(5_000);
    expect(other.driving.state.attempts.get(0)).toMatchObject({ state: 'running' });
    expect(other.driving.state.attempts.get(0)?.suspicion).toBeUndefined();
  });

  test('absent at its site, it is offered five times and has failed then', async () => {
    const stage = await stageOf({
      runner: {
        submit: never,
        find: async (keys) => new Map(keys.map((key) => [key, { kind: 'absent' }])),
      },
    });
    await stage.pass(HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'failed' });
    expect(stage.events('submission.repeated').length % 4).toBe(0);
    expect(stage.events('attempt.ended')[0]?.event).toMatchObject({
      outcome: { cause: { kind: 'infrastructure' }, text: 'the site did not answer 5 offers' },
    });
  });

  test('no answer is no absence: it stays, shown as suspect; cancelled, it is given up', async () => {
    const stage = await stageOf();
    await stage.pass(HOUR_MS);
    expect(stage.events('attempt.ended')).toEqual([]);
    expect(stage.driving.state.attempts.get(0)?.state).toBe('suspect');
    stage.driving.cancel();
    await stage.pass(HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'cancelled' });
    const tookMs = between(stage, 'run.cancelled', 'attempt.ended');
    expectDeadline(tookMs, deadlines.request.cancelling);
    expectDeadline(tookMs, deadlines.attempt.suspect);
    expect(stage.events('attempt.ended')[0]?.event).toMatchObject({
      outcome: {
        kind: 'cancelled',
        text: 'local said nothing of it for 10 min: it may still run there',
      },
    });
  });

  test('cancelled while its offer is in doubt and its directory cannot be reached: given up', async () => {
    const stage = await stageOf({
      runner: { submit: never },
      files: { ...memoryFiles(), create: never },
    });
    await stage.pass(30_000);
    stage.driving.cancel();
    await stage.pass(HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'cancelled' });
  });
});

describe('a submission', () => {
  test('in doubt is asked for again and again', async () => {
    const asked: number[] = [];
    const stage: Stage = await stageOf({
      runner: {
        submit: async (batch) =>
          batch.map(({ key }) => ({ kind: 'unknown', key, text: 'timeout' })),
        find: async (keys) => {
          asked.push(stage.nowMs());
          return new Map(keys.map((key) => [key, { kind: 'unknown', text: 'no answer' }]));
        },
      },
    });
    await stage.pass(60_000);
    const steps = asked.slice(1).map((ms, at) => ms - (asked[at] ?? 0));
    expect(steps.length).toBeGreaterThan(5);
    for (const step of steps) expectDeadline(step, deadlines.submission.unknown);
  });

  /** Says of every offer what the test says, a moment later. */
  function dispatcherOf(answer: (key: string, offer: number) => Report): Dispatcher {
    let sink: (reports: readonly Report[]) => void = () => {};
    let offers = 0;
    return {
      async offer(submissions) {
        const reports = submissions.map(({ key }) => answer(key, ++offers));
        void Promise.resolve().then(() => sink(reports));
      },
      withdraw: async () => {},
      reports(listener) {
        sink = listener;
        return () => {};
      },
      close: async () => {},
    };
  }

  test('that came back is offered again at the next sweep', async () => {
    const stage = await stageOf({
      dispatcher: dispatcherOf((key) => ({ kind: 'returned', key, text: 'no room' })),
    });
    await stage.pass(20_000);
    const tookMs = between(stage, 'submission.returned', 'submission.repeated');
    expect(tookMs).toBeLessThanOrEqual((deadlines.submission.returned.afterMs ?? 0) + 500);
    expect(stage.events('submission.repeated').length).toBeGreaterThan(5);
  });

  test('refused after an offer in doubt: its claim is taken, so that it has failed for sure', async () => {
    const text = 'queue closed';
    const stage = await stageOf({
      dispatcher: dispatcherOf((key, offer) => {
        if (offer === 1) return { kind: 'answer', answer: { kind: 'unknown', key, text: '' } };
        const cause = { kind: 'infrastructure' } as const;
        return { kind: 'answer', answer: { kind: 'refused', key, cause, text } };
      }),
      runner: { find: async (keys) => new Map(keys.map((key) => [key, { kind: 'absent' }])) },
    });
    await stage.pass(HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'failed' });
    expect(stage.events('attempt.ended')[0]?.event).toMatchObject({ outcome: { text } });
  });
});

describe('what else may hang', () => {
  test('an environment is stopped, tried again after a wait, and given up', async () => {
    let aborted = 0;
    const stage = await stageOf({
      behaviour: { environment: 'stack' },
      runner: {
        prepare: (_, signal) => {
          signal.addEventListener('abort', () => aborted++);
          return never();
        },
      },
    });
    await stage.pass(8 * HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'failed' });
    expect(aborted).toBe(5);
    expectDeadline(
      between(stage, 'environment.preparing', 'environment.failed'),
      deadlines.environment.preparing,
    );
    const began = stage.events('environment.preparing').map(({ runMs }) => runMs);
    const failed = stage.events('environment.failed').map(({ runMs }) => runMs);
    expectDeadline((began[4] ?? 0) - (failed[3] ?? 0), deadlines.environment.failed);
    expect(stage.driving.state.failures.get(0)?.text).toBe(
      'environment stack: it was not prepared after 60 min',
    );
  });

  test('a notice counts as not delivered, and the run ends', async () => {
    const stage = await stageOf({
      behaviour: { skips: () => true },
      channel: 'ops',
      notify: never,
    });
    await stage.pass(HOUR_MS);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'succeeded' });
    expectDeadline(
      between(stage, 'notification.intended', 'notification.ended'),
      deadlines.notice.intended,
    );
    expect(stage.events('notification.ended')[0]?.event).toMatchObject({
      delivered: false,
      text: 'no answer after 120 s',
    });
  });

  test('files of an earlier result that nobody can look at: it is made anew', async () => {
    const files = [{ name: 'x', path: 'x', size: 1, mtimeMs: 2 }];
    const result = { fingerprint: '0()', directory: '/earlier', values: {}, files };
    const stage = await stageOf({
      lookup: () => new Map([[0, result]]),
      files: { ...memoryFiles(), stat: never },
    });
    await stage.pass(90_000);
    const [intended] = stage.events('submission.intended');
    expectDeadline(intended?.runMs ?? 0, { afterMs: defaultTimings.verifyMs });
  });

  test('a site that does not say what room it has is told of once, and used when it has', async () => {
    let answers = false;
    const notices: string[] = [];
    const stage: Stage = await stageOf({
      runner: { room: () => (answers ? Promise.resolve(room) : never()) },
      onNotice: (text) => notices.push(text),
    });
    await stage.pass(300_000);
    expect(notices).toEqual([
      'local has not said what room it has: an instance waits for it (is a worker of it there?)',
    ]);
    expect(stage.events('submission.intended')).toEqual([]);
    answers = true;
    await stage.pass(30_000);
    expect(stage.events('submission.intended')).toHaveLength(1);
  });

  test('what its site cannot hold fails although it was bound before the site had said so', async () => {
    let answers = false;
    const stage: Stage = await stageOf({
      behaviour: {
        resources: { cpus: 4, memoryBytes: 1, timeMs: undefined, diskBytes: undefined, gpus: 0 },
      },
      runner: { room: () => (answers ? Promise.resolve(room) : never()) },
    });
    await stage.pass(60_000);
    answers = true;
    await stage.pass(60_000);
    expect(stage.left()).toEqual({ kind: 'ended', state: 'failed' });
  });

  test('an engine that cannot be asked has lost its run when it has not renewed its lease', () => {
    const holder = { host: 'far', pid: 1, startTicks: '', bootId: '', pidNamespace: '' };
    const lease = { epoch: 1, holder, renewedAtMs: 0 };
    const state = (nowMs: number) => leaseState(lease, nowMs, LEASE_MS, () => 'elsewhere');
    const { afterMs = 0 } = deadlines.run.running;
    expect([state(afterMs), state(afterMs + 1)]).toEqual(['live', 'expired']);
    expect(deadlines.run.planned.afterMs).toBe(afterMs);
  });
});
