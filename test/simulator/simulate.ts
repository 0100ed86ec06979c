import { foldJournal, newState } from '../../engine/drive/fold.ts';
import type { Driving } from '../../engine/drive/options.ts';
import type { StoredEvent } from '../../engine/ports.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import { recount } from '../../engine/run/recount.ts';
import { reduce } from '../../engine/run/reduce.ts';
import { restore, snapshot } from '../../engine/run/snapshot.ts';
import type { RunState } from '../../engine/run/state.ts';
import { isEnded } from '../../engine/run/states.ts';
import { checkJournal } from './check-journal.ts';
import { type Breakage, type Faults, noFaults, weatherOf } from './faults.ts';
import { growingScenario } from './growing-scenario.ts';
import { type Life, root, startLife } from './life.ts';
import { emptyQueue } from './queue.ts';
import { randomOf } from './random.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { siteOf } from './site.ts';
import { virtualTime } from './virtual-time.ts';
import { checkOrder, strikes, type World, weakly, worldOf } from './world.ts';

/**
 * The real drive, decide and reduce on a virtual clock, over fake ports, from a seed (faults.ts has the
 * fault model). What must hold:
 *
 *  1. an attempt's payload is executed at most once;
 *  2. an instance never runs twice at once, nor again after a success;
 *  3. it never starts before its producers have succeeded, nor from a directory that is not whole;
 *  4. nothing is intended after a cancel of the run, and nothing starts or runs after its end;
 *  5. once the faults have stopped the run ends soon (`PATIENCE_MS`), and every instance has ended with it;
 *  6. what the journal says has succeeded was executed, and what was executed well is not lost;
 *     With fan-out at run time 3 is checked at the end, for every member that there came to be.
 *  7. the engine never gives up for a reason of its own; the fold of the journal equals the live state; a fold through a snapshot anywhere too;
 *     every event applied twice changes nothing; and counting anew finds the same counters.
 *
 *  8. each channel is told at least once of an end, before that is written, and never without an intent;
 *  9. nothing is executed that the index gave, and nothing is undone whose result can be found;
 * 10. a run that is held does not grow, and goes on when it is released.
 *
 * 1 to 3 are checked where payloads start (world.ts), the rest at the end. A site without a shared directory
 * has no claims, and evidence by its own word only: there 1, 2, the second half of 4 and that no good end is
 * lost are as good as the site (a job that it starts twice runs twice; an end that it neither tells nor lists
 * is taken for lost). All else holds there, too.
 */
export interface Simulation {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly lives: number;
  /** Instances whose payload was executed well. */
  readonly succeeded: number;
  /** Port calls of all lives, and virtual time. */
  readonly calls: number;
  readonly endedAtMs: number;
  /** The journal: two runs of one seed have the same. */
  readonly events: readonly StoredEvent[];
  /** What a site without a shared directory does not promise, and did. */
  readonly weaknesses: readonly string[];
  readonly tally: World['tally'];
  readonly executions: number;
}

export interface SimulationOptions {
  readonly seed: number;
  readonly faults?: Faults;
  readonly breakage?: Breakage;
  readonly scenario?: Scenario;
  /** A scenario in which steps fan out at run time. */
  readonly growing?: boolean;
  /** Stops the first life at this crossing; or each of the first at one of its own. */
  readonly crashAt?: number | readonly number[];
  /** Pauses the first life at this crossing, while its successor goes on. */
  readonly pauseAt?: number;
  /** Gets a line for all that happens beside the journal. */
  readonly trace?: (text: string) => void;
  /** False: a site whose files no engine sees. */
  readonly shared?: boolean;
}

const START_MS = 1_000_000;
/** Faults stop then, or when the longest payload may have run twice. */
const FAULTY_MS = 60_000;
/**
 * Within so long of the faults' end a run has to end, and so many of its longest payloads later: every wait of
 * the engine in a row, and what is left to be run by one lane.
 */
const PATIENCE_MS = 300_000;
const PATIENCE_PAYLOADS = 60;

