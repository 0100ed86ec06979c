import type { Answer, Found } from '../ports.ts';
import { endingOf } from './advice.ts';
import { type Watch, watchOf } from './frontier.ts';
import type { Decision, Scene } from './scene.ts';
import { giveUpGone, silenceMs, suspectSilent, tellSilentSites } from './silence.ts';
import {
  flag,
  hasFlag,
  isUnwanted,
  type OpenAttempt,
  type OpenSubmission,
  type RunState,
} from './state.ts';

/**
 * Offers of one submission by one engine without any sign of it, before its attempts are ended: what an engine that
 * died had on its way is no fault of the site.
 */
const OFFERS_MAX = 5;

/**
 * Every submission that is open has a deadline, "never heard from" included: a doubt is asked about, a
 * silence becomes a suspicion, a request to cancel is repeated. Called at each sweep; looks at what is
 * open only.
 */
export function checkDeadlines(scene: Scene): Decision {
  const decision: Decision = { events: [], effects: [] };
  const asks = new Map<string, string[]>();
  const polls = new Map<string, string[]>();
  for (const submission of scene.state.submissions.values()) {
    const watch = watchOf(scene.frontier, submission.key, scene.nowMs);
    if (submission.state === 'accepted') add(polls, submission);
    if (isCancelling(scene.state, submission)) cancel(scene, decision, submission, watch);
    else if (submission.state === 'returned') offerAgain(decision, submission);
    const open = openOf(scene.state, submission);
    suspectSilent(scene, decision, submission, watch, open);
    giveUpGone(scene, decision, submission, watch, open);
    if (wantsAsking(scene, decision, submission, watch)) {
      watch.askedMs = scene.nowMs;
      add(asks, submission);
    }
  }
  tellSilentSites(scene, decision);
  for (const [site, keys] of polls) decision.effects.push({ kind: 'poll', site, keys });
  for (const [site, keys] of asks) decision.effects.push({ kind: 'find', site, keys });
  return decision;
}

function add(bySite: Map<string, string[]>, submission: OpenSubmission): void {
  const keys = bySite.get(submission.site);
  if (keys) keys.push(submission.key);
  else bySite.set(submission.site, [submission.key]);
}

/** Its attempts that have not ended. */
export function openOf(state: RunState, submission: OpenSubmission): OpenAttempt[] {
  return submission.attempts.flatMap(({ instance, number }) => {
    const attempt = state.attempts.get(instance);
    return attempt?.number === number ? [attempt] : [];
  });
}

/** No copy of it can have been started but by the one call that answered. */
function isCertain(state: RunState, submission: OpenSubmission): boolean {
  return submission.offers === 1 && submission.epoch === state.epoch;
}

function isCancelling(state: RunState, submission: OpenSubmission): boolean {
  return submission.attempts.some(({ instance }) => isUnwanted(state, instance));
}

/** Somebody asked for it, or nothing in its job is wanted any more. */
function mayKill(state: RunState, submission: OpenSubmission): boolean {
  const open = openOf(state, submission);
  return (
    open.some(({ instance }) => hasFlag(state, instance, flag.cancelling)) ||
    open.every(({ instance }) => isUnwanted(state, instance))
  );
}

function wantsAsking(
  scene: Scene,
  decision: Decision,
  submission: OpenSubmission,
  watch: Watch,
): boolean {
  const { state, nowMs, timings } = scene;
  if (nowMs - watch.askedMs < timings.askMs) return false;
  switch (submission.state) {
    case 'returned':
      return false;
    case 'unknown':
    case 'refused':
      return true;
    case 'intended':
      return submission.epoch !== state.epoch || nowMs - submission.offeredAtMs > timings.answerMs;
    case 'accepted': {
      if (nowMs - watch.heardMs <= silenceMs(scene, submission)) return false;
      decision.effects.push({ kind: 'examine', key: submission.key });
      return true;
    }
  }
}

