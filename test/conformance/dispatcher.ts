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
import { type VirtualTime, virtualTime } from '../simulator/virtual-time.ts';

/** A runner that the test steers: what it is asked is kept, what it says is set. */
export interface Puppet {
  readonly runner: Runner;
  /** Keys in the order in which they were submitted. */
  readonly submitted: string[];
  room: Room;
  /** What `submit` gives for a key; accepted if not said. A promise that never settles hangs the call. */
  answer: (submission: Submission) => Answer | Promise<Answer>;
  say(observations: readonly Observation[]): void;
}

export function puppet(): Puppet {
  let sink: (observations: readonly Observation[]) => void = () => {};
  const self: Puppet = {
    submitted: [],
    room: { cpus: 2, memoryBytes: 4e9, totalCpus: 4, totalMemoryBytes: 8e9, ahead: 0 },
    answer: ({ key }) => ({ kind: 'accepted', key, externalId: `x-${key}` }),
    say: (observations) => sink(observations),
    runner: {
      kind: 'puppet',
      capabilities: () => ({ bundles: true, arrays: false, sharedDirectory: true, graceMs: 1 }),
      check: async () => [],
      prepare: async () => ({ kind: 'ready', setup: [] }),
      async submit(batch) {
        const answers = await Promise.all(
          batch.map((submission) => {
            self.submitted.push(submission.key);
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

/** Makes the dispatcher under test over one site, `here`, whose submit calls end after `timeoutMs`. */
export type MakeDispatcher = (options: {
  readonly runners: ReadonlyMap<string, Runner>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}) => Dispatcher;

interface Stage {
  readonly puppet: Puppet;
  readonly dispatcher: Dispatcher;
  readonly reports: Report[];
  readonly time: VirtualTime;
  /** Lets virtual time go on. */
  pass(ms: number): Promise<void>;
}

const TIMEOUT_MS = 5_000;

function stageOf(make: MakeDispatcher): Stage {
  const time = virtualTime(0);
  const clock: Clock = { runMs: time.nowMs, wall: () => new Date(time.nowMs()), wake: time.at };
  const one = puppet();
  const runners = new Map([['here', one.runner]]);
  const dispatcher = make({ runners, clock, timeoutMs: TIMEOUT_MS });
  const reports: Report[] = [];
  dispatcher.reports((some) => reports.push(...some));
  const pass = async (ms: number) => {
    const until = time.nowMs() + ms;
    let over = false;
    time.at(until, () => {
      over = true;
    });
    await time.run(() => over, until);
  };
  return { puppet: one, dispatcher, reports, time, pass };
}

export function submission(key: string, change: Partial<Submission> = {}): Submission {
  return {
    key,
    run: 'abcdefghij',
    epoch: 1,
    site: 'here',
    shape: smallShape,
    form: 'single',
    items: [{ attempt: '0.1', directory: '/r/0/0/0/1' }],
    ...change,
  };
}

/** What every dispatcher keeps. */
export function dispatcherConformance(name: string, make: MakeDispatcher): void {
  describe(`${name} as a dispatcher`, () => {
    test('reports the answer of the site', async () => {
      const { dispatcher, reports, pass } = stageOf(make);
      await dispatcher.offer([submission('a')], 0);
      await pass(10);
      expect(reports).toContainEqual({
        kind: 'answer',
        answer: { kind: 'accepted', key: 'a', externalId: 'x-a' },
      });
      await dispatcher.close();
    });

    test('takes only with room, and the rest when there is some', async () => {
      const { puppet: site, dispatcher, pass } = stageOf(make);
      await dispatcher.offer(
        ['a', 'b', 'c'].map((key) => submission(key)),
        0,
      );
      await pass(100);
      expect(site.submitted).toEqual(['a', 'b']);
      site.room = { ...site.room, cpus: 1 };
      await pass(2_000);
      expect(site.submitted).toEqual(['a', 'b', 'c']);
      await dispatcher.close();
    });

    test('an end makes it look for room at once', async () => {
      const { puppet: site, dispatcher, pass } = stageOf(make);
      site.room = { ...site.room, cpus: 0 };
      await dispatcher.offer([submission('a')], 0);
      await pass(1);
      site.room = { ...site.room, cpus: 1 };
      const outcome = { kind: 'succeeded' } as const;
      site.say([{ kind: 'ended', attempt: '9.1', outcome, usage: {}, evidence: 'exit' }]);
      await pass(10);
      expect(site.submitted).toEqual(['a']);
      await dispatcher.close();
    });

    test('larger priorities first', async () => {
      const { puppet: site, dispatcher, pass } = stageOf(make);
      site.room = { ...site.room, cpus: 0 };
      await dispatcher.offer([submission('low')], 0);
      await dispatcher.offer([submission('high')], 5);
      site.room = { ...site.room, cpus: 1 };
      await pass(2_000);
      expect(site.submitted[0]).toBe('high');
      await dispatcher.close();
    });

    test('returns what could never fit, without a charge', async () => {
      const { puppet: site, dispatcher, reports, pass } = stageOf(make);
      await dispatcher.offer([submission('a', { shape: { ...smallShape, cpus: 99 } })], 0);
      await pass(100);
      expect(reports).toMatchObject([{ kind: 'returned', key: 'a' }]);
      expect(site.submitted).toEqual([]);
      await dispatcher.close();
    });

    test('a call that does not end leaves a doubt', async () => {
      const { puppet: site, dispatcher, reports, pass } = stageOf(make);
      site.answer = () => new Promise<Answer>(() => {});
      await dispatcher.offer([submission('a')], 0);
      await pass(TIMEOUT_MS + 100);
      expect(reports).toMatchObject([{ kind: 'answer', answer: { kind: 'unknown', key: 'a' } }]);
      await dispatcher.close();
    });

    test('withdraws what was not taken, and says so', async () => {
      const { puppet: site, dispatcher, reports, pass } = stageOf(make);
      site.room = { ...site.room, cpus: 0 };
      await dispatcher.offer([submission('a')], 0);
      await pass(1);
      await dispatcher.withdraw(['a', 'never-offered']);
      site.room = { ...site.room, cpus: 2 };
      await pass(2_000);
      expect(site.submitted).toEqual([]);
      expect(reports).toMatchObject([{ kind: 'returned', key: 'a' }]);
      await dispatcher.close();
    });

    test('drops an older epoch of the same run', async () => {
      const { puppet: site, dispatcher, pass } = stageOf(make);
      await dispatcher.offer([submission('new', { epoch: 2 })], 0);
      await dispatcher.offer([submission('old', { epoch: 1 })], 0);
      await pass(2_000);
      expect(site.submitted).toEqual(['new']);
      await dispatcher.close();
    });

    test('the same key twice is one submission while the first is under way', async () => {
      const { puppet: site, dispatcher, pass } = stageOf(make);
      await dispatcher.offer([submission('a'), submission('a')], 0);
      await pass(2_000);
      expect(site.submitted).toEqual(['a']);
      await dispatcher.close();
    });

    test('passes on what the site observes, and nothing after close', async () => {
      const { puppet: site, dispatcher, reports, pass } = stageOf(make);
      site.say([{ kind: 'running', attempt: '0.1' }]);
      await pass(10);
      expect(reports).toEqual([
        { kind: 'observations', observations: [{ kind: 'running', attempt: '0.1' }] },
      ]);
      await dispatcher.close();
      site.say([{ kind: 'running', attempt: '0.1' }]);
      await pass(10);
      expect(reports).toHaveLength(1);
    });
  });
}
