import type { Again, AttemptEnded, RunEvent } from './event.ts';
import { endUndo } from './reduce-rollback.ts';
import { bringBack } from './reset.ts';
import { block, type Wave, wakeUp } from './standing.ts';
import {
  causeWord,
  flag,
  hasFlag,
  IllegalTransition,
  isUncharged,
  move,
  type OpenAttempt,
  type RunState,
  setFlag,
  stateOf,
} from './state.ts';
import { type AttemptTrigger, attemptMachine, next } from './states.ts';

type Of<P extends string> = Extract<RunEvent, { kind: P }>;

/** Events of submissions; those of a submission that is no longer open have no effect. */
export function reduceSubmission(
  state: RunState,
  event: Of<`submission.${string}`>,
  wave: Wave,
): void {
  if (event.kind === 'submission.intended') {
    intend(state, event, wave);
    return;
  }
  const submission = state.submissions.get(event.key);
  if (!submission) return;
  switch (event.kind) {
    case 'submission.repeated':
      submission.state = 'intended';
      submission.epoch = state.epoch;
      submission.offers = event.offers;
      submission.offeredAtMs = state.runMs;
      return;
    case 'submission.accepted':
      submission.state = 'accepted';
      submission.externalId = event.externalId;
      for (const { instance, number } of submission.attempts) {
        const attempt = openAttempt(state, instance, number);
        if (attempt) moveAttempt(attempt, 'accept');
      }
      return;
    case 'submission.refused':
      submission.state = 'refused';
      return;
    case 'submission.returned':
      if (submission.state === 'accepted') return;
      submission.state = 'returned';
      // Whatever was offered is known not to have started.
      submission.offers = 0;
      return;
    case 'submission.unknown':
      if (submission.state !== 'accepted') submission.state = 'unknown';
  }
}

/** The number of a submission's key `braid-<run>-<n>`. */
function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('-') + 1));
}

function intend(state: RunState, event: Of<'submission.intended'>, wave: Wave): void {
  if (numberOf(event.key) <= state.submissionCount) return;
  state.submissionCount = numberOf(event.key);
  state.submissions.set(event.key, {
    key: event.key,
    site: event.site,
    form: event.form,
    shape: event.shape,
    priority: event.priority,
    environment: event.environment,
    attempts: event.attempts,
    open: event.attempts.length,
    state: 'intended',
    externalId: undefined,
    epoch: state.epoch,
    firstEpoch: state.epoch,
    offers: 1,
    offeredAtMs: state.runMs,
  });
  for (const { instance, number, fingerprint, resources, undo } of event.attempts) {
    if (number !== (state.instances.attempts[instance] ?? 0) + 1) {
      throw new IllegalTransition(`instance ${instance}: attempt ${number} out of turn`);
    }
    state.instances.attempts[instance] = number;
    if (!undo) begin(state, instance, number);
    state.attempts.set(instance, {
      instance,
      number,
      key: event.key,
      fingerprint,
      resources,
      ...(undo ? { undo } : {}),
      state: 'intended',
      host: undefined,
    });
    wave.touched.push(instance);
  }
}

function begin(state: RunState, instance: number, number: number): void {
  // Journals of before a hold outlived a reset have attempts of what is held by now.
  if (stateOf(state, instance) === 'held') {
    setFlag(state, instance, flag.held, false);
    move(state, instance, 'release');
    move(state, instance, 'satisfy');
  }
  move(state, instance, 'submit');
  state.again.delete(instance);
  const step = state.plan.steps[state.wiring.stepOf[instance] ?? 0];
  if (step?.step.undo !== undefined) state.tried.set(instance, number);
  setFlag(state, instance, flag.undone, false);
  setFlag(state, instance, flag.fresh, false);
}

export function openAttempt(
  state: RunState,
  instance: number,
  number: number,
): OpenAttempt | undefined {
  const attempt = state.attempts.get(instance);
  return attempt?.number === number ? attempt : undefined;
}

function moveAttempt(attempt: OpenAttempt, trigger: AttemptTrigger): void {
  const to = next(attemptMachine, attempt.state, trigger);
  if (to === undefined) {
    throw new IllegalTransition(
      `attempt of ${attempt.instance}: ${trigger} while ${attempt.state}`,
    );
  }
  attempt.state = to;
  if (attempt.suspicion && to !== 'suspect') attempt.suspicion = undefined;
}

