import { evaluate } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Notice, RunEnd } from './notice.ts';
import type { Decision, Scene } from './scene.ts';
import { countOf, type RunState } from './state.ts';
import { failuresOf } from './status.ts';

/** What a channel gets: JSON, with a line for people. */
export interface NoticeMessage {
  readonly format: 1;
  /** The same for every try of one delivery: whoever gets it twice can tell. */
  readonly id: string;
  readonly channel: string;
  readonly run: string;
  readonly workflow: string;
  readonly version?: string;
  readonly state: RunEnd;
  readonly startedAt?: string;
  readonly instances: Readonly<Record<string, number>>;
  /** Names of the first that failed. */
  readonly failures: readonly string[];
  readonly text: string;
}

const NAMED_FAILURES = 5;
const counted = ['succeeded', 'failed', 'blocked', 'skipped', 'cancelled'] as const;

/** The notices of a workflow; a channel that has no name (the check has said so) is none. */
export function noticesOf(plan: Plan): readonly Notice[] {
  const lookup = (name: string) => plan.globals.get(name);
  return plan.program.notifications.flatMap(({ channel, on, span }) => {
    const name = evaluate(channel, { lookup, typeOf: plan.program.typeOf });
    const text = name.ok && typeof name.value === 'string' ? name.value : undefined;
    return text === undefined ? [] : [{ channel: text, on: new Set(on), span }];
  });
}

/**
 * Before a run ends like this, its notices go out: intended first, each once for this end, and the run waits
 * until every delivery is known to have succeeded or failed. True while one is under way.
 */
export function tellEnd(scene: Scene, verdict: RunEnd, decision: Decision): boolean {
  const { state, notices } = scene;
  let isWaiting = false;
  notices.forEach(({ channel, on }, index) => {
    if (!on.has('finished') && !on.has(verdict)) return;
    const id = `${state.endings}-${index}-${verdict}`;
    const known = state.notices.get(id);
    if (known?.ended) return;
    isWaiting = true;
    if (known) return;
    decision.events.push({ kind: 'notification.intended', id, channel, state: verdict });
    decision.effects.push({ kind: 'notify', id });
  });
  return isWaiting;
}

export function messageOf(scene: Scene, id: string): NoticeMessage | undefined {
  const { state, binder, run } = scene;
  const notice = state.notices.get(id);
  if (!notice) return undefined;
  const { name: workflow, version } = state.plan.program;
  const instances = Object.fromEntries(counted.map((name) => [name, total(state, name)]));
  const failed = failuresOf(state, binder).filter(({ standing }) => standing === 'failed');
  const failures = failed.slice(0, NAMED_FAILURES).map(({ name }) => name);
  const words = counted.filter((name) => (instances[name] ?? 0) > 0);
  const summary = words.map((name) => `${instances[name]} ${name}`).join(', ');
  return {
    format: 1,
    id: `${run}-${id}`,
    channel: notice.channel,
    run,
    workflow,
    ...(version === undefined ? {} : { version }),
    state: notice.state,
    ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
    instances,
    failures,
    text: `run ${run} of ${workflow} ${notice.state}: ${summary}`,
  };
}

function total(state: RunState, name: (typeof counted)[number]): number {
  return state.plan.steps.reduce((sum, { index }) => sum + countOf(state, index, name), 0);
}
