/**
 * The boundaries at which an engine can be stopped on purpose, each `before` and `after` what it names: commits
 * by what they make durable, then effects. `docs/failpoints.md` prints them.
 */
export const boundaries = {
  journal: 'the journal is opened, and the run taken',
  start: 'the commit of an engine’s start',
  intent: 'the commit of an intended submission',
  running: 'the commit of an acceptance or a start that was reported',
  ended: 'the commit of an attempt’s end',
  expanded: 'the commit of what a manifest adds to the plan',
  reused: 'the commit of an earlier result that is used again',
  prepared: 'the commit of an environment that is ready',
  intervened: 'the commit of an intervention’s answer',
  rollback: 'the commit of a roll-back that begins',
  notice: 'the commit of a notice that is intended',
  told: 'the commit of how a delivery ended',
  finished: 'the commit of the run’s end',
  snapshot: 'a snapshot of the state is written',
  directories: 'the directories of attempts are written',
  offer: 'submissions are offered to a worker',
  submit: 'a runner is called with submissions',
  lane: 'a lane is started; its record follows',
  handover: 'a lane is given attempts; the record of them follows',
  report: 'the engine takes a report of a worker',
  evidence: 'the `exit.json` of an attempt is read',
  find: 'a site is asked what it knows of submissions',
  poll: 'a site is asked how attempts stand',
  cancel: 'a site is asked to end attempts',
  claim: 'the engine takes the claim of an attempt',
  environment: 'an environment is prepared',
  lookup: 'the index is asked for earlier results',
  index: 'results are put into the index',
  forget: 'results that are taken back leave the index',
  inbox: 'an intervention is read',
  answer: 'the answer to an intervention is written',
  delivery: 'a channel is told',
  publish: 'outputs are published',
  copy: 'one of them is copied; the rename that shows it follows',
} as const satisfies Readonly<Record<string, string>>;

export type Boundary = keyof typeof boundaries;
export type FailpointName = `${Boundary}.${'before' | 'after'}`;

/** Called at each passing of a boundary; may never come back. */
export type Failpoint = (name: FailpointName) => void;

export const failpointNames: readonly FailpointName[] = (
  Object.keys(boundaries) as Boundary[]
).flatMap((boundary) => [`${boundary}.before`, `${boundary}.after`] as const);
