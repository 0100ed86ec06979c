import { LEASE_MS } from '../ports.ts';
import { defaultTimings, ENVIRONMENT_TRIES, ENVIRONMENT_WAIT_MS } from './scene.ts';
import type { EnvironmentState, OpenSubmission } from './state.ts';
import type { attemptMachine, instanceMachine, runMachine, StateRow } from './states.ts';

/** What ends a state in which nothing is heard. */
export interface Deadline {
  /**
   * `clock`: the engine (or whoever looks, for a run) by the run's clock. `parts`: it lasts as long as
   * states of other things, each of which has a deadline. `person`: it is kept for a person, and shown.
   */
  readonly by: 'clock' | 'parts' | 'person';
  /** Of silence, with `clock`: it is left after so long, and the time between two sweeps. */
  readonly afterMs?: number;
  readonly follows: string;
}

type Open<M extends Readonly<Record<string, StateRow>>> = {
  [S in keyof M]: M[S]['ended'] extends false ? S : never;
}[keyof M];

const { answerMs, askMs, silenceMs, killMs, goneMs, prepareMs, notifyMs, sweepMs } = defaultTimings;

const run: Record<Open<typeof runMachine>, Deadline> = {
  planned: {
    by: 'clock',
    afterMs: LEASE_MS,
    follows:
      'without an engine it is shown as interrupted: at once on its host, after this time elsewhere; `braid resume` begins it',
  },
  running: {
    by: 'clock',
    afterMs: LEASE_MS,
    follows:
      'an engine that is dead (its host tells at once) or has not renewed its lease has lost the run: it is shown as interrupted, and any other may take it',
  },
  pausing: {
    by: 'parts',
    follows: 'ends with the attempts that are under way; its engine as in `running`',
  },
  interrupted: {
    by: 'person',
    follows: '`braid resume`, or `braid cancel`; `braid runs` shows it',
  },
};

const instance: Record<Open<typeof instanceMachine>, Deadline> = {
  waiting: {
    by: 'parts',
    follows: 'whatever it waits for ends; in the end it is ready or blocked',
  },
  ready: {
    by: 'parts',
    follows: `what it waits for in line is bounded: attempts under way (room, limits), an environment, the time of a retry, files of earlier results (${secondsOf(defaultTimings.verifyMs)}); what no place can hold fails at once; of a site that says nothing for ${secondsOf(silenceMs)} the engine tells`,
  },
  held: { by: 'person', follows: '`braid release`, or `braid cancel`; `braid status` shows it' },
  submitted: { by: 'parts', follows: 'as its attempt' },
  running: { by: 'parts', follows: 'as its attempt' },
};

const attempt: Record<Open<typeof attemptMachine>, Deadline> = {
  intended: {
    by: 'clock',
    afterMs: silenceMs,
    follows: `suspect; its site is asked already after ${secondsOf(answerMs)}`,
  },
  accepted: { by: 'clock', afterMs: silenceMs, follows: 'suspect' },
  running: { by: 'clock', afterMs: silenceMs, follows: 'suspect; a `time` limit ends it besides' },
  suspect: {
    by: 'clock',
    afterMs: goneMs,
    follows: `its site is asked every ${secondsOf(askMs)} and its directory read: it is found, offered again (five times), or lost. A site that gives no answer is never taken for one that has no such job: then it stays, is shown by \`braid status\`, and this long after \`braid cancel\` it is given up`,
  },
};

const submission: Record<OpenSubmission['state'], Deadline> = {
  intended: {
    by: 'clock',
    afterMs: answerMs,
    follows:
      'its site is asked for its key; an absence older than the grace of the site means that the same attempts are offered again, and after five offers that they have failed (infrastructure)',
  },
  accepted: { by: 'parts', follows: 'ends with its attempts, which are polled at each sweep' },
  returned: { by: 'clock', afterMs: sweepMs, follows: 'offered again' },
  unknown: { by: 'clock', afterMs: askMs, follows: 'asked for, as `intended`' },
  refused: {
    by: 'clock',
    afterMs: askMs,
    follows:
      'where an earlier offer may have started something: asked for, then its claims are taken',
  },
};

const environment: Record<Exclude<EnvironmentState['kind'], 'prepared'>, Deadline> = {
  preparing: {
    by: 'clock',
    afterMs: prepareMs,
    follows: 'stopped; it has failed, and is tried again',
  },
  failed: {
    by: 'clock',
    afterMs: ENVIRONMENT_WAIT_MS * 2 ** (ENVIRONMENT_TRIES - 2),
    follows:
      'tried again after 10 s, then 20 s, 40 s, 80 s; after the fifth failure what needs it fails',
  },
};

const notice: Record<'intended', Deadline> = {
  intended: {
    by: 'clock',
    afterMs: notifyMs,
    follows: 'counts as not delivered; the run goes on to its end',
  },
};

const request: Record<'cancelling', Deadline> = {
  cancelling: {
    by: 'clock',
    afterMs: goneMs,
    follows: `asked to end, killed after ${secondsOf(killMs)} and again each ${secondsOf(killMs)}; given up, with a word that it may still run, if nothing is heard of it for this long`,
  },
};

/** By machine, then by state: every state that is not an end is here. */
export const deadlines = {
  run,
  instance,
  attempt,
  submission,
  environment,
  notice,
  request,
} as const;

function secondsOf(ms: number): string {
  return `${ms / 1000} s`;
}
