import { endingOf } from './advice.ts';
import type { Watch } from './frontier.ts';
import type { Decision, Scene } from './scene.ts';
import { isUnwanted, type OpenAttempt, type OpenSubmission } from './state.ts';

/**
 * What comes of silence, beside the questions that `deadlines.ts` asks: it is shown as a suspicion, with
 * the reason, before anything is done about it. What ends each state is said in `deadline-table.ts`.
 */

/** How long an accepted attempt may be silent: its site's word, else the engine's. */
export function silenceMs({ rooms, timings }: Scene, { site }: OpenSubmission): number {
  return rooms.get(site)?.capabilities.silenceMs ?? timings.silenceMs;
}

/** Of an accepted one nothing was heard; of another its site has not said whether it has it. */
export function suspectSilent(
  scene: Scene,
  decision: Decision,
  submission: OpenSubmission,
  watch: Watch,
  open: readonly OpenAttempt[],
): void {
  const { state, nowMs, timings } = scene;
  if (submission.state === 'returned') return;
  const isAccepted = submission.state === 'accepted';
  const sinceMs = isAccepted ? watch.heardMs : Math.max(submission.offeredAtMs, state.epochAtMs);
  const bearableMs = isAccepted ? silenceMs(scene, submission) : timings.silenceMs;
  if (nowMs - sinceMs <= bearableMs) return;
  const seconds = Math.round((nowMs - sinceMs) / 1000);
  const text = isAccepted
    ? `nothing was heard of it for ${seconds} s`
    : `${submission.site} has not said for ${seconds} s whether it has it`;
  for (const { instance, number, state: at } of open) {
    if (at === 'suspect') continue;
    decision.events.push({ kind: 'attempt.suspected', instance, number, text });
  }
}

/**
 * What is to be cancelled, and its site is silent since: a person has said that it is not wanted, so it
 * ends; whether it still runs there nobody knows.
 */
export function giveUpGone(
  scene: Scene,
  decision: Decision,
  submission: OpenSubmission,
  watch: Watch,
  open: readonly OpenAttempt[],
): void {
  const { nowMs, timings } = scene;
  const askedMs = submission.state === 'accepted' ? watch.termMs : watch.withdrawnMs;
  if (askedMs === undefined) return;
  if (nowMs - Math.max(askedMs, watch.heardMs) <= timings.goneMs) return;
  const minutes = Math.round((nowMs - askedMs) / 60_000);
  const text = `${submission.site} said nothing of it for ${minutes} min: it may still run there`;
  for (const attempt of open) {
    if (!isUnwanted(scene.state, attempt.instance)) continue;
    const outcome = { kind: 'cancelled', text } as const;
    decision.events.push(endingOf(scene, attempt, { outcome, usage: {}, left: undefined }));
  }
}

/** Sites that instances wait for, and that have never said what room they have: told once, and again if they fall silent. */
export function tellSilentSites(scene: Scene, decision: Decision): void {
  const { state, frontier, rooms, nowMs, timings } = scene;
  for (const site of frontier.silentSites) if (rooms.has(site)) frontier.silentSites.delete(site);
  if (nowMs - state.epochAtMs <= timings.silenceMs) return;
  const waiting = new Map<string, number>();
  for (const { site } of frontier.bindings.values()) {
    if (rooms.has(site) || frontier.silentSites.has(site)) continue;
    waiting.set(site, (waiting.get(site) ?? 0) + 1);
  }
  for (const [site, count] of waiting) {
    frontier.silentSites.add(site);
    const who = count === 1 ? 'an instance waits' : `${count} instances wait`;
    const text = `${site} has not said what room it has: ${who} for it (is a worker of it there?)`;
    decision.effects.push({ kind: 'say', text });
  }
}