function cancel(scene: Scene, decision: Decision, submission: OpenSubmission, watch: Watch): void {
  const { state, nowMs, timings } = scene;
  const { key } = submission;
  if (submission.state === 'returned' && isShared(scene, submission)) {
    // A queue may hand out twice what came back once: its claim is taken before it ends.
    const text = 'cancelled after it had come back';
    decision.events.push({ kind: 'submission.unknown', key, text });
    decision.effects.push({ kind: 'forestall', key });
  } else if (submission.state === 'returned') {
    endCancelled(scene, decision, submission);
  } else if (submission.state !== 'accepted') {
    decision.effects.push({ kind: 'withdraw', key });
    // A refusal of the first and only offer was certain; else a copy may yet start, unless forestalled.
    if (watch.withdrawnMs !== undefined || !isCertain(state, submission)) {
      decision.effects.push({ kind: 'forestall', key });
    }
    watch.withdrawnMs ??= nowMs;
  } else if (!mayKill(state, submission)) {
    // What is still wanted would end with its job: one whose key is gone runs on, and is not used.
  } else if (watch.termMs === undefined) {
    watch.termMs = nowMs;
    decision.effects.push({ kind: 'cancel', key, how: 'term' });
  } else if (nowMs - (watch.killMs ?? watch.termMs) >= timings.killMs) {
    watch.killMs = nowMs;
    decision.effects.push({ kind: 'cancel', key, how: 'kill' });
  }
}

function endCancelled(scene: Scene, decision: Decision, submission: OpenSubmission): void {
  for (const attempt of openOf(scene.state, submission)) {
    if (!isUnwanted(scene.state, attempt.instance)) continue;
    const ending = { outcome: { kind: 'cancelled' }, usage: {}, left: undefined } as const;
    decision.events.push(endingOf(scene, attempt, ending));
  }
}

function offerAgain(decision: Decision, { key, offers }: OpenSubmission): void {
  decision.events.push({ kind: 'submission.repeated', key, offers: offers + 1 });
  decision.effects.push({ kind: 'offer', key });
}

/** What a worker or a site said of an offer. */
export function onAnswer(scene: Scene, answer: Answer): Decision {
  const decision: Decision = { events: [], effects: [] };
  const submission = scene.state.submissions.get(answer.key);
  if (!submission) return decision;
  const watch = watchOf(scene.frontier, answer.key, scene.nowMs);
  watch.heardMs = scene.nowMs;
  const { key } = answer;
  switch (answer.kind) {
    case 'accepted': {
      if (submission.state === 'accepted') return decision;
      const { externalId, url } = answer;
      const where = url === undefined ? {} : { url };
      decision.events.push({ kind: 'submission.accepted', key, externalId, ...where });
      return decision;
    }
    case 'unknown':
      if (submission.state === 'accepted') return decision;
      decision.events.push({ kind: 'submission.unknown', key, text: answer.text });
      return decision;
    case 'refused': {
      if (submission.state === 'accepted') return decision;
      const { cause, text } = answer;
      if (!isCertain(scene.state, submission)) {
        // This call started nothing, but an earlier one may have.
        watch.refusal = answer;
        decision.events.push({ kind: 'submission.unknown', key, text });
        return decision;
      }
      decision.events.push({ kind: 'submission.refused', key, cause, text });
      if (isShared(scene, submission)) {
        // A queue may have handed it out twice, and the other copy be accepted: none starts without its claim.
        watch.refusal = answer;
        decision.effects.push({ kind: 'forestall', key });
      } else endRefused(scene, decision, submission, answer);
      return decision;
    }
  }
}

type Refusal = Extract<Answer, { kind: 'refused' }>;

function endRefused(
  scene: Scene,
  decision: Decision,
  submission: OpenSubmission,
  { cause, text }: Refusal,
): void {
  for (const attempt of openOf(scene.state, submission)) {
    const outcome = { kind: 'failed', cause, text } as const;
    decision.events.push(endingOf(scene, attempt, { outcome, usage: {}, left: undefined }));
  }
}

/** It was not started where it arrived. */
export function onReturned(scene: Scene, key: string, text: string): Decision {
  const submission = scene.state.submissions.get(key);
  if (!submission || submission.state === 'accepted') return { events: [], effects: [] };
  if (!isCertain(scene.state, submission)) {
    return { events: [{ kind: 'submission.unknown', key, text }], effects: [] };
  }
  return { events: [{ kind: 'submission.returned', key, text }], effects: [] };
}

/** An authoritative answer to `find`, or none. */
export function onFound(scene: Scene, key: string, found: Found): Decision {
  const decision: Decision = { events: [], effects: [] };
  const submission = scene.state.submissions.get(key);
  if (!submission || found.kind === 'unknown') return decision;
  const watch = watchOf(scene.frontier, key, scene.nowMs);
  if (found.kind === 'found') {
    watch.heardMs = scene.nowMs;
    watch.absences = 0;
    const suspected = openOf(scene.state, submission).some((one) => one.state === 'suspect');
    if (submission.state !== 'accepted' || suspected) {
      decision.events.push({ kind: 'submission.accepted', key, externalId: found.externalId });
    }
    return decision;
  }
  if (scene.nowMs - doubtMs(scene.state, submission, watch) <= graceMs(scene, submission)) {
    return decision;
  }
  if (watch.absences === 0) watch.absentMs = scene.nowMs;
  watch.absences++;
  decision.effects.push({ kind: 'examine', key });
  return decision;
}

