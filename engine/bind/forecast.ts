import type { After } from '../../dsl/index.ts';
import { locate } from '../plan/instance.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Binder, Binding, Component, Result, Standing, Standings } from './binding.ts';
import { reasonsFor } from './reasons.ts';

/** What will become of an instance when the plan is run now. */
export type Fate = 'run' | 'reuse' | 'unknown' | 'skip' | 'block' | 'invalid';

export interface StepForecast {
  readonly step: string;
  readonly toRun: number;
  readonly upToDate: number;
  /** It hinges on what is known only at run time. */
  readonly unknown: number;
  readonly skipped: number;
  readonly blocked: number;
}

/** `braid plan --why`: what a run would do, and why. */
export interface Forecast {
  /** In the order of the plan's steps. */
  readonly steps: readonly StepForecast[];
  fateOf(instance: number): Fate;
  /** How each instance stands then, for binding once more. */
  readonly standings: Standings;
  /** `script changed`, `parameter nsources: 3 -> 4`, `never run`; empty for what is reused. */
  reasonsOf(instance: number): readonly string[];
}

/** What earlier runs have left, as a run would look for it. */
export interface History {
  /** The result that each instance would reuse, as `decide` asks for it. */
  lookup(
    wanted: readonly { readonly instance: number; readonly fingerprint: string }[],
  ): ReadonlyMap<number, Result>;
  /** Whether the files of results are still there as they were left. */
  intact(results: readonly Result[]): Promise<readonly boolean[]>;
  /** Components of the last result of an instance by its name; undefined if it never had one. */
  previous(instance: string): readonly Component[] | undefined;
}

/**
 * Binds the whole plan without running it: what is to run counts by its predicted fingerprint, so that
 * the forecast is what a run then does, except where that hinges on values or states of the run.
 */
export async function forecastPlan(
  plan: Plan,
  binder: Binder,
  history: History,
): Promise<Forecast> {
  const forecaster = new Forecaster(plan, binder, history);
  for (const index of plan.order) await forecaster.step(plan.steps[index] as PlannedStep);
  return forecaster.forecast();
}

/** Thrown where a binding asks for an instance that has no fate yet; control flow, not an `Error`. */
class NotYet {
  readonly instance: number;
  constructor(instance: number) {
    this.instance = instance;
  }
}

class Forecaster implements Standings {
  readonly #plan: Plan;
  readonly #binder: Binder;
  readonly #history: History;
  readonly #fates: (Fate | undefined)[] = [];
  readonly #standings: (Standing | undefined)[] = [];
  /** Why, where that is known at once. */
  readonly #because = new Map<number, string>();

  constructor(plan: Plan, binder: Binder, history: History) {
    this.#plan = plan;
    this.#binder = binder;
    this.#history = history;
  }

  of(instance: number): Standing {
    const standing = this.#standings[instance];
    if (standing === undefined) throw new NotYet(instance);
    return standing;
  }

  /** A fate never changes. */
  generation(): number {
    return 0;
  }

