import { describe, expect, test } from 'vitest';
import type {
  Answer,
  Clock,
  Dispatcher,
  Observation,
  Report,
  Room,
  Runner,
  Submission,
} from '../../engine/ports.ts';
import { smallShape } from '../simulator/tiny-binder.ts';
import { virtualTime } from '../simulator/virtual-time.ts';

/** A runner that the test steers: what it is asked is kept, what it says is set. */
export interface Puppet {
  readonly runner: Runner;
  /** Names in the order in which they were submitted. */
  readonly submitted: string[];
  room: Room;
  /** What `submit` gives for a key; accepted if not said. A promise that never settles hangs the call. */
  answer: (submission: Submission) => Answer | Promise<Answer>;
  say(observations: readonly Observation[]): void;
  /** What was submitted under this name ends well, and there is room again. */
  end(name: string): void;
}

const RUN = 'abcdefghij';

/** As the engine makes them: the run is in them. */
export function keyOf(name: string): string {
  return `braid-${RUN}-${name}`;
}

const nameOf = (key: string) => key.slice(keyOf('').length);

export function puppet(): Puppet {
  let sink: (observations: readonly Observation[]) => void = () => {};
  const self: Puppet = {
    submitted: [],
    room: { cpus: 4, memoryBytes: 8e9, totalCpus: 4, totalMemoryBytes: 8e9, ahead: 0 },
    answer: ({ key }) => ({ kind: 'accepted', key, externalId: `x-${key}` }),
    say: (observations) => sink(observations),
    end(name) {
      self.room = { ...self.room, cpus: self.room.cpus + 1 };
      const outcome = { kind: 'succeeded' } as const;
      const key = keyOf(name);
      sink([{ kind: 'ended', key, attempt: '0.1', outcome, usage: {}, evidence: 'exit' }]);
    },
    runner: {
      kind: 'puppet',
      capabilities: () => ({ bundles: true, arrays: false, sharedDirectory: true, graceMs: 1 }),
      check: async () => [],
      prepare: async () => ({ kind: 'ready', setup: [] }),
      async submit(batch) {
        const answers = await Promise.all(
          batch.map((submission) => {
            self.submitted.push(nameOf(submission.key));
            self.room = { ...self.room, cpus: self.room.cpus - submission.shape.cpus };
            return self.answer(submission);
          }),
        );
        return answers;
      },
      find: async () => new Map(),
      poll: async () => [],
      observe(f) {
        sink = f;
        return () => {
          sink = () => {};
        };
      },
      cancel: async () => {},
      log: async () => ({ bytes: new Uint8Array(), from: 0, size: 0, ended: true }),
      room: async () => self.room,
      close: async () => {},
    },
  };
  return self;
}