/** From when on an absence may count: the last offer, by whichever engine, or the last sign of life. */
function doubtMs(state: RunState, submission: OpenSubmission, watch: Watch): number {
  const offered = submission.epoch === state.epoch ? submission.offeredAtMs : state.epochAtMs;
  return submission.state === 'accepted' ? Math.max(offered, watch.heardMs) : offered;
}

function isShared(scene: Scene, submission: OpenSubmission): boolean {
  return scene.rooms.get(submission.site)?.capabilities.sharedDirectory ?? true;
}

/** How long what an attempt left may take to show. */
export function lagMs(scene: Scene, { site }: OpenSubmission): number {
  return scene.rooms.get(site)?.capabilities.lagMs ?? scene.timings.evidenceMs;
}

function graceMs(scene: Scene, submission: OpenSubmission): number {
  return scene.rooms.get(submission.site)?.capabilities.graceMs ?? Number.POSITIVE_INFINITY;
}

/** What an attempt's directory showed; an end that was found there has been reported apart. */
export interface Examined {
  readonly instance: number;
  readonly number: number;
  readonly claimed: boolean;
}

/**
 * The directories of a submission's open attempts, read after its site had said that it has no such job:
 * a claim without an end means lost, none that the same attempts are offered again.
 */
export function onExamined(scene: Scene, key: string, examined: readonly Examined[]): Decision {
  const decision: Decision = { events: [], effects: [] };
  const { state } = scene;
  const submission = state.submissions.get(key);
  if (!submission) return decision;
  const watch = watchOf(scene.frontier, key, scene.nowMs);
  if (watch.absences === 0) return decision;
  const shared = isShared(scene, submission);
  const isLate = scene.nowMs - watch.absentMs < (shared ? lagMs(scene, submission) : 0);
  let unclaimed = 0;
  for (const attempt of openOf(state, submission)) {
    const seen = examined.find(
      (e) => e.instance === attempt.instance && e.number === attempt.number,
    );
    if (!seen) continue;
    const gone = shared ? seen.claimed : submission.state === 'accepted';
    // A second absence, a question later: an end may take its time to show in a shared directory.
    if (gone && watch.absences >= 2 && !isLate) {
      const outcome = { kind: 'failed', cause: { kind: 'lost' } } as const;
      decision.events.push(endingOf(scene, attempt, { outcome, usage: {}, left: undefined }));
    } else if (!gone) unclaimed++;
  }
  if (unclaimed === 0) return decision;
  watch.unanswered++;
  if (watch.unanswered >= OFFERS_MAX) watch.refusal ??= neverAnswered(key);
  if (isCancelling(state, submission) || watch.refusal) {
    decision.effects.push({ kind: 'forestall', key });
  } else {
    watch.absences = 0;
    watch.askedMs = scene.nowMs;
    offerAgain(decision, submission);
  }
  return decision;
}

/** A site that never says anything of an offer is a fault of the place: the attempt ends, and may be retried. */
function neverAnswered(key: string): Refusal {
  const text = `the site did not answer ${OFFERS_MAX} offers`;
  return { kind: 'refused', key, cause: { kind: 'infrastructure' }, text };
}

/** The engine holds the claim of an attempt: no copy of it will run, and its number may grow. */
export function onForestalled(scene: Scene, instance: number, number: number): Decision {
  const decision: Decision = { events: [], effects: [] };
  const attempt = scene.state.attempts.get(instance);
  if (attempt?.number !== number) return decision;
  const refusal = scene.frontier.watches.get(attempt.key)?.refusal;
  const isCancelled = isUnwanted(scene.state, instance);
  if (!isCancelled && !refusal) return decision;
  const outcome = isCancelled
    ? ({ kind: 'cancelled' } as const)
    : ({ kind: 'failed', cause: refusal!.cause, text: refusal!.text } as const);
  decision.events.push(endingOf(scene, attempt, { outcome, usage: {}, left: undefined }));
  return decision;
}