  /** All instances of a step; those that a `previous` leads to first, where it is in a loop. */
  async step(planned: PlannedStep): Promise<void> {
    const bound: { instance: number; binding: Binding }[] = [];
    for (let ordinal = 0; ordinal < planned.count; ordinal++) {
      const instance = planned.first + ordinal;
      if (this.#fates[instance] !== undefined) continue;
      const binding = this.#tryBind(instance);
      if (binding instanceof NotYet) await this.#chain([instance, binding.instance]);
      else bound.push({ instance, binding });
    }
    await this.#settle(bound);
  }

  forecast(): Forecast {
    const count = (planned: PlannedStep, fate: Fate) => {
      let total = 0;
      for (let i = planned.first; i < planned.first + planned.count; i++) {
        if (this.#fates[i] === fate) total++;
      }
      return total;
    };
    return {
      steps: this.#plan.steps.map((planned) => ({
        step: planned.step.name,
        toRun: count(planned, 'run'),
        upToDate: count(planned, 'reuse'),
        unknown: count(planned, 'unknown'),
        skipped: count(planned, 'skip'),
        blocked: count(planned, 'block') + count(planned, 'invalid'),
      })),
      standings: this,
      fateOf: (instance) => this.#fates[instance] ?? 'unknown',
      reasonsOf: (instance) => this.#reasons(instance),
    };
  }

  /** Settles the last of the chain, then what waited for it, however long a loop is. */
  async #chain(waiting: number[]): Promise<void> {
    for (let instance = waiting.at(-1); instance !== undefined; instance = waiting.at(-1)) {
      const binding = this.#fates[instance] === undefined ? this.#tryBind(instance) : undefined;
      if (binding instanceof NotYet) {
        waiting.push(binding.instance);
        continue;
      }
      waiting.pop();
      if (binding !== undefined) await this.#settle([{ instance, binding }]);
    }
  }

  #tryBind(instance: number): Binding | NotYet {
    try {
      return this.#gate(instance) ?? this.#binder.bind(instance, this);
    } catch (problem) {
      if (problem instanceof NotYet) return problem;
      throw problem;
    }
  }

  async #settle(bound: readonly { instance: number; binding: Binding }[]): Promise<void> {
    const wanted = bound.flatMap(({ instance, binding }) =>
      binding.kind === 'ready' ? [{ instance, fingerprint: binding.fingerprint }] : [],
    );
    const found = wanted.length > 0 ? this.#history.lookup(wanted) : new Map<number, Result>();
    const results = [...found];
    const intact = await this.#history.intact(results.map(([, result]) => result));
    const usable = new Set(results.filter((_, at) => intact[at]).map(([instance]) => instance));
    for (const { instance, binding } of bound) {
      const result = found.get(instance);
      if (binding.kind !== 'ready') this.#close(instance, binding);
      else if (result !== undefined && usable.has(instance)) {
        this.#set(instance, 'reuse', { kind: 'result', result });
      } else {
        this.#set(instance, 'run', { kind: 'unknown', fingerprint: binding.fingerprint });
        if (result !== undefined) this.#because.set(instance, 'its outputs are gone or changed');
      }
    }
  }

  #close(instance: number, binding: Exclude<Binding, { kind: 'ready' }>): void {
    this.#because.set(instance, becauseOf(binding));
    const absent: Standing = { kind: 'absent' };
    const open: Standing = { kind: 'unknown', fingerprint: undefined };
    if (binding.kind === 'skipped') this.#set(instance, 'skip', absent);
    else if (binding.kind === 'blocked') this.#set(instance, 'block', absent);
    else this.#set(instance, binding.kind, open);
  }

  #set(instance: number, fate: Fate, standing: Standing): void {
    this.#fates[instance] = fate;
    this.#standings[instance] = standing;
  }

  /** `after` lines that wait for a bad end; good ends are taken for granted, as for inputs. */
  #gate(instance: number): Binding | undefined {
    const { step } = locate(this.#plan, instance);
    for (const after of step.step.after) {
      if (!waitsForBadEnd(after)) continue;
      if (after.target === 'workflow') {
        return { kind: 'unknown', because: 'it waits for the workflow to fail' };
      }
      const target = this.#plan.steps.find((other) => other.step.name === after.target);
      if (target === undefined || this.#isSettled(target)) return { kind: 'skipped' };
      return { kind: 'unknown', because: `whether \`${after.target}\` fails is not known yet` };
    }
    return undefined;
  }

  /** True if nothing of a step is to run, so that nothing of it can fail. */
  #isSettled(target: PlannedStep): boolean {
    if (target.dynamic) return false;
    for (let i = target.first; i < target.first + target.count; i++) {
      const fate = this.#fates[i];
      if (fate === undefined) throw new NotYet(i);
      if (fate !== 'reuse' && fate !== 'skip') return false;
    }
    return true;
  }

  #reasons(instance: number): readonly string[] {
    const fate = this.#fates[instance];
    const because = this.#because.get(instance);
    if (because !== undefined) return [because];
    if (fate !== 'run') return [];
    const binding = this.#binder.bind(instance, this);
    if (binding.kind !== 'ready') return [];
    return reasonsFor(
      this.#plan,
      instance,
      { now: binding.components, before: this.#history.previous(this.#binder.name(instance)) },
      (partner) => (this.#fates[partner] === 'run' ? this.#binder.name(partner) : undefined),
    );
  }
}

function becauseOf(binding: Exclude<Binding, { kind: 'ready' }>): string {
  switch (binding.kind) {
    case 'skipped':
      return 'its condition is false';
    case 'blocked':
      return binding.reason;
    case 'invalid':
      return binding.diagnostic.message;
    case 'unknown':
      return binding.because;
  }
}

function waitsForBadEnd({ statuses }: After): boolean {
  return statuses.length > 0 && statuses.every((s) => s === 'failed' || s === 'blocked');
}
