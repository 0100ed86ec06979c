import { largePlan } from '../plan/size.ts';
import { type Close, Fenced, JournalFull } from '../ports.ts';
import { checkDeadlines } from '../run/deadlines.ts';
import { begins, decide, nextDueMs } from '../run/decide.ts';
import type { RunEvent } from '../run/event.ts';
import { environmentName, follow, frontierOf, unpark } from '../run/frontier.ts';
import { noticesOf } from '../run/notify.ts';
import { type Recorded, reduce } from '../run/reduce.ts';
import { standingsOf } from '../run/result.ts';
import {
  type Decision,
  defaultTimings,
  type Effect,
  type Scene,
  type SiteRoom,
} from '../run/scene.ts';
import { snapshot } from '../run/snapshot.ts';
import { type Actor, actor } from './act.ts';
import { type Engine, isOurs } from './engine.ts';
import { type Folded, foldJournal } from './fold.ts';
import { forgetter } from './forget.ts';
import { type Message, mailbox } from './message.ts';
import type { Departure, DriveOptions } from './options.ts';
import { journalTail, keepingBinder, recordLater } from './record.ts';
import { reportedEnds, take } from './take.ts';

/** Events of one transaction, about: a tick that makes more goes on in the next. */
const TICK_EVENTS = 1_000;
const SNAPSHOT_EVENTS = 50_000;
const INBOX_MS = 500;
/** What is not urgent waits so long: of what has ended by then, a start and an acceptance are no news. */
const LAZY_MS = 100;
const FULL_MS = 1_000;

export async function startEngine(options: DriveOptions): Promise<Engine> {
  const { journal, clock } = options;
  const folded = await foldJournal(journal, options.plan, options.rules, options.folded);
  const { state } = folded;
  const rooms = new Map<string, SiteRoom>();
  const scene: Engine['scene'] = {
    run: options.run,
    root: options.directory,
    state,
    frontier: frontierOf(state),
    binder: keepingBinder(options.binder),
    standings: standingsOf(state, options.directory),
    rooms,
    lookup: options.lookup,
    notices: options.isRehearsal ? [] : noticesOf(options.plan),
    isRehearsal: options.isRehearsal ?? false,
    largest: options.largest ?? largePlan,
    leaving: undefined,
    nowMs: Math.max(state.runMs, clock.runMs()),
    timings: { ...defaultTimings, ...options.timings },
  };
  let unhurried: Close = () => {};
  const closes: Close[] = [() => unhurried()];
  let gone = false;
  let fenced = false;
  let resolveLeft: (left: Departure) => void = () => {};
  const engine: Engine = {
    options,
    scene,
    mail: mailbox((f) => {
      unhurried = clock.wake(clock.runMs() + LAZY_MS, f);
    }),
    left: new Promise((resolve) => {
      resolveLeft = resolve;
    }),
    isGone: () => gone,
    isFenced: () => fenced,
    async leave(left) {
      if (gone) return;
      gone = true;
      fenced = left.kind === 'fenced';
      engine.mail.poke();
      for (const close of closes) await close();
      resolveLeft(left);
    },
  };
  // Its plan is the run's own where that grows.
  if (state.fan) options.binder.follow?.(state.plan, scene.standings);
  const act = actor(engine, rooms);
  closes.push(
    options.dispatcher.reports((reports) => {
      for (const report of reports) {
        if (report.kind === 'room') act.setRoom(report.site, report.room);
        if (report.kind === 'observations') act.collect(reportedEnds(scene, report.observations));
        engine.mail.add({ kind: 'report', report }, isUrgent(report));
      }
    }),
  );
  void run(engine, act, folded, closes).catch((error: unknown) =>
    engine.leave(error instanceof Fenced ? { kind: 'fenced' } : { kind: 'stopped', error }),
  );
  return engine;
}

/**
 * Acceptances and starts are worth no commit of their own: after a crash they are found again. An end
 * comes as a message of its own, once its evidence is read.
 */
function isUrgent(report: Extract<Message, { kind: 'report' }>['report']): boolean {
  if (report.kind === 'answer') return report.answer.kind !== 'accepted';
  return report.kind !== 'observations';
}

async function run(
  engine: Engine,
  act: Actor,
  { seq, since }: Folded,
  closes: Close[],
): Promise<void> {
  const { scene, options } = engine;
  const { state } = scene;
  let unsaved = since;
  const first: RunEvent[] = state.created ? [] : [options.created];
  const { host, pid, journal } = options;
  if (state.run === 'succeeded' || state.run === 'failed' || state.run === 'cancelled') {
    await engine.leave({ kind: 'ended', state: state.run });
    return;
  }
  first.push({ kind: 'run.started', epoch: journal.epoch, host, pid });
  const start = tickOf(engine);
  start.apply({ events: first, effects: [] });
  const record = recordLater(scene, options, closes, engine.isFenced);
  if (options.record) record(await journalTail(journal, seq));
  await commit(engine, start);
  const forget = forgetter(engine, closes);
  forget();
  await act.start();
  repeat(engine, closes, scene.timings.sweepMs, () => {
    if (isOurs(engine)) engine.mail.add({ kind: 'sweep' });
  });
  repeat(engine, closes, INBOX_MS, () => act.readInbox());
  engine.mail.add({ kind: 'sweep' });
  const due = dueTimer(engine);
  while (!engine.isGone()) {
    const messages = await engine.mail.take();
    if (engine.isGone()) return;
    const tick = tickOf(engine);
    tickMessages(tick, engine, messages);
    const more = settleDecisions(tick, scene);
    await commit(engine, tick);
    if (engine.isGone()) return;
    forget();
    act.do(tick.effects);
    act.answer(tick.events);
    record(tick.events);
    unsaved += tick.events.length;
    if (unsaved >= (options.snapshotEvents ?? SNAPSHOT_EVENTS)) {
      unsaved = 0;
      await save(engine, tick.seq);
    }
    if (isOver(scene)) {
      await act.idle();
      await engine.leave({ kind: 'ended', state: state.run });
    } else if (more) engine.mail.poke();
    due.set(nextDueMs(scene));
  }
}