export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const { seed } = options;
  const random = randomOf(seed);
  const scenario = options.scenario ?? (options.growing ? growingScenario : scenarioOf)(random);
  const time = virtualTime(START_MS);
  const faults = options.faults ?? weatherOf(random);
  const world = worldOf(scenario.tiny, time, random, faults, options.breakage ?? {}, options);
  const site = siteOf(world, scenario);
  const lives: Life[] = [];
  let done: Life | undefined;
  let stopped = false;
  const queue = emptyQueue();
  const crashes = [options.crashAt ?? []].flat();
  const begin = () => {
    if (done || stopped) return;
    const crashAt = crashes[lives.length];
    const pauseAt = lives.length === 0 ? options.pauseAt : undefined;
    saveSnapshot(world);
    lives.push(startLife({ world, site, scenario, queue, crashAt, pauseAt, onEnd: follow }));
  };
  const follow = (life: Life) => {
    if (life.left?.kind === 'ended') done = life;
    if (life.left?.kind === 'stopped') {
      stopped = true;
      world.violations.push(`the engine gave up: ${String(life.left.error)}`);
    }
    if (done || stopped) return;
    // It may end before it is in the list, and again after it was paused.
    time.after(random.int(50, 15_000), () => {
      if (life === lives.at(-1)) begin();
    });
  };
  scenario.interventions.forEach(({ atMs, text }, n) => {
    time.at(START_MS + atMs, () => world.disk.set(`${root}/inbox/i${n}.json`, text));
  });
  world.retries = scenario.interventions.some(({ text }) => text.includes('"retry"'));
  if (scenario.largest !== undefined) releaseWhenHeld(world);
  const longestMs = scenario.longestMs ?? 3_000;
  const faultyMs = Math.max(FAULTY_MS, 2 * longestMs);
  time.at(START_MS + faultyMs, () => {
    world.faults.now = noFaults;
  });
  begin();
  const ended = await time.run(
    () => done !== undefined || stopped,
    START_MS + faultyMs + PATIENCE_MS + PATIENCE_PAYLOADS * longestMs,
  );
  if (!ended) world.violations.push('the run did not end');
  const endedAtMs = time.nowMs() - START_MS;
  if (done) await checkAfterwards(world);
  try {
    if (!stopped) await checkEnd(world, scenario, done ? await done.driving : undefined);
  } catch (error) {
    world.violations.push(`the journal is no history of a run: ${String(error)}`);
  }
  return {
    seed,
    violations: world.violations,
    lives: lives.length,
    succeeded: world.succeeded.size,
    calls: lives.reduce((sum, life) => sum + life.calls, 0),
    endedAtMs,
    events: world.store.events,
    weaknesses: world.weaknesses,
    tally: world.tally,
    executions: [...world.executions.values()].reduce((sum, times) => sum + times, 0),
  };
}

const LOOK_MS = 7_000;

/** Somebody looks now and then whether the run has stopped growing, and lets it. */
function releaseWhenHeld(world: World): void {
  let released = 0;
  const look = () => {
    const held = world.store.events.filter(({ event }) => event.kind === 'growth.held').length;
    if (held > released) {
      released = held;
      const text = JSON.stringify({ format: 1, verb: 'release', selector: '' });
      world.disk.set(`${root}/inbox/larger${held}.json`, text);
    }
    world.time.after(LOOK_MS, look);
  };
  look();
}

/** What an engine left before it died, of any moment: the next goes on from there. */
function saveSnapshot(world: World): void {
  const { events, snapshots } = world.store;
  if (events.length === 0 || !strikes(world, 'snapshot')) return;
  const seq = world.random.int(1, events.length);
  snapshots.push({ seq, state: snapshot(foldOf(world.tiny, events.slice(0, seq))) });
}

/** Longer than an engine is paused, and than the site takes to accept. */
const AFTERWARDS_MS = 120_000;

