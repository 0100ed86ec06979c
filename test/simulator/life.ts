import { inProcess } from '../../engine/dispatch/in-process.ts';
import type { Departure, Driving } from '../../engine/drive/options.ts';
import { drive } from '../../engine/drive.ts';
import { openMemoryJournal } from '../../engine/journal/memory.ts';
import {
  type Clock,
  type Dispatcher,
  type FileStat,
  type Files,
  type Journal,
  JournalFull,
  type NewEvent,
  type Report,
  type Runner,
} from '../../engine/ports.ts';
import type { RunCreated } from '../../engine/run/event.ts';
import type { Select } from '../../engine/run/intervene.ts';
import { deliver } from './channels.ts';
import { earlierResults } from './earlier-results.ts';
import type { Scenario } from './scenario.ts';
import type { Site } from './site.ts';
import { tinyBinder } from './tiny-binder.ts';
import type { World } from './world.ts';

/** One engine from its start to its end, seen through ports at which it can stop or be paused. */
export interface Life {
  readonly driving: Promise<Driving>;
  dead: boolean;
  pausedUntilMs: number;
  left: Departure | undefined;
  /** Port calls made. */
  calls: number;
}

export interface LifeOptions {
  readonly world: World;
  readonly site: Site;
  readonly scenario: Scenario;
  /** Stops this life at its n-th crossing (each call has two: before and after its effect). */
  readonly crashAt: number | undefined;
  readonly onEnd: (life: Life) => void;
}

const PAUSE_MS = [20_000, 90_000] as const;

export const root = '/run';

export function startLife(options: LifeOptions): Life {
  const { world, site, scenario } = options;
  let crossings = 0;
  const life: Omit<Life, 'driving'> = {
    dead: false,
    pausedUntilMs: 0,
    left: undefined,
    calls: 0,
  };
  const never = () => new Promise<never>(() => {});
  const cross = async (): Promise<void> => {
    if (life.dead) return never();
    const { random, time } = world;
    crossings++;
    if (crossings === options.crashAt || random.chance(world.faults.now.crash)) {
      end();
      return never();
    }
    if (random.chance(world.faults.now.pause)) {
      life.pausedUntilMs = time.nowMs() + random.int(...PAUSE_MS);
      options.onEnd(life as Life);
    }
    await time.sleep(Math.max(random.int(0, 3), life.pausedUntilMs - time.nowMs()));
    if (life.dead) return never();
  };
  const end = () => {
    life.dead = true;
    options.onEnd(life as Life);
  };
  /** A call: time passes, it has its effect, time passes; the engine can stop at either side. */
  const call = async <T>(effect: () => T | Promise<T>): Promise<T> => {
    life.calls++;
    await cross();
    const result = await effect();
    await cross();
    return result;
  };
  const clock = clockOf(world, life);
  const runner = runnerOf(site.runner(), call, life);
  const runners = new Map([['local', runner]]);
  const journal = journalOf(world, call, end);
  const driving = drive({
    run: 'simulation',
    directory: root,
    plan: world.tiny.plan,
    rules: world.tiny.rules,
    binder: tinyBinder(world.tiny, scenario.behaviour),
    journal,
    dispatcher: lossy(world, inProcess({ runners, clock, submitTimeoutMs: 20_000 }), life),
    runners,
    files: filesOf(world, call),
    clock,
    host: 'login',
    pid: 1,
    created: scenario.created as RunCreated,
    select: selectAll,
    notify: (message) => call(() => deliver(world, message)),
    ...earlierResults(world, scenario.indexed ?? (() => undefined)),
    ...(scenario.largest === undefined ? {} : { largest: scenario.largest }),
    ...(scenario.behaviour.environment
      ? { environment: () => ({ name: 'stack', fields: {}, digest: '0' }) }
      : {}),
  });
  void driving
    .then(({ left }) => left)
    .catch((error: unknown): Departure => ({ kind: 'stopped', error }))
    .then((left) => {
      life.left = left;
      if (!life.dead) end();
    });
  return Object.assign(life, { driving });
}

/** A selector of the simulator: numbers of instances. */
const selectAll: Select = (selector, { wiring }) => ({
  instances: selector
    .split(',')
    .map(Number)
    .filter((instance) => instance < wiring.size),
});

type Call = <T>(effect: () => T | Promise<T>) => Promise<T>;