/** Events of attempts; those of an attempt that has ended have no effect. */
export function reduceAttempt(
  state: RunState,
  event: Of<`attempt.${string}`>,
  at: string,
  wave: Wave,
): void {
  const attempt = openAttempt(state, event.instance, event.number);
  if (!attempt) return;
  switch (event.kind) {
    case 'attempt.running':
      moveAttempt(attempt, 'run');
      attempt.host = event.host ?? attempt.host;
      if (attempt.undo || stateOf(state, event.instance) === 'running') return;
      move(state, event.instance, 'run');
      wave.touched.push(event.instance);
      return;
    case 'attempt.suspected':
      if (attempt.state !== 'suspect') attempt.suspicion = { since: at, text: event.text };
      moveAttempt(attempt, 'suspect');
      return;
    case 'attempt.ended':
      moveAttempt(attempt, 'end');
      close(state, attempt);
      if (attempt.undo) endUndo(state, event, wave);
      else endInstance(state, attempt, event, wave);
  }
}

function close(state: RunState, attempt: OpenAttempt): void {
  state.attempts.delete(attempt.instance);
  const submission = state.submissions.get(attempt.key);
  if (!submission) return;
  submission.open--;
  if (submission.open === 0) state.submissions.delete(attempt.key);
}

function endInstance(state: RunState, attempt: OpenAttempt, event: AttemptEnded, wave: Wave): void {
  const { instance, number } = event;
  const { outcome, again } = event;
  if (hasFlag(state, instance, flag.gone)) {
    endGone(state, instance, wave);
    return;
  }
  const cancelling = hasFlag(state, instance, flag.cancelling);
  setFlag(state, instance, flag.cancelling, false);
  if (!again) state.doomed.delete(instance);
  wave.touched.push(instance);
  if (outcome.kind === 'succeeded') {
    move(state, instance, 'succeed');
    state.failures.delete(instance);
    state.own.set(instance, { number, fingerprint: attempt.fingerprint, left: event.left });
  } else if (outcome.kind === 'failed') {
    charge(state, instance, outcome.cause);
    state.failures.set(instance, { number, cause: outcome.cause, text: outcome.text });
    if (cancelling) move(state, instance, 'cancel');
    else if (again) {
      move(state, instance, 'retry');
      tryAgain(state, instance, again, wave);
      return;
    } else move(state, instance, 'fail');
  } else move(state, instance, 'cancel');
  wave.ended.push(instance);
}

/** Its next attempt waits for its time; and for what it reads, where that is being made anew. */
function tryAgain(state: RunState, instance: number, again: Again, wave: Wave): void {
  const hard = state.doomed.get(instance);
  state.doomed.delete(instance);
  if (hard !== undefined) {
    block(state, instance, wave, hard);
    return;
  }
  state.again.set(instance, again);
  if (hasFlag(state, instance, flag.held)) move(state, instance, 'hold');
  else if ((state.instances.waits[instance] ?? 0) > 0) move(state, instance, 'reset');
}

/**
 * The attempt of one whose key went meanwhile: whatever it came to is not used. If the key is there again
 * the instance waits again, unless somebody cancelled it.
 */
function endGone(state: RunState, instance: number, wave: Wave): void {
  const isBack = hasFlag(state, instance, flag.back);
  const cancelling = hasFlag(state, instance, flag.cancelling);
  setFlag(state, instance, flag.gone | flag.back | flag.cancelling, false);
  state.doomed.delete(instance);
  state.failures.delete(instance);
  wave.touched.push(instance);
  if (isBack && !cancelling) {
    move(state, instance, 'retire');
    bringBack(state, instance, wave);
    wakeUp(state, instance, wave);
    return;
  }
  move(state, instance, isBack ? 'cancel' : 'retire');
  wave.ended.push(instance);
}

function charge(state: RunState, instance: number, cause: Parameters<typeof causeWord>[0]): void {
  const word = causeWord(cause);
  const causes = state.causes.get(instance) ?? {};
  state.causes.set(instance, { ...causes, [word]: (causes[word] ?? 0) + 1 });
  if (!isUncharged(cause)) state.instances.charged[instance]!++;
}