/** With a run's end all of it has ended: nothing runs any more, and nothing starts, whoever wakes up late. */
async function checkAfterwards(world: World): Promise<void> {
  const { running, executions, time } = world;
  for (const [instance, count] of running) {
    if (count > 0) weakly(world, `instance ${instance} runs after the end of the run`);
  }
  const count = () => [...executions.values()].reduce((sum, times) => sum + times, 0);
  const before = count();
  await time.run(() => false, time.nowMs() + AFTERWARDS_MS);
  if (count() > before) weakly(world, 'a payload was started after the end of the run');
}

/** What must hold of a journal, whoever wrote it; `last` is the engine that ended the run. */
export async function checkEnd(
  world: World,
  scenario: Scenario,
  last: Driving | undefined,
): Promise<void> {
  const { store, tiny, violations } = world;
  const { events } = store;
  const cancelledAt = events.findIndex(({ event }) => event.kind === 'run.cancelled');
  const late = events.findLastIndex(({ event }) => event.kind === 'submission.intended');
  if (cancelledAt >= 0 && late > cancelledAt) violations.push('a submission after the cancel');
  const state = foldOf(tiny, events);
  for (let i = 0; i < state.wiring.size; i++) {
    if (last && !isEnded[state.instances.state[i] ?? 0])
      violations.push(`instance ${i} has not ended`);
  }
  checkJournal(world, scenario);
  checkOrder(world, state);
  if (last && textOf(last.state) !== textOf(state))
    violations.push('the fold is not the live state');
  await checkReplay(world, state);
}

async function checkReplay(
  { store, tiny, random, violations }: World,
  whole: RunState,
): Promise<void> {
  const { events } = store;
  const cut = random.int(0, events.length);
  const part = snapshot(foldOf(tiny, events.slice(0, cut)));
  const resumed = newState(tiny.plan, tiny.rules);
  if (!restore(resumed, part)) violations.push('a snapshot cannot be restored');
  for (const stored of events.slice(cut)) apply(resumed, stored);
  if (textOf(resumed) !== textOf(whole)) violations.push(`a snapshot at ${cut} changes the fold`);
  const twice = newState(tiny.plan, tiny.rules);
  for (const stored of events) {
    apply(twice, stored);
    apply(twice, stored);
  }
  if (textOf(twice) !== textOf(whole)) violations.push('an event applied twice changes the state');
  const counted = countersOf(whole);
  recount(whole);
  if (countersOf(whole) !== counted) violations.push('counting anew finds other counters');
  const folded = await foldJournal(
    {
      read: async function* () {
        yield events;
      },
      latest: async () => ({ seq: cut, state: part }),
    },
    tiny.plan,
    tiny.rules,
  );
  if (folded.seq !== events.length) violations.push('the fold has not read the whole journal');
}

function foldOf(tiny: World['tiny'], events: readonly StoredEvent[]): RunState {
  const state = newState(tiny.plan, tiny.rules);
  for (const stored of events) apply(state, stored);
  return state;
}

function apply(state: RunState, { at, runMs, event }: StoredEvent): void {
  reduce(state, { at, runMs, event: event as RunEvent });
}

/** Derived from the rest, or raised at other moments: two folds may rightly differ in it. */
const derived = new Set(['plan', 'rules', 'wiring', 'links', 'undecided', 'generation', 'fan']);

/** All that a state holds: its snapshot, and what that might have forgotten. */
function textOf(state: RunState): string {
  const whole = Object.entries(state).filter(([name]) => !derived.has(name));
  const rest = JSON.stringify(whole, (_, value) => {
    if (value instanceof Map) return [...value].sort(([a], [b]) => (a < b ? -1 : 1));
    if (value instanceof Set) return [...value].sort();
    return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value;
  });
  return `${new TextDecoder().decode(snapshot(state))}${rest}`;
}

function countersOf({ instances, counts, ended, hardBlocked, mainOpen }: RunState): string {
  return JSON.stringify([instances.state, instances.waits, counts, ended, hardBlocked, mainOpen]);
}