function clockOf(world: World, life: Pick<Life, 'dead' | 'pausedUntilMs'>): Clock {
  const { time } = world;
  return {
    runMs: time.nowMs,
    wall: () => new Date(time.nowMs()),
    wake(atMs, f) {
      const go = () => {
        if (life.dead) return;
        if (life.pausedUntilMs > time.nowMs()) time.at(life.pausedUntilMs, go);
        else f();
      };
      return time.at(atMs, go);
    },
  };
}

function runnerOf(runner: Runner, call: Call, life: Pick<Life, 'dead' | 'pausedUntilMs'>): Runner {
  return {
    ...runner,
    submit: (batch, signal) => call(() => runner.submit(batch, signal)),
    find: (keys, sinceMs) => call(() => runner.find(keys, sinceMs)),
    poll: (handles) => call(() => runner.poll(handles)),
    cancel: (handles, how) => call(() => runner.cancel(handles, how)),
    prepare: (environment, signal) => call(() => runner.prepare(environment, signal)),
    observe: (sink) =>
      runner.observe?.((observations) => {
        // What is told to a paused process is lost, as in a pipe that nobody reads.
        if (!life.dead && life.pausedUntilMs === 0) sink(observations);
      }) ?? (() => {}),
  };
}

/** A worker whose answers may be lost, doubled and late on their way. */
function lossy(world: World, dispatcher: Dispatcher, life: Pick<Life, 'dead'>): Dispatcher {
  const { random, time, faults } = world;
  const pass = (report: Report, sink: (reports: readonly Report[]) => void) => {
    if (report.kind !== 'answer' && report.kind !== 'returned') return sink([report]);
    const { lostReport, doubledReport, lateReport } = faults.now;
    if (random.chance(lostReport / 2)) return;
    for (let n = random.chance(doubledReport) ? 2 : 1; n > 0; n--) {
      const late = random.chance(lateReport / 2) ? random.int(1_000, 30_000) : 0;
      time.after(late, () => {
        if (!life.dead) sink([report]);
      });
    }
  };
  return {
    ...dispatcher,
    reports: (sink) =>
      dispatcher.reports((reports) => {
        for (const report of reports) pass(report, sink);
      }),
  };
}

function journalOf(world: World, call: Call, end: () => void): Journal {
  const { store, time, random } = world;
  const opened = openMemoryJournal(store, {
    holder: { host: 'login', pid: 1, startTicks: '', bootId: '', pidNamespace: '' },
    takeOver: true,
    wallMs: time.nowMs,
    liveness: () => 'dead',
  });
  if (opened.kind !== 'opened') throw new Error('the lease is held');
  const { journal } = opened;
  const kept: NewEvent[] = [];
  const append = async (events: readonly NewEvent[]): Promise<number> => {
    const isKept = world.breakage.intent === 'off' && events.some(isIntent);
    const seq = isKept ? store.events.length : await journal.append([...kept, ...events]);
    kept.length = 0;
    if (isKept) kept.push(...events);
    return seq;
  };
  return {
    ...journal,
    append: (events) =>
      call(async () => {
        if (random.chance(world.faults.now.diskFull)) throw new JournalFull('full');
        const fails = random.chance(world.faults.now.failedAppend);
        if (fails && random.chance(0.5)) return dieOf(end);
        const seq = await append(events);
        return fails ? dieOf(end) : seq;
      }),
  };
}

function isIntent({ event }: NewEvent): boolean {
  return event.kind === 'submission.intended';
}

/** An append whose outcome the engine never learns. */
function dieOf(end: () => void): Promise<never> {
  end();
  return new Promise<never>(() => {});
}

function filesOf(world: World, call: Call): Files {
  const { disk, random } = world;
  return {
    read: (path) =>
      call(() => {
        const text = disk.get(path);
        if (text === undefined) throw new Error(`no such file: ${path}`);
        return new TextEncoder().encode(text);
      }),
    stat: (paths) =>
      call(() =>
        paths.map((path): FileStat | undefined => {
          const text = disk.get(path);
          return text === undefined
            ? undefined
            : { size: text.length, mtimeMs: 0, directory: false };
        }),
      ),
    list: async (directory) =>
      [...disk.keys()]
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1)),
    write: (files) =>
      call(() => {
        for (const { path, text } of files) {
          if (random.chance(world.faults.now.failedWrite)) throw new Error('no space left');
          disk.set(path, text);
        }
      }),
    create: (path, text) =>
      call(() => {
        if (disk.has(path)) return false;
        disk.set(path, text);
        return true;
      }),
  };
}
