/**
 * The three state machines as data: run, instance, attempt. `reduce` changes a state only through `next`,
 * and the page docs/states.md is printed from here.
 */
export interface StateRow {
  /** What it means, for people. */
  readonly doc: string;
  /** Nothing follows of itself; only an intervention leads out. */
  readonly ended: boolean;
  /** Trigger to the state that it leads to; a trigger that is not here is refused. */
  readonly on: Readonly<Record<string, string>>;
}

type Machine = Readonly<Record<string, StateRow>>;

export const runMachine = {
  planned: {
    doc: 'created; no engine has taken it yet',
    ended: false,
    on: { start: 'running', cancel: 'cancelled', interrupt: 'interrupted' },
  },
  running: {
    doc: 'an engine drives it',
    ended: false,
    on: {
      start: 'running',
      drain: 'pausing',
      succeed: 'succeeded',
      fail: 'failed',
      cancel: 'cancelled',
      interrupt: 'interrupted',
    },
  },
  pausing: {
    doc: 'no new work; waits for what is under way',
    ended: false,
    on: {
      start: 'running',
      succeed: 'succeeded',
      fail: 'failed',
      cancel: 'cancelled',
      interrupt: 'interrupted',
    },
  },
  succeeded: {
    doc: 'every failure, if any, was tolerated',
    ended: true,
    on: { reopen: 'interrupted' },
  },
  failed: { doc: 'something failed beyond its budget', ended: true, on: { reopen: 'interrupted' } },
  cancelled: { doc: 'cancelled as a whole', ended: true, on: { reopen: 'interrupted' } },
  interrupted: {
    doc: 'no engine; can be resumed',
    ended: false,
    on: { start: 'running', cancel: 'cancelled', reopen: 'interrupted' },
  },
} as const satisfies Machine;

export const instanceMachine = {
  waiting: {
    doc: 'something that it reads or comes after has not ended',
    ended: false,
    on: {
      satisfy: 'ready',
      hold: 'held',
      skip: 'skipped',
      block: 'blocked',
      cancel: 'cancelled',
      retire: 'retired',
      reset: 'waiting',
    },
  },
  ready: {
    doc: 'has all it waits for; wants room, a limit, an environment or the time of its retry',
    ended: false,
    on: {
      submit: 'submitted',
      hold: 'held',
      reuse: 'succeeded',
      skip: 'skipped',
      block: 'blocked',
      fail: 'failed',
      cancel: 'cancelled',
      retire: 'retired',
      reset: 'waiting',
      spoil: 'failed',
    },
  },
  held: {
    doc: 'held by a person until released',
    ended: false,
    on: {
      release: 'waiting',
      skip: 'skipped',
      block: 'blocked',
      cancel: 'cancelled',
      retire: 'retired',
      reset: 'held',
      spoil: 'failed',
    },
  },
  submitted: {
    doc: 'an attempt is intended or accepted by a site',
    ended: false,
    on: {
      run: 'running',
      succeed: 'succeeded',
      fail: 'failed',
      retry: 'ready',
      cancel: 'cancelled',
      retire: 'retired',
    },
  },
  running: {
    doc: 'its attempt was seen running',
    ended: false,
    on: {
      run: 'running',
      succeed: 'succeeded',
      fail: 'failed',
      retry: 'ready',
      cancel: 'cancelled',
      retire: 'retired',
    },
  },
  succeeded: {
    doc: 'its outputs are there; the flag `reused` says that an earlier run made them',
    ended: true,
    on: { reset: 'waiting', spoil: 'failed', retire: 'retired' },
  },
  failed: {
    doc: 'its last attempt ended badly, or its `undo`; absent for its readers within `tolerate`',
    ended: true,
    on: { reset: 'waiting', retire: 'retired' },
  },
  skipped: {
    doc: 'its `when` is false, or its `after` can no longer hold',
    ended: true,
    on: { reset: 'waiting', retire: 'retired' },
  },
  blocked: {
    doc: 'what it needs failed; or is only absent, which does not fail the run',
    ended: true,
    on: { reset: 'waiting', retire: 'retired' },
  },
  cancelled: {
    doc: 'cancelled by a person, or not started when the run stopped',
    ended: true,
    on: { reset: 'waiting', retire: 'retired' },
  },
  retired: {
    doc: 'its key no longer exists, since what it fanned out over was made anew',
    ended: true,
    on: { reset: 'waiting' },
  },
} as const satisfies Machine;

export const attemptMachine = {
  intended: {
    doc: 'durable, before its submission is offered; may have been offered',
    ended: false,
    on: { accept: 'accepted', run: 'running', suspect: 'suspect', end: 'ended' },
  },
  accepted: {
    doc: 'the site has it',
    ended: false,
    on: { accept: 'accepted', run: 'running', suspect: 'suspect', end: 'ended' },
  },
  running: {
    doc: 'seen running',
    ended: false,
    on: { accept: 'running', run: 'running', suspect: 'suspect', end: 'ended' },
  },
  suspect: {
    doc: 'nothing was heard of it for too long',
    ended: false,
    on: { accept: 'accepted', run: 'running', suspect: 'suspect', end: 'ended' },
  },
  ended: { doc: 'has an outcome', ended: true, on: { end: 'ended' } },
} as const satisfies Machine;

export type RunStateName = keyof typeof runMachine;
export type InstanceState = keyof typeof instanceMachine;
export type AttemptState = keyof typeof attemptMachine;

type Trigger<M extends Machine> = { [S in keyof M]: keyof M[S]['on'] }[keyof M] & string;
export type RunTrigger = Trigger<typeof runMachine>;
export type InstanceTrigger = Trigger<typeof instanceMachine>;
export type AttemptTrigger = Trigger<typeof attemptMachine>;

/** The one reader of the tables: the state that `trigger` leads to, or undefined where it is illegal. */
export function next<M extends Machine>(
  machine: M,
  state: keyof M & string,
  trigger: Trigger<M>,
): (keyof M & string) | undefined {
  return machine[state]?.on[trigger] as (keyof M & string) | undefined;
}

/** Names by code: columns hold the index of a state in this list. */
export const instanceStates = Object.keys(instanceMachine) as readonly InstanceState[];

/** Code of each state. */
export const code = Object.fromEntries(instanceStates.map((name, index) => [name, index])) as {
  readonly [S in InstanceState]: number;
};

function setOf(wanted: (name: InstanceState) => boolean): readonly boolean[] {
  return instanceStates.map(wanted);
}

/** By code: nothing more happens to it of itself. */
export const isEnded = setOf((name) => instanceMachine[name].ended);
/** By code: an attempt of it is open. */
export const isOpen = setOf((name) => 'run' in instanceMachine[name].on);
/** By code: it has not begun and has not ended. */
export const isPending = setOf(
  (name) => !instanceMachine[name].ended && !('run' in instanceMachine[name].on),
);
