import { describe, expect, test } from 'vitest';
import { inProcess } from '../../../../engine/dispatch/in-process.ts';
import type { Departure, DriveOptions, Driving } from '../../../../engine/drive/options.ts';
import type { Recorder } from '../../../../engine/drive/record.ts';
import { drive } from '../../../../engine/drive.ts';
import { openMemoryJournal } from '../../../../engine/journal/memory.ts';
import { applyOffline } from '../../../../engine/offline.ts';
import type { Clock, Files, Prepared, Runner, Submission } from '../../../../engine/ports.ts';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { noFaults } from '../../../simulator/faults.ts';
import { randomOf } from '../../../simulator/random.ts';
import { created } from '../../../simulator/scenario.ts';
import { type Site, siteOf } from '../../../simulator/site.ts';
import { type Behaviour, tinyBinder } from '../../../simulator/tiny-binder.ts';
import { identity, type TinyStep, tinyPlan } from '../../../simulator/tiny-plan.ts';
import { virtualTime } from '../../../simulator/virtual-time.ts';
import { type World, worldOf } from '../../../simulator/world.ts';
import { statesText } from '../run/run-fixture.ts';

interface Stage {
  readonly world: World;
  readonly site: Site;
  readonly clock: Clock;
  start(options?: {
    readonly runner?: Partial<Runner>;
    readonly record?: Recorder;
    readonly forget?: DriveOptions['forget'];
    readonly onNotice?: (text: string) => void;
  }): Promise<Driving>;
  /** Lets time go on until `done`, at most a virtual hour. */
  until(done: () => boolean): Promise<void>;
  end(driving: Driving): Promise<Departure>;
  journal(): ReturnType<typeof openJournal>;
}

const holder = { host: 'h', pid: 1, startTicks: '', bootId: '', pidNamespace: '' };

function openJournal(world: World) {
  const options = { holder, takeOver: true, wallMs: world.time.nowMs } as const;
  const opened = openMemoryJournal(world.store, options);
  if (opened.kind !== 'opened') throw new Error('held');
  return opened.journal;
}

function stageOf(steps: readonly TinyStep[], behaviour: Partial<Behaviour> = {}): Stage {
  const tiny = tinyPlan(steps);
  const time = virtualTime(0);
  const world = worldOf(tiny, time, randomOf(3), noFaults, {});
  const site = siteOf(world, { lanes: 2 });
  const clock: Clock = { runMs: time.nowMs, wall: () => new Date(time.nowMs()), wake: time.at };
  const stage: Stage = {
    world,
    site,
    clock,
    journal: () => openJournal(world),
    start({ runner = {}, record, forget, onNotice } = {}) {
      const runners = new Map([['local', { ...site.runner(), ...runner }]]);
      return drive({
        run: 'abcdefghij',
        directory: '/run',
        plan: tiny.plan,
        rules: tiny.rules,
        binder: tinyBinder(tiny, behaviour),
        journal: openJournal(world),
        dispatcher: inProcess({ runners, clock }),
        runners,
        files: diskOf(world),
        clock,
        host: 'h',
        pid: 1,
        created: created(),
        environment: (_site, name) => ({ name, fields: {}, digest: '0' }),
        select: () => ({ instances: [0] }),
        ...(record ? { record } : {}),
        ...(forget ? { forget } : {}),
        ...(onNotice ? { onNotice } : {}),
      });
    },
    async until(done) {
      expect(await time.run(done, time.nowMs() + 3_600_000)).toBe(true);
    },
    async end(driving) {
      let left: Departure | undefined;
      void driving.left.then((departure) => {
        left = departure;
      });
      await stage.until(() => left !== undefined);
      return driving.left;
    },
  };
  return stage;
}

function diskOf({ disk }: World): Files {
  return {
    async read(path) {
      const text = disk.get(path);
      if (text === undefined) throw new Error(`no such file: ${path}`);
      return new TextEncoder().encode(text);
    },
    stat: async (paths) =>
      paths.map((path) => (disk.has(path) ? { size: 1, mtimeMs: 0, directory: false } : undefined)),
    list: async (directory) =>
      [...disk.keys()]
        .filter((p) => p.startsWith(`${directory}/`))
        .map((p) => p.slice(directory.length + 1)),
    async write(files) {
      for (const { path, text } of files) disk.set(path, text);
    },
    async create(path, text) {
      if (disk.has(path)) return false;
      disk.set(path, text);
      return true;
    },
  };
}

const pair: readonly TinyStep[] = [
  { name: 'a', count: 3 },
  { name: 'b', count: 3, reads: [{ from: 'a', relation: identity }] },
];