/** A snapshot only saves time: one that does not fit on a full disk is left for the next occasion. */
async function save({ options, scene }: Engine, seq: number): Promise<void> {
  try {
    await options.journal.snapshot(snapshot(scene.state), seq);
  } catch (error) {
    if (!(error instanceof JournalFull)) throw error;
  }
}

function isOver({ state }: Scene): boolean {
  return state.run !== 'running' && state.run !== 'pausing';
}

interface Tick {
  readonly events: Recorded[];
  readonly touched: number[];
  readonly effects: Effect[];
  /** Of its last event, once durable. */
  seq: number;
  apply(decision: Decision): void;
}

function tickOf({ scene, options }: Engine): Tick {
  const { clock } = options;
  scene.nowMs = Math.max(scene.state.runMs, clock.runMs());
  let at: string | undefined;
  const tick: Tick = {
    events: [],
    touched: [],
    effects: [],
    seq: 0,
    apply(decision) {
      for (const event of decision.events) {
        at ??= clock.wall().toISOString();
        const recorded = { at, runMs: scene.nowMs, event };
        const touched = reduce(scene.state, recorded);
        follow(scene.frontier, scene.state, touched);
        if (event.kind === 'environment.prepared' || event.kind === 'environment.failed') {
          unpark(scene.frontier, environmentName(`${event.site}/${event.name}`));
        }
        tick.events.push(recorded);
        for (const instance of touched) tick.touched.push(instance);
      }
      tick.effects.push(...decision.effects);
    },
  };
  return tick;
}

function tickMessages(tick: Tick, engine: Engine, messages: readonly Message[]): void {
  const { scene, options } = engine;
  const select = options.select ?? (() => ({ invalid: 'selectors are not understood here' }));
  let sweeps = false;
  for (const message of endsFirst(messages)) {
    tick.apply(take(scene, message, select));
    sweeps ||=
      message.kind === 'sweep' || message.kind === 'cancel' || message.kind === 'intervention';
  }
  if (sweeps) tick.apply(checkDeadlines(scene));
}

/**
 * A lane tells an end and the next start in one breath, but the end's evidence has to be read first: so
 * that no more seem to run than there are lanes, and what began and ended since the last tick is one event.
 */
function endsFirst(messages: readonly Message[]): readonly Message[] {
  const [first, ...rest] = messages;
  if (!first || rest.length === 0) return messages;
  const isEnd = ({ kind }: Message) => kind === 'collected';
  return [...messages.filter(isEnd), ...messages.filter((message) => !isEnd(message))];
}

/** Decides until nothing follows; true if it stopped because the transaction is large enough. */
function settleDecisions(tick: Tick, scene: Scene): boolean {
  for (;;) {
    const decision = decide(scene);
    tick.apply(decision);
    if (decision.events.length === 0) return begins(scene.state) && scene.frontier.unbound.size > 0;
    if (tick.events.length >= TICK_EVENTS) return true;
  }
}

/** Makes a tick durable before anything of it is shown or acted on; waits while the disk is full. */
async function commit(engine: Engine, tick: Tick): Promise<void> {
  if (tick.events.length === 0) return;
  const { journal, clock, onEvents, onNotice } = engine.options;
  for (let told = false; ; ) {
    if (engine.isGone()) return;
    try {
      tick.seq = await journal.append(tick.events);
      break;
    } catch (error) {
      if (!(error instanceof JournalFull)) throw error;
      if (!told)
        onNotice?.("the journal's disk is full: nothing new is begun until there is space");
      told = true;
      await new Promise<void>((resolve) => clock.wake(clock.runMs() + FULL_MS, resolve));
    }
  }
  onEvents?.(tick.events, tick.touched);
}

/** Calls `f` every `everyMs` until the engine leaves. */
function repeat(engine: Engine, closes: Close[], everyMs: number, f: () => void): void {
  const { clock } = engine.options;
  let close: Close | undefined;
  const again = () => {
    close = clock.wake(clock.runMs() + everyMs, () => {
      if (engine.isGone()) return;
      f();
      again();
    });
  };
  again();
  closes.push(() => close?.());
}

/** One timer for what falls due next. */
function dueTimer(engine: Engine): { set(atMs: number | undefined): void } {
  const { clock } = engine.options;
  let set: number | undefined;
  let close: Close | undefined;
  return {
    set(atMs) {
      if (atMs === set || engine.isGone()) return;
      void close?.();
      set = atMs;
      close =
        atMs === undefined
          ? undefined
          : clock.wake(atMs, () => {
              set = undefined;
              if (!engine.isGone()) engine.mail.add({ kind: 'due' });
            });
    },
  };
}
