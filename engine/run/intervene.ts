import type { Diagnostic } from '../../dsl/index.ts';
import type { Resources } from '../ports.ts';
import type { RunEvent } from './event.ts';
import { isHeld } from './fan-out/expand-rows.ts';
import { withFollowers } from './followers.ts';
import { sizeOf, toRanges } from './ranges.ts';
import { rollbackTargets } from './rollback.ts';
import { flag, hasFlag, type RunState, stateOf, stepIndexOf } from './state.ts';
import { isEnded, runMachine } from './states.ts';

/** What a person asks of a run. */
export interface Intervention {
  readonly verb: 'cancel' | 'hold' | 'release' | 'retry' | 'rollback' | 'priority';
  /** Empty: the whole run. */
  readonly selector: string;
  readonly by: string;
  /** Of `priority`. */
  readonly value?: number;
  /** Of `retry` and `rollback`: holds for these instances in this run. */
  readonly with?: Overrides;
}

/** What `--with` says. */
export type Overrides = Partial<Resources> & { readonly priority?: number };

/** One as it came, under a name that it keeps; `invalid` is not one. */
export interface Arrival {
  readonly id: string;
  readonly content: Intervention | { readonly invalid: string };
}

/** The instances that a selector names, in plan order; or what is wrong with it. */
export type Select = (
  selector: string,
  state: RunState,
) =>
  | { readonly instances: readonly number[] }
  | {
      readonly invalid: string;
      /** The same with places in the selector, where something stands at one. */
      readonly diagnostics?: readonly Diagnostic[];
    };

/** The events of an intervention, its answer last. One that has been answered is not applied again. */
export function intervene(state: RunState, arrival: Arrival, select: Select): RunEvent[] {
  const { id, content } = arrival;
  if (state.interventions.get(id)?.answer) return [];
  if ('invalid' in content) {
    return [received(id, undefined), answer(id, false, content.invalid, 0)];
  }
  const chosen = choose(state, content.selector, select);
  if ('invalid' in chosen) return [received(id, content), answer(id, false, chosen.invalid, 0)];
  const refusal = whyNot(state, content, chosen.instances);
  if (refusal !== undefined) return [received(id, content), answer(id, false, refusal, 0)];
  const { priority, ...resources } = content.with ?? {};
  const hasResources = Object.keys(resources).length > 0;
  const { with: _, ...plain } = content;
  const applicable = hasResources ? { ...plain, with: resources } : plain;
  const { events, text, count } = apply(state, id, applicable, chosen.instances);
  const instances = toRanges(chosen.instances);
  const prioritised: RunEvent[] =
    priority === undefined || count === 0
      ? []
      : [{ kind: 'instance.prioritised', instances, priority }];
  return [received(id, content), ...prioritised, ...events, answer(id, true, text, count)];
}

function received(id: string, content: Intervention | undefined): RunEvent {
  const { verb = 'unreadable', selector = '', by = '' } = content ?? {};
  return { kind: 'intervention.received', id, verb, selector, by };
}

function answer(id: string, accepted: boolean, text: string, count: number): RunEvent {
  return { kind: 'intervention.answered', id, accepted, text, count };
}

function choose(state: RunState, selector: string, select: Select): ReturnType<Select> {
  if (selector !== '') return select(selector, state);
  return { instances: Array.from({ length: state.wiring.size }, (_, instance) => instance) };
}

interface Applied {
  readonly events: readonly RunEvent[];
  readonly text: string;
  readonly count: number;
}

/** Neither goes on with a run that is being cancelled. A roll-back goes alone, and takes nothing that is running. */
function whyNot(
  state: RunState,
  { verb }: Intervention,
  chosen: readonly number[],
): string | undefined {
  if (verb !== 'rollback' && verb !== 'retry') return undefined;
  if (state.cancelled && !runMachine[state.run].ended) {
    return 'the run is being cancelled; wait until it has ended';
  }
  if (state.rollback) return 'a roll-back of this run is under way; wait until it has ended';
  if (verb === 'retry') return undefined;
  const count = rollbackTargets(state, chosen).underWay.length;
  if (count === 0) return undefined;
  const some = count === 1 ? 'one instance of them is' : `${count} of them are`;
  return `${some} under way: cancel what runs, or wait until it has ended`;
}