describe('drive', () => {
  test('runs a plan to its end', async () => {
    const stage = stageOf(pair, { retries: 5 });
    const driving = await stage.start();
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect([...stage.world.executions.values()].every((times) => times === 1)).toBe(true);
  });

  test('engines that die with an offer on its way are no fault of the site', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }]);
    for (let life = 0; life < 8; life++) {
      let asked = false;
      const submit = () => {
        asked = true;
        return new Promise<never>(() => {});
      };
      const doomed = await stage.start({ runner: { submit } });
      await stage.until(() => asked);
      await doomed.abandon();
    }
    const driving = await stage.start();
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect([...stage.world.executions]).toEqual([['0.1', 1]]);
  });

  test('an engine that only waits sees within seconds that another has its run', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }]);
    let polls = 0;
    const first = await stage.start({
      runner: {
        submit: async (batch) =>
          batch.map(({ key }) => ({ kind: 'accepted', key, externalId: 'x' }) as const),
        poll: async () => {
          polls++;
          return [{ kind: 'running', attempt: '0.1' }];
        },
      },
    });
    await stage.until(() => polls > 3);
    stage.journal();
    const takenMs = stage.clock.runMs();
    expect(await stage.end(first)).toEqual({ kind: 'fenced' });
    expect(stage.clock.runMs() - takenMs).toBeLessThan(5_000);
  });

  test('drained, it is interrupted, and the next engine goes on', async () => {
    const stage = stageOf(pair, { retries: 5 });
    const first = await stage.start();
    await stage.until(() => stage.world.executions.size > 0);
    first.drain();
    expect(await stage.end(first)).toEqual({ kind: 'ended', state: 'interrupted' });
    expect(stage.world.executions.size).toBeLessThan(6);
    const second = await stage.start();
    expect(await stage.end(second)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect(second.state.epoch).toBe(2);
  });

  test('abandoned, it leaves what is under way to the next engine', async () => {
    const stage = stageOf(pair, { retries: 5 });
    const first = await stage.start();
    await stage.until(() => stage.world.executions.size > 0);
    await first.abandon();
    const second = await stage.start();
    expect(await stage.end(second)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect([...stage.world.executions.values()].every((times) => times === 1)).toBe(true);
  });

  test('successes that an engine took with it are recorded by the next', async () => {
    const stage = stageOf(pair, { retries: 5 });
    const isRecorded = new Set<number>();
    const record: Recorder = (successes) => {
      for (const { instance } of successes) isRecorded.add(instance);
    };
    // Killed: what its recorder had not been given is lost with it.
    const first = await stage.start({ record: () => {} });
    await stage.until(() => first.state.own.size >= 2);
    stage.journal();
    await stage.end(first);
    const second = await stage.start({ record });
    expect(await stage.end(second)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect([...isRecorded].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...stage.world.executions.values()].every((times) => times === 1)).toBe(true);
  });

  test('a runner in this process is given what was just written of an attempt', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }]);
    const given: Submission['items'][number][] = [];
    const submit: Runner['submit'] = (batch, signal) => {
      for (const { items } of batch) given.push(...items);
      return stage.site.runner().submit(batch, signal);
    };
    await stage.end(await stage.start({ runner: { submit } }));
    expect(given).toHaveLength(1);
    const [{ directory = '', file } = {}] = given;
    const written = stage.world.disk.get(`${directory}/attempt.json`);
    expect(`${JSON.stringify(file)}\n`).toBe(written);
  });

  test('fenced, it stops and touches nothing', async () => {
    const stage = stageOf(pair);
    const first = await stage.start();
    await stage.until(() => stage.world.executions.size > 0);
    stage.journal();
    expect(await stage.end(first)).toEqual({ kind: 'fenced' });
  });

  test('waits while the journal is full, then goes on', async () => {
    const stage = stageOf(pair, { retries: 5 });
    const driving = await stage.start();
    await stage.until(() => stage.world.executions.size > 0);
    stage.world.store.faults.full = true;
    const events = stage.world.store.events.length;
    stage.world.time.after(60_000, () => {
      expect(stage.world.store.events.length).toBe(events);
      stage.world.store.faults.full = false;
    });
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect(stage.world.time.nowMs()).toBeGreaterThan(60_000);
  });

  test('cancelled, it ends what is under way and starts nothing', async () => {
    const stage = stageOf(pair);
    const driving = await stage.start();
    await stage.until(() => stage.world.executions.size > 0);
    driving.cancel();
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'cancelled' });
    expect(statesText(driving.state)).toMatch(/b: cancelled cancelled cancelled$/);
  });

  test('an environment that cannot be had is tried five times', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }], { environment: 'stack' });
    let tries = 0;
    const prepare = async (): Promise<Prepared> => {
      tries++;
      return { kind: 'failed', text: 'no such image' };
    };
    const driving = await stage.start({ runner: { prepare } });
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'failed' });
    expect(tries).toBe(5);
    expect(driving.state.failures.get(0)).toMatchObject({
      cause: { kind: 'infrastructure' },
      text: 'environment stack: no such image',
    });
  });

  test('an intervention from the inbox is answered beside it', async () => {
    const stage = stageOf(pair, { retries: 5 });
    stage.world.disk.set('/run/inbox/x1.json', '{"format":1,"verb":"cancel","selector":"b"}');
    const driving = await stage.start();
    await stage.end(driving);
    const answer = stage.world.disk.get('/run/inbox/x1.answer.json');
    expect(JSON.parse(answer ?? '{}')).toMatchObject({ format: 1, accepted: true });
  });
});

