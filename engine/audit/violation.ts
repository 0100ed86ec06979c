/** What an audit holds a run to. */
export type AuditRule =
  /** Sequence numbers begin at 1 and have no gap; the first event makes the run. */
  | 'sequence'
  /** Epochs and the run's clock never go back; an engine writes under the epoch that it began. */
  | 'epoch'
  /** Every event fits the state that those before it make. */
  | 'fold'
  /** An attempt is intended once, in turn, ends once, and only what was intended is heard of. */
  | 'order'
  /** An instance succeeds once between resets. */
  | 'twice'
  /** No two attempts of one instance are under way at the same time. */
  | 'overlap'
  /** In a run that has ended every attempt and every instance has ended. */
  | 'lost'
  /** What left a result had taken the claim of its directory, for the submission that the journal names. */
  | 'claim'
  /** Every success has a whole exit.json of its own with code 0 and nothing missing. */
  | 'exit'
  /** What a success made is there, with the size that was recorded. */
  | 'output'
  /** Nothing of an attempt begins or goes on after the journal has ended it. */
  | 'late'
  /** A snapshot is what the events before it come to. */
  | 'snapshot';

export interface Violation {
  readonly rule: AuditRule;
  /** Of the event where it shows. */
  readonly seq?: number;
  readonly instance?: number;
  /** Number of the attempt. */
  readonly attempt?: number;
  readonly text: string;
}
