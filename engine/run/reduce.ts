import type { NewEvent } from '../ports.ts';
import { EVENT_FORM, type RunEvent } from './event.ts';
import { reduceExpanded } from './fan-out/grow.ts';
import { closeFan } from './fan-out/open-fan.ts';
import { eachOf, type Ranges } from './ranges.ts';
import { recount } from './recount.ts';
import { reduceAttempt, reduceSubmission } from './reduce-attempt.ts';
import { reduceRollback } from './reduce-rollback.ts';
import { resetInstance } from './reset.ts';
import { spread } from './settle.ts';
import { block, type Wave } from './standing.ts';
import { startAnew } from './start-anew.ts';
import {
  flag,
  hasFlag,
  IllegalTransition,
  move,
  type RunState,
  setFlag,
  stateOf,
} from './state.ts';
import { isEnded, isOpen, isPending, next, type RunTrigger, runMachine } from './states.ts';

/** An event with its time, before or after the journal has numbered it. */
export type Recorded = Omit<NewEvent, 'event'> & { readonly event: RunEvent };

/**
 * Applies one event in place and gives the instances whose state changed. Deterministic; an event
 * applied twice changes nothing the second time; an illegal one throws `IllegalTransition`.
 */
export function reduce(state: RunState, { event, at, runMs }: Recorded): readonly number[] {
  state.runMs = Math.max(state.runMs, runMs);
  const wave: Wave = { ended: [], touched: [], steps: [] };
  switch (event.kind) {
    case 'run.created':
    case 'run.started':
    case 'run.draining':
    case 'run.cancelled':
    case 'run.ended':
      reduceRun(state, event, at, wave);
      break;
    case 'step.expanded':
    case 'growth.held':
    case 'growth.paused':
    case 'growth.released':
      reduceGrowth(state, event, wave);
      break;
    case 'instance.warned':
      break;
    case 'instance.reused':
    case 'instance.skipped':
    case 'instance.blocked':
    case 'instance.failed':
      reduceInstance(state, event, wave);
      break;
    case 'instance.held':
    case 'instance.released':
    case 'instance.cancelled':
    case 'instance.retried':
    case 'instance.prioritised':
      reduceMany(state, event, wave);
      break;
    case 'submission.intended':
    case 'submission.repeated':
    case 'submission.accepted':
    case 'submission.refused':
    case 'submission.returned':
    case 'submission.unknown':
      reduceSubmission(state, event, wave);
      break;
    case 'attempt.running':
    case 'attempt.suspected':
    case 'attempt.ended':
      reduceAttempt(state, event, at, wave);
      break;
    case 'environment.preparing':
    case 'environment.prepared':
    case 'environment.failed':
      reduceEnvironment(state, event);
      break;
    case 'file.registered':
      state.registered.set(event.path, event.file);
      break;
    case 'notification.intended':
    case 'notification.ended':
      reduceNotice(state, event);
      break;
    case 'rollback.begun':
    case 'rollback.ended':
      reduceRollback(state, event, wave);
      break;
    case 'intervention.received':
    case 'intervention.answered':
      reduceIntervention(state, event);
      break;
    default:
      throw new IllegalTransition(unknownKind(event));
  }
  spread(state, wave);
  return wave.touched;
}

/** Of a journal that a later release wrote, or that somebody has changed. */
function unknownKind(event: never): string {
  return `\`${(event as { readonly kind: string }).kind}\` is no kind of event that this release knows`;
}

type Of<P extends string> = Extract<RunEvent, { kind: P }>;

function reduceRun(
  state: RunState,
  event: Of<'run.created' | 'run.started' | 'run.draining' | 'run.cancelled' | 'run.ended'>,
  at: string,
  wave: Wave,
): void {
  switch (event.kind) {
    case 'run.created': {
      if (state.created) return;
      if (event.v > EVENT_FORM) {
        throw new IllegalTransition(
          `its events have form ${event.v}, and this release knows ${EVENT_FORM}`,
        );
      }
      // Its texts are for whoever plans the run again; the fold has no use for them.
      const { sources: _, contents: __, ...rest } = event;
      state.created = rest;
      return;
    }
    case 'run.started':
      moveRun(state, 'start');
      if (event.epoch !== state.epoch) state.epochAtMs = state.runMs;
      state.epoch = event.epoch;
      state.startedAt ??= at;
      state.finishedAt = undefined;
      return;
    case 'run.draining':
      if (state.run !== 'pausing') moveRun(state, 'drain');
      return;
    case 'run.cancelled':
      state.cancelled = true;
      cancel(state, [[0, state.wiring.size - 1]], wave);
      closeFan(state, wave);
      return;
    case 'run.ended':
      if (state.run === event.state) return;
      moveRun(state, endTrigger[event.state]);
      state.finishedAt = at;
      if (event.state !== 'interrupted') state.endings++;
  }
}

const endTrigger = {
  succeeded: 'succeed',
  failed: 'fail',
  cancelled: 'cancel',
  interrupted: 'interrupt',
} as const;

function moveRun(state: RunState, trigger: RunTrigger): void {
  const to = next(runMachine, state.run, trigger);
  if (to === undefined) throw new IllegalTransition(`run: ${trigger} while ${state.run}`);
  state.run = to;
}

/** Results that make other rows of what was expanded before change what exists: all is counted anew. */
function reduceGrowth(
  state: RunState,
  event: Of<'step.expanded' | 'growth.held' | 'growth.paused' | 'growth.released'>,
  wave: Wave,
): void {
  const { fan } = state;
  if (event.kind === 'step.expanded') {
    if (!reduceExpanded(state, event, wave)) return;
    state.generation++;
    wave.ended.length = 0;
    for (const instance of recount(state)) wave.touched.push(instance);
  } else if (fan && event.kind === 'growth.held') fan.held = event.instances;
  else if (fan && event.kind === 'growth.paused') fan.paused = true;
  else if (fan) {
    fan.paused = false;
    fan.allowed ||= fan.held !== undefined;
  }
}

