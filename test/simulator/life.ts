import { inProcess } from '../../engine/dispatch/in-process.ts';
import type { Departure, Driving } from '../../engine/drive/options.ts';
import { drive } from '../../engine/drive.ts';
import { openMemoryJournal } from '../../engine/journal/memory.ts';
import {
  type Clock,
  type Journal,
  JournalFull,
  type NewEvent,
  type Runner,
} from '../../engine/ports.ts';
import type { RunCreated } from '../../engine/run/event.ts';
import type { Select } from '../../engine/run/intervene.ts';
import { deliver } from './channels.ts';
import { filesOf } from './disk.ts';
import { earlierResults } from './earlier-results.ts';
import { type Queue, queuedDispatcher } from './queue.ts';
import type { Scenario } from './scenario.ts';
import type { Site } from './site.ts';
import { tinyBinder } from './tiny-binder.ts';
import { strikes, type World } from './world.ts';

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
  readonly queue: Queue;
  /** Stops this life at its n-th crossing (each call has two: before and after its effect). */
  readonly crashAt: number | undefined;
  /** Pauses it there instead, beside its successor. */
  readonly pauseAt: number | undefined;
  readonly onEnd: (life: Life) => void;
}

const PAUSE_MS = [20_000, 90_000] as const;
const HOUR_MS = 3_600_000;
/** A call that a dead engine had begun has its effect within so long: less than the site's grace. */
const IN_FLIGHT_MS = 10_000;

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
  const cross = async (after?: () => unknown): Promise<void> => {
    if (life.dead) return never();
    const { random, time } = world;
    crossings++;
    if (strikes(world, 'clockJump')) world.wallOffsetMs = random.int(-HOUR_MS, HOUR_MS);
    if (crossings === options.crashAt || strikes(world, 'crash')) {
      if (after && strikes(world, 'inFlight')) time.after(random.int(1, IN_FLIGHT_MS), after);
      end();
      return never();
    }
    if (crossings === options.pauseAt || strikes(world, 'pause')) {
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
  const call = async <T>(effect: () => T | Promise<T>, goesOn = false): Promise<T> => {
    life.calls++;
    await cross(goesOn ? effect : undefined);
    const result = await effect();
    await cross();
    return result;
  };
  const clock = clockOf(world, life);
  const runner = runnerOf(world, site.runner(), call, life);
  const runners = new Map([['local', runner]]);
  const journal = journalOf(world, call, end);
  const driving = drive({
    run: 'simulation',
    directory: root,
    plan: world.tiny.plan,
    rules: world.tiny.rules,
    binder: tinyBinder(world.tiny, scenario.behaviour),
    journal,
    dispatcher: queuedDispatcher(
      { world, queue: options.queue, life, call },
      inProcess({ runners, clock, submitTimeoutMs: 20_000 }),
    ),
    runners,
    files: filesOf(world, call, () => dieOf(end)),
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

/** `goesOn`: where a crash interrupts it, it may have its effect later. */
export type Call = <T>(effect: () => T | Promise<T>, goesOn?: boolean) => Promise<T>;

function clockOf(world: World, life: Pick<Life, 'dead' | 'pausedUntilMs'>): Clock {
  const { time } = world;
  return {
    runMs: time.nowMs,
    wall: () => new Date(time.nowMs() + world.wallOffsetMs),
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

function runnerOf(
  world: World,
  runner: Runner,
  call: Call,
  life: Pick<Life, 'dead' | 'pausedUntilMs'>,
): Runner {
  const asking = <T>(ask: () => Promise<T>) =>
    call(() => {
      if (strikes(world, 'failedCall')) throw new Error('the site cannot be reached');
      return ask();
    });
  return {
    ...runner,
    submit: (batch, signal) => call(() => runner.submit(batch, signal), true),
    find: (keys, sinceMs) => asking(() => runner.find(keys, sinceMs)),
    poll: (handles) => asking(() => runner.poll(handles)),
    cancel: (handles, how) => call(() => runner.cancel(handles, how), true),
    room: () => asking(() => runner.room()),
    prepare: (environment, signal) => call(() => runner.prepare(environment, signal)),
    observe: (sink) =>
      runner.observe?.((observations) => {
        // What is told to a paused process is lost, as in a pipe that nobody reads.
        if (!life.dead && life.pausedUntilMs === 0) sink(observations);
      }) ?? (() => {}),
  };
}

function journalOf(world: World, call: Call, end: () => void): Journal {
  const { store, time, random } = world;
  const opened = openMemoryJournal(store, {
    holder: { host: 'login', pid: 1, startTicks: '', bootId: '', pidNamespace: '' },
    takeOver: true,
    wallMs: () => time.nowMs() + world.wallOffsetMs,
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
        if (strikes(world, 'diskFull')) throw new JournalFull('full');
        const fails = strikes(world, 'failedAppend');
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
