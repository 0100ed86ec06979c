import { newState } from '../../engine/drive/fold.ts';
import { attemptId, type StoredEvent } from '../../engine/ports.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import { reduce } from '../../engine/run/reduce.ts';
import { flag, hasFlag, type RunState, stateOf } from '../../engine/run/state.ts';
import { hasFile } from './earlier-results.ts';
import type { Scenario } from './scenario.ts';
import { type World, weakly } from './world.ts';

/**
 * What must hold of a journal, event by event: nothing is executed for which there is a result, and no
 * result is used whose files were changed; a run that is held grows no further; every channel that is to hear of an
 * end has been told before it is written.
 */
export function checkJournal(world: World, scenario: Scenario): void {
  const { store, tiny, violations } = world;
  const state = newState(tiny.plan, tiny.rules);
  const retired = new Set<number>();
  let mayGrow = true;
  for (const stored of store.events) {
    const event = stored.event as RunEvent;
    const say = (what: string) => violations.push(`${what} (event ${stored.seq})`);
    if (event.kind === 'submission.intended') checkIntent(world, scenario, state, event, say);
    if (event.kind === 'instance.reused' && scenario.indexed?.(event.instance) === 'changed') {
      const isEarlier = event.result.directory.startsWith('/earlier/');
      if (isEarlier) say(`instance ${event.instance} takes a result whose file was changed`);
    }
    if (event.kind === 'growth.held' || event.kind === 'growth.paused') mayGrow = false;
    if (event.kind === 'growth.released') mayGrow = true;
    if (event.kind === 'step.expanded' && !mayGrow && event.rows.some((row) => !row.dropped)) {
      say('the run grew while it was held');
    }
    if (event.kind === 'run.ended') checkTold(world, scenario, state, event.state, say);
    for (const instance of apply(state, stored)) {
      if (stateOf(state, instance) === 'retired') retired.add(instance);
      if (hasFlag(state, instance, flag.gone)) retired.add(instance);
    }
    const isAllowed = state.fan?.allowed ?? true;
    if (scenario.largest !== undefined && !isAllowed && state.wiring.size > scenario.largest) {
      say('the run grew past what it may have without a word');
    }
  }
  checkRows(state, violations);
  checkSuccesses(world, state, retired);
}

type Say = (what: string) => void;

function checkIntent(
  { forgotten, tally }: World,
  { indexed }: Scenario,
  state: RunState,
  event: Extract<RunEvent, { kind: 'submission.intended' }>,
  say: Say,
): void {
  for (const { instance, number, fingerprint, undo } of event.attempts) {
    if (undo) continue;
    if (state.own.has(instance) || state.borrowed.has(instance)) {
      say(`instance ${instance} is executed though it has a result`);
    }
    if (hasFlag(state, instance, flag.fresh)) continue;
    if (state.former.get(instance)?.fingerprint === fingerprint) {
      say(`instance ${instance} is executed though its former result holds`);
    }
    const isThere = indexed?.(instance) === 'whole' && !forgotten.has(fingerprint);
    // What cannot be looked at is made anew.
    const isUnseen = hasFile(instance) && tally.has('failedStat');
    if (number === 1 && isThere && !isUnseen) {
      say(`instance ${instance} is executed though the index gave its result`);
    }
  }
}

function checkTold(
  { told }: World,
  { notices = [] }: Scenario,
  state: RunState,
  end: string,
  say: Say,
): void {
  notices.forEach(({ on }, at) => {
    if (!on.includes(end) && (end === 'interrupted' || !on.includes('finished'))) return;
    const id = `${state.endings}-${at}-${end}`;
    if (!told.has(id)) say(`the run ended without a word to channel ${at}`);
    if (state.notices.get(id)?.ended !== true) say(`notice ${id} was in doubt at the end`);
  });
}

/** Once a run has ended no row waits to be expanded. */
function checkRows(state: RunState, violations: string[]): void {
  const { fan, run, plan } = state;
  if (run === 'interrupted' || run === 'running') return;
  fan?.rows.forEach(({ standing }, id) => {
    if (standing === 'waiting' || standing === 'open') violations.push(`row ${id} is ${standing}`);
    const row = fan.growing.rows[id]!;
    if (row.stage + 1 < (plan.steps[row.step]?.fan?.stages.length ?? 0)) return;
    for (const instance of row.gone) {
      const is = stateOf(state, instance);
      if (is !== 'retired')
        violations.push(`the key of instance ${instance} is gone, but it is ${is}`);
    }
  });
}

/** What is claimed was executed; what was executed well at last is not lost. */
function checkSuccesses(world: World, state: RunState, retired: ReadonlySet<number>): void {
  const { violations, goodOnes, lastGood } = world;
  for (let i = 0; i < state.wiring.size; i++) {
    const own = state.own.get(i);
    if (own && !goodOnes.has(attemptId(i, own.number))) {
      violations.push(`instance ${i} succeeded without being executed`);
    }
    if (lastGood.get(i) !== state.instances.attempts[i]) continue;
    const isKept = own || state.borrowed.has(i) || state.former.has(i) || state.spoiled.has(i);
    if (!isKept && !retired.has(i) && state.run !== 'running') {
      weakly(world, `the success of instance ${i} is lost`);
    }
  }
}

function apply(state: RunState, { at, runMs, event }: StoredEvent): readonly number[] {
  return reduce(state, { at, runMs, event: event as RunEvent });
}
