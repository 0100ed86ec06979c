import type { Observation, Report } from '../ports.ts';
import { parseAttemptId } from '../ports.ts';
import { endingOf } from '../run/advice.ts';
import { reuse, stand } from '../run/bind-ready.ts';
import { onAnswer, onExamined, onForestalled, onFound, onReturned } from '../run/deadlines.ts';
import type { RunEvent } from '../run/event.ts';
import { toUnbound, watchOf } from '../run/frontier.ts';
import { intervene, type Select } from '../run/intervene.ts';
import { openAttempt } from '../run/reduce-attempt.ts';
import { type Decision, ENVIRONMENT_TRIES, ENVIRONMENT_WAIT_MS, type Scene } from '../run/scene.ts';
import type { Message } from './message.ts';

/** An end that was reported, whose evidence is to be read before it is believed. */
export interface ReportedEnd {
  readonly instance: number;
  readonly number: number;
  readonly observation: Extract<Observation, { kind: 'ended' }>;
}

/** What a message means for the run. Late, doubled and stale ones mean nothing. */
export function take(scene: Scene, message: Message, select: Select): Decision {
  const taken: Decision = { events: [], effects: [] };
  switch (message.kind) {
    case 'report':
      takeReport(scene, message.report, taken);
      break;
    case 'returned':
      merge(taken, onReturned(scene, message.key, message.text));
      break;
    case 'found':
      merge(taken, onFound(scene, message.key, message.found));
      break;
    case 'examined':
      merge(taken, onExamined(scene, message.key, message.examined));
      break;
    case 'forestalled':
      merge(taken, onForestalled(scene, message.instance, message.number));
      break;
    case 'collected': {
      const attempt = openAttempt(scene.state, message.instance, message.number);
      if (!attempt) break;
      const { instance } = message;
      for (const text of message.ending.warnings ?? []) {
        taken.events.push({ kind: 'instance.warned', instance, text });
      }
      taken.events.push(endingOf(scene, attempt, message.ending));
      break;
    }
    case 'verified':
      takeVerified(scene, message, taken);
      break;
    case 'prepared':
      taken.events.push(environmentEvent(scene, message));
      break;
    case 'notified': {
      const { id, delivered, text } = message;
      if (scene.state.notices.get(id)?.ended === false) {
        taken.events.push({ kind: 'notification.ended', id, delivered, text });
      }
      break;
    }
    case 'intervention':
      taken.events.push(...intervene(scene.state, message.arrival, select));
      break;
    case 'drain':
      if (scene.state.run === 'running') taken.events.push({ kind: 'run.draining' });
      break;
    case 'cancel':
      if (!scene.state.cancelled) taken.events.push({ kind: 'run.cancelled' });
      break;
    case 'room':
    case 'sweep':
    case 'due':
      break;
  }
  return taken;
}

/** The ends of open attempts among observations. */
export function reportedEnds(scene: Scene, observations: readonly Observation[]): ReportedEnd[] {
  const ends: ReportedEnd[] = [];
  for (const observation of observations) {
    // A duplicate is a second copy that found the claim taken: the first one has yet to end.
    if (observation.kind !== 'ended' || observation.outcome.kind === 'duplicate') continue;
    const { instance, number } = parseAttemptId(observation.attempt);
    if (openAttempt(scene.state, instance, number)) ends.push({ instance, number, observation });
  }
  return ends;
}

function merge(taken: Decision, decision: Decision): void {
  taken.events.push(...decision.events);
  taken.effects.push(...decision.effects);
}

function takeReport(scene: Scene, report: Report, taken: Decision): void {
  switch (report.kind) {
    case 'answer':
      merge(taken, onAnswer(scene, report.answer));
      return;
    case 'returned':
      merge(taken, onReturned(scene, report.key, report.text));
      return;
    case 'observations':
      for (const observation of report.observations) takeObservation(scene, observation, taken);
      return;
    case 'room':
      return;
  }
}

function takeObservation(scene: Scene, observation: Observation, taken: Decision): void {
  const { instance, number } = parseAttemptId(observation.attempt);
  const attempt = openAttempt(scene.state, instance, number);
  if (!attempt || observation.kind === 'unknown') return;
  watchOf(scene.frontier, attempt.key, scene.nowMs).heardMs = scene.nowMs;
  if (observation.kind === 'ended') return;
  if (observation.kind === 'running') {
    if (attempt.state === 'running') return;
    const host = observation.host === undefined ? {} : { host: observation.host };
    taken.events.push({ kind: 'attempt.running', instance, number, ...host });
  } else if (attempt.state === 'suspect') {
    const submission = scene.state.submissions.get(attempt.key);
    if (submission?.externalId === undefined) return;
    const { key, externalId } = submission;
    taken.events.push({ kind: 'submission.accepted', key, externalId });
  }
}

function takeVerified(
  scene: Scene,
  message: Extract<Message, { kind: 'verified' }>,
  taken: Decision,
): void {
  const { instance, result, good } = message;
  if (scene.frontier.place.get(instance) !== 'verifying') return;
  if (scene.state.rollback) {
    // What it reads may be about to be taken back: it is bound again afterwards.
    toUnbound(scene.frontier, instance);
    return;
  }
  if (good) {
    reuse(scene, taken, instance, result);
  } else {
    scene.frontier.notReusable.add(instance);
    stand(scene, taken, instance);
  }
}

function environmentEvent(
  scene: Scene,
  { site, name, prepared }: Extract<Message, { kind: 'prepared' }>,
): RunEvent {
  if (prepared.kind === 'ready') {
    return { kind: 'environment.prepared', site, name, setup: prepared.setup };
  }
  const known = scene.state.environments.get(`${site}/${name}`);
  const failures = known && known.kind !== 'prepared' ? known.failures : 0;
  const text = prepared.hint === undefined ? prepared.text : `${prepared.text} (${prepared.hint})`;
  const again =
    failures + 1 < ENVIRONMENT_TRIES && !prepared.permanent
      ? { againAtMs: scene.nowMs + ENVIRONMENT_WAIT_MS * 2 ** failures }
      : {};
  return { kind: 'environment.failed', site, name, text, ...again };
}