function apply(
  state: RunState,
  id: string,
  content: Intervention,
  chosen: readonly number[],
): Applied {
  const open = chosen.filter((i) => !isEnded[state.instances.state[i] ?? 0]);
  const ranges = toRanges(open);
  switch (content.verb) {
    case 'cancel': {
      const because = content.by === '' ? 'cancelled' : `cancelled by ${content.by}`;
      const event: RunEvent =
        content.selector === ''
          ? { kind: 'run.cancelled' }
          : { kind: 'instance.cancelled', instances: ranges, because };
      return applied('cancelled', open.length, event);
    }
    case 'hold': {
      const held = applied('held', open.length, { kind: 'instance.held', instances: ranges });
      if (!state.fan) return held;
      if (content.selector !== '') return { ...held, text: `${held.text}${notYet(state, chosen)}` };
      return { ...held, events: [...held.events, { kind: 'growth.paused' }] };
    }
    case 'release': {
      // What was held while it ran, and has ended, is not to be held when it is made anew.
      const held = (i: number) => hasFlag(state, i, flag.held);
      const releasable = chosen.filter((i) => held(i) || !isEnded[state.instances.state[i] ?? 0]);
      const released = applied('released', releasable.length, {
        kind: 'instance.released',
        instances: toRanges(releasable),
      });
      if (content.selector !== '' || !state.fan) return released;
      // A run that has grown too large is held as a whole.
      const text = isHeld(state)
        ? `the run may grow to ${state.fan.held} instances`
        : released.text;
      return { ...released, events: [...released.events, { kind: 'growth.released' }], text };
    }
    case 'priority': {
      const priority = content.value ?? 0;
      const event: RunEvent = { kind: 'instance.prioritised', instances: ranges, priority };
      return applied(`given priority ${priority}`, open.length, event);
    }
    case 'retry': {
      const instances = toRanges(retryTargets(state, chosen).instances);
      const overrides = content.with ? { with: content.with } : {};
      const event: RunEvent = { kind: 'instance.retried', instances, ...overrides };
      return applied('to be tried again', sizeOf(instances), event, 'failed or cancelled');
    }
    case 'rollback': {
      const targets = rollbackTargets(state, chosen);
      const instances = toRanges(targets.instances);
      const undo = toRanges(targets.undo);
      const overrides = content.with ? { with: content.with } : {};
      const named = toRanges(chosen.filter((i) => targets.instances.has(i)));
      const event: RunEvent = {
        kind: 'rollback.begun',
        id,
        instances,
        undo,
        chosen: named,
        ...overrides,
      };
      const first = targets.undo.length > 0 ? `, ${targets.undo.length} by their \`undo\`` : '';
      return applied(`to be made anew${first}`, targets.instances.size, event, 'at its end');
    }
  }
}

/** A selector holds what is there: of steps that may get more instances it is said that those are not held. */
function notYet(state: RunState, chosen: readonly number[]): string {
  const steps = new Set(chosen.map((instance) => stepIndexOf(state, instance)));
  const growing = [...steps].filter((step) => (state.fan?.pending[step] ?? 0) > 0);
  if (growing.length === 0) return '';
  const names = growing.map((step) => `\`${state.plan.steps[step]?.step.name}\``).join(', ');
  return `; what ${names} will get later is not held: hold the whole run for that, or hold again`;
}

/** `inState`: what an instance has to be for it. */
function applied(done: string, count: number, event: RunEvent, inState = 'open'): Applied {
  if (count === 0) return { events: [], text: `nothing to do: no instance is ${inState}`, count };
  return {
    events: [event],
    text: `${count} ${count === 1 ? 'instance' : 'instances'} ${done}`,
    count,
  };
}

/**
 * What a `retry` of these touches. `tried`: the failed and cancelled ones among them. `instances`: those, and all that
 * had ended after them: what read them as absent reads something else now. (A reader that is under way stands.)
 */
export function retryTargets(
  state: RunState,
  chosen: readonly number[],
): { readonly tried: readonly number[]; readonly instances: ReadonlySet<number> } {
  const tried = chosen.filter((i) => {
    const name = stateOf(state, i);
    return name === 'failed' || name === 'cancelled' || state.again.has(i);
  });
  const hasEnded = (i: number) => isEnded[state.instances.state[i] ?? 0] === true;
  return { tried, instances: withFollowers(state, tried, hasEnded) };
}