/** What a test has of the dispatcher over one site, `here`, and of the time that it lives in. */
export interface DispatcherStage {
  readonly puppet: Puppet;
  readonly dispatcher: Dispatcher;
  readonly reports: Report[];
  /** Lets time go on until it is true; throws if it takes too long. */
  until(isTrue: () => boolean): Promise<void>;
  /** Lets time go on for as long as anything could still happen, without a call that hangs. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/** Bound of a `submit` call; larger than `quiet`. */
export type MakeStage = () => Promise<DispatcherStage>;

const TIMEOUT_MS = 5_000;
const QUIET_MS = 2_000;

/** A stage on a virtual clock. */
export function virtualStage(
  make: (options: {
    readonly runners: ReadonlyMap<string, Runner>;
    readonly clock: Clock;
    readonly timeoutMs: number;
  }) => Dispatcher,
): MakeStage {
  return async () => {
    const time = virtualTime(0);
    const clock: Clock = { runMs: time.nowMs, wall: () => new Date(time.nowMs()), wake: time.at };
    const one = puppet();
    const runners = new Map([['here', one.runner]]);
    const dispatcher = make({ runners, clock, timeoutMs: TIMEOUT_MS });
    const reports: Report[] = [];
    dispatcher.reports((some) => reports.push(...some));
    const pass = async (ms: number, isTrue: () => boolean) => {
      const untilMs = time.nowMs() + ms;
      let over = false;
      time.at(untilMs, () => {
        over = true;
      });
      await time.run(() => over || isTrue(), untilMs);
    };
    return {
      puppet: one,
      dispatcher,
      reports,
      async until(isTrue) {
        await pass(2 * TIMEOUT_MS, isTrue);
        expect(isTrue()).toBe(true);
      },
      quiet: () => pass(QUIET_MS, () => false),
      close: () => dispatcher.close(),
    };
  };
}

export function submission(name: string, change: Partial<Submission> = {}): Submission {
  return {
    key: keyOf(name),
    run: RUN,
    epoch: 1,
    site: 'here',
    shape: smallShape,
    form: 'single',
    offer: 1,
    items: [{ attempt: '0.1', directory: '/r/0/0/0/1' }],
    ...change,
  };
}

/** What every dispatcher keeps. Reports of room are its own affair. */
export function dispatcherConformance(name: string, make: MakeStage): void {
  describe(`${name} as a dispatcher`, () => {
    const told = ({ reports }: DispatcherStage) => reports.filter(({ kind }) => kind !== 'room');

    test('reports the answer of the site', async () => {
      const stage = await make();
      await stage.dispatcher.offer([submission('a')], 0);
      await stage.until(() => told(stage).length > 0);
      expect(told(stage)).toEqual([
        {
          kind: 'answer',
          answer: { kind: 'accepted', key: keyOf('a'), externalId: `x-${keyOf('a')}` },
        },
      ]);
      await stage.close();
    });

    test('takes only with room, and the rest when there is some', async () => {
      const stage = await make();
      const { puppet: site, dispatcher } = stage;
      await dispatcher.offer(
        ['a', 'b', 'c', 'd', 'e'].map((key) => submission(key)),
        0,
      );
      await stage.until(() => site.submitted.length === 4);
      await stage.quiet();
      expect(site.submitted.toSorted()).toEqual(['a', 'b', 'c', 'd']);
      site.end('a');
      await stage.until(() => site.submitted.length === 5);
      await stage.close();
    });

    test('larger priorities first', async () => {
      const stage = await make();
      const { puppet: site, dispatcher } = stage;
      await dispatcher.offer(
        ['a', 'b', 'c', 'd'].map((key) => submission(key)),
        0,
      );
      await stage.until(() => site.submitted.length === 4);
      await dispatcher.offer([submission('low')], 0);
      await dispatcher.offer([submission('high')], 5);
      await stage.quiet();
      site.end('a');
      await stage.until(() => site.submitted.length === 5);
      expect(site.submitted[4]).toBe('high');
      await stage.close();
    });

    test('does not start what could never fit', async () => {
      const stage = await make();
      const { puppet: site, dispatcher } = stage;
      await dispatcher.offer([submission('a', { shape: { ...smallShape, cpus: 99 } })], 0);
      await stage.quiet();
      expect(site.submitted).toEqual([]);
      await stage.close();
    });

    test('a call that does not end leaves a doubt', async () => {
      const stage = await make();
      stage.puppet.answer = () => new Promise<Answer>(() => {});
      await stage.dispatcher.offer([submission('a')], 0);
      await stage.until(() => told(stage).length > 0);
      expect(told(stage)).toMatchObject([
        { kind: 'answer', answer: { kind: 'unknown', key: keyOf('a') } },
      ]);
      await stage.close();
    });

    test('withdraws what was not taken, and says so', async () => {
      const stage = await make();
      const { puppet: site, dispatcher } = stage;
      const first = ['a', 'b', 'c', 'd'];
      await dispatcher.offer(
        first.map((key) => submission(key)),
        0,
      );
      await stage.until(() => site.submitted.length === 4);
      await dispatcher.offer([submission('e')], 0);
      await stage.quiet();
      await dispatcher.withdraw([keyOf('e'), keyOf('never-offered')]);
      await stage.until(() => told(stage).some(({ kind }) => kind === 'returned'));
      for (const key of first) site.end(key);
      await stage.quiet();
      expect(site.submitted.toSorted()).toEqual(first);
      expect(told(stage)).toContainEqual({ kind: 'returned', key: keyOf('e'), text: 'withdrawn' });
      await stage.close();
    });

    test('drops an older epoch of the same run', async () => {
      const stage = await make();
      await stage.dispatcher.offer([submission('new', { epoch: 2 })], 0);
      await stage.until(() => stage.puppet.submitted.length === 1);
      await stage.dispatcher.offer([submission('old', { epoch: 1 })], 0);
      await stage.quiet();
      expect(stage.puppet.submitted).toEqual(['new']);
      await stage.close();
    });

    test('the same key twice is one submission while the first is under way', async () => {
      const stage = await make();
      await stage.dispatcher.offer([submission('a'), submission('a')], 0);
      await stage.quiet();
      expect(stage.puppet.submitted).toEqual(['a']);
      await stage.close();
    });

    test('passes on what the site observes, and nothing after close', async () => {
      const stage = await make();
      const { puppet: site } = stage;
      const running = { kind: 'running', key: keyOf('a'), attempt: '0.1' } as const;
      site.say([running]);
      await stage.until(() => told(stage).length > 0);
      expect(told(stage)).toEqual([{ kind: 'observations', observations: [running] }]);
      await stage.close();
      site.say([running]);
      await stage.quiet();
      expect(told(stage)).toHaveLength(1);
    });
  });
}