function reduceInstance(
  state: RunState,
  event: Of<'instance.reused' | 'instance.skipped' | 'instance.blocked' | 'instance.failed'>,
  wave: Wave,
): void {
  const { instance } = event;
  if (isEnded[state.instances.state[instance] ?? 0]) return;
  if (event.kind === 'instance.blocked') {
    state.reasons.set(instance, event.reason);
    block(state, instance, wave, false);
    return;
  }
  if (event.kind === 'instance.skipped') move(state, instance, 'skip');
  else if (event.kind === 'instance.failed') {
    move(state, instance, 'fail');
    const number = state.instances.attempts[instance] ?? 0;
    state.failures.set(instance, { number, cause: event.cause, text: event.text });
  } else {
    move(state, instance, 'reuse');
    setFlag(state, instance, flag.reused, true);
    setFlag(state, instance, flag.undone, false);
    state.reused[state.wiring.stepOf[instance] ?? 0]!++;
    state.borrowed.set(instance, event.result);
  }
  state.again.delete(instance);
  wave.ended.push(instance);
  wave.touched.push(instance);
}

function reduceMany(
  state: RunState,
  event: Of<
    | 'instance.held'
    | 'instance.released'
    | 'instance.cancelled'
    | 'instance.retried'
    | 'instance.prioritised'
  >,
  wave: Wave,
): void {
  switch (event.kind) {
    case 'instance.held':
      for (const i of eachOf(event.instances)) hold(state, i, wave);
      return;
    case 'instance.released':
      for (const i of eachOf(event.instances)) release(state, i, wave);
      return;
    case 'instance.cancelled':
      for (const i of eachOf(event.instances)) state.reasons.set(i, event.because);
      cancel(state, event.instances, wave);
      return;
    case 'instance.prioritised':
      for (const i of eachOf(event.instances)) {
        state.priorities.set(i, event.priority);
        wave.touched.push(i);
      }
      return;
    case 'instance.retried':
      retry(state, event, wave);
  }
}

function hold(state: RunState, instance: number, wave: Wave): void {
  const at = state.instances.state[instance] ?? 0;
  if (isEnded[at] || hasFlag(state, instance, flag.held)) return;
  setFlag(state, instance, flag.held, true);
  if (isOpen[at]) return;
  move(state, instance, 'hold');
  wave.touched.push(instance);
}

function release(state: RunState, instance: number, wave: Wave): void {
  setFlag(state, instance, flag.held, false);
  if (stateOf(state, instance) !== 'held') return;
  move(state, instance, 'release');
  if (state.instances.waits[instance] === 0) move(state, instance, 'satisfy');
  wave.touched.push(instance);
}

function cancel(state: RunState, ranges: Ranges, wave: Wave): void {
  for (const instance of eachOf(ranges)) {
    const at = state.instances.state[instance] ?? 0;
    if (isOpen[at]) {
      if (hasFlag(state, instance, flag.cancelling)) continue;
      setFlag(state, instance, flag.cancelling, true);
      wave.touched.push(instance);
    } else if (isPending[at]) {
      move(state, instance, 'cancel');
      state.again.delete(instance);
      wave.ended.push(instance);
      wave.touched.push(instance);
    }
  }
}

/** Chosen ones, whatever is blocked and, with anything before them, the closing steps begin anew. */
function retry(state: RunState, event: Of<'instance.retried'>, wave: Wave): void {
  for (const i of eachOf(event.instances)) {
    if (event.with) state.overrides.set(i, { ...state.overrides.get(i), ...event.with });
    resetInstance(state, i, wave);
    const due = state.again.get(i);
    if (due) {
      state.again.set(i, { ...due, atMs: 0 });
      wave.touched.push(i);
    }
  }
  startAnew(state, wave);
}

function reduceEnvironment(
  state: RunState,
  event: Of<'environment.preparing' | 'environment.prepared' | 'environment.failed'>,
): void {
  const id = `${event.site}/${event.name}`;
  const before = state.environments.get(id);
  const failures = before && before.kind !== 'prepared' ? before.failures : 0;
  switch (event.kind) {
    case 'environment.preparing':
      state.environments.set(id, { kind: 'preparing', failures });
      return;
    case 'environment.prepared':
      state.environments.set(id, { kind: 'prepared', setup: event.setup });
      return;
    case 'environment.failed':
      if (before?.kind !== 'preparing') return;
      state.environments.set(id, {
        kind: 'failed',
        text: event.text,
        failures: failures + 1,
        againAtMs: event.againAtMs,
      });
  }
}

function reduceNotice(
  state: RunState,
  event: Of<'notification.intended' | 'notification.ended'>,
): void {
  const known = state.notices.get(event.id);
  if (event.kind === 'notification.ended') {
    if (known) known.ended = true;
  } else if (!known) {
    const { id, channel, state: verdict } = event;
    state.notices.set(id, { channel, state: verdict, ended: false });
  }
}

function reduceIntervention(
  state: RunState,
  event: Of<'intervention.received' | 'intervention.answered'>,
): void {
  if (event.kind === 'intervention.received') {
    if (!state.interventions.has(event.id)) {
      state.interventions.set(event.id, { verb: event.verb, answer: undefined });
    }
    return;
  }
  const known = state.interventions.get(event.id);
  if (known) {
    known.answer = { accepted: event.accepted, text: event.text, count: event.count };
  }
}