describe('an index of results that refuses to be changed', () => {
  const steps = [{ name: 'a', count: 1, undo: true }];

  /** A run that has ended well, and is to be rolled back. */
  async function rolledBack(): Promise<Stage> {
    const stage = stageOf(steps, { retries: 5 });
    await stage.end(await stage.start());
    const { plan, rules } = stage.world.tiny;
    const select = () => ({ instances: [0] });
    await applyOffline(
      { journal: stage.journal(), plan, rules, clock: stage.clock, select },
      { id: 'x', content: { verb: 'rollback', selector: 'a', by: '' } },
    );
    return stage;
  }

  test('is asked again, and no undo begins before it has taken the results', async () => {
    const stage = await rolledBack();
    const { executions } = stage.world;
    const before = executions.size;
    const asked: (readonly [number, readonly string[]])[] = [];
    const notices: string[] = [];
    const driving = await stage.start({
      forget: (fingerprints) => {
        expect(executions.size).toBe(before);
        asked.push([stage.clock.runMs(), fingerprints]);
        return asked.length > 3;
      },
      onNotice: (text) => notices.push(text),
    });
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'succeeded' });
    const [[first] = [0]] = asked;
    expect(asked.map(([atMs]) => atMs - first)).toEqual([0, 1_000, 3_000, 7_000]);
    expect(new Set(asked.flatMap(([, fingerprints]) => fingerprints)).size).toBe(1);
    expect(notices).toHaveLength(3);
    expect(notices[0]).toMatch(/cannot leave the index of results.* tried again in 1 s/);
    // The undo, and what was made anew.
    expect(executions.size).toBe(before + 2);
  });

  test('stops the roll-back in the end, and all stays as it was', async () => {
    const stage = await rolledBack();
    const before = stage.world.executions.size;
    const driving = await stage.start({ forget: () => false });
    expect(await stage.end(driving)).toEqual({ kind: 'ended', state: 'succeeded' });
    expect(stage.world.executions.size).toBe(before);
    const ended = stage.world.store.events.map(({ event }) => event as RunEvent);
    expect(ended.find(({ kind }) => kind === 'rollback.ended')).toMatchObject({
      state: 'failed',
      text: expect.stringMatching(/^its results could not leave the index/),
    });
    expect(statesText(driving.state)).toBe('a: succeeded');
  });

  test('is asked before an end that has nothing to undo', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }], { retries: 5 });
    await stage.end(await stage.start());
    const { plan, rules } = stage.world.tiny;
    await applyOffline(
      {
        journal: stage.journal(),
        plan,
        rules,
        clock: stage.clock,
        select: () => ({ instances: [0] }),
      },
      { id: 'x', content: { verb: 'rollback', selector: 'a', by: '' } },
    );
    const asked: (readonly string[])[] = [];
    const forget = (fingerprints: readonly string[]) => asked.push(fingerprints) > 0;
    await stage.end(await stage.start({ forget }));
    expect(asked[0]).toHaveLength(1);
  });
});

describe('without an engine', () => {
  test('a retry reopens a failed run, which then runs', async () => {
    const stage = stageOf([{ name: 'a', count: 1 }]);
    const bad: Partial<Runner> = {
      submit: async (batch) =>
        batch.map(({ key }) => ({ kind: 'refused', key, cause: { kind: 'missing' }, text: 'no' })),
    };
    const first = await stage.start({ runner: bad });
    expect(await stage.end(first)).toEqual({ kind: 'ended', state: 'failed' });
    const { plan, rules } = stage.world.tiny;
    const select = () => ({ instances: [0] });
    const content = { verb: 'retry', selector: ':failed', by: 'me' } as const;
    const answer = await applyOffline(
      { journal: stage.journal(), plan, rules, clock: stage.clock, select },
      { id: 'x', content },
    );
    expect(answer).toMatchObject({
      accepted: true,
      count: 1,
      text: '1 instance to be tried again',
    });
    expect(answer.state.run).toBe('interrupted');
    const second = await stage.start();
    expect(await stage.end(second)).toEqual({ kind: 'ended', state: 'succeeded' });
  });

  test('a cancel ends a run that has nothing under way', async () => {
    const stage = stageOf(pair);
    const { plan, rules } = stage.world.tiny;
    const select = () => ({ instances: [] });
    const content = { verb: 'cancel', selector: '', by: '' } as const;
    const options = { journal: stage.journal(), plan, rules, clock: stage.clock, select };
    const answer = await applyOffline(options, { id: 'x', content });
    expect(answer.state.run).toBe('cancelled');
    expect(answer.text).toBe('6 instances cancelled');
  });
});
