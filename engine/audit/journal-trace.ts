import type { RunId, StoredEvent } from '../ports.ts';
import type { AttemptEnded, RunEvent } from '../run/event.ts';
import type { Violation } from './violation.ts';

/** One attempt as the journal tells of it. */
export interface TracedAttempt {
  readonly instance: number;
  readonly number: number;
  readonly key: string;
  readonly undo: boolean;
  readonly intendedSeq: number;
  /** Undefined: not ended. Its `left` is dropped, as the fold keeps what counts of it. */
  end:
    | { readonly seq: number; readonly at: string; readonly outcome: AttemptEnded['outcome'] }
    | undefined;
  /** A later engine than the one that offered it last took it on. */
  adopted: boolean;
}

/** What one reading of a journal tells of its submissions and attempts, found without `reduce`. */
export interface JournalTrace {
  readonly events: number;
  readonly epochs: number;
  /** Submissions ever intended. */
  readonly submissions: number;
  /** Offers of the same attempts again: after a doubt; where the first came back unstarted. */
  readonly repeated: number;
  readonly returned: number;
  /** In the order in which they were intended. */
  readonly attempts: readonly TracedAttempt[];
}

interface TracedSubmission {
  readonly attempts: readonly TracedAttempt[];
  /** Of the last offer. */
  epoch: number;
}

/** Reads events in order. A class, since it owns many counters that grow together. */
export class JournalTracer implements JournalTrace {
  events = 0;
  submissions = 0;
  repeated = 0;
  returned = 0;
  readonly attempts: TracedAttempt[] = [];
  readonly #run: RunId;
  readonly #report: (violation: Violation) => void;
  readonly #byKey = new Map<string, TracedSubmission>();
  readonly #open = new Map<number, TracedAttempt>();
  readonly #last = new Map<number, number>();
  readonly #epochs = new Set<number>();
  #seq = 0;
  #epoch = 0;
  #runMs = 0;

  constructor(run: RunId, report: (violation: Violation) => void) {
    this.#run = run;
    this.#report = report;
  }

  get epochs(): number {
    return this.#epochs.size;
  }

  /** Throws what a malformed event makes it throw. */
  take(stored: StoredEvent): void {
    this.events++;
    this.#order(stored);
    const event = stored.event as RunEvent;
    const { seq, epoch } = stored;
    switch (event.kind) {
      case 'run.started':
        if (event.epoch === epoch) this.#epochs.add(epoch);
        else this.#say('epoch', seq, `an engine of epoch ${event.epoch} wrote under ${epoch}`);
        return;
      case 'run.ended':
        // What is interrupted goes on.
        if (event.state === 'interrupted') return;
        for (const attempt of this.#open.values()) {
          this.#say('lost', seq, `the run ended (${event.state}) while it was under way`, attempt);
        }
        return;
      case 'submission.intended':
        this.#intend(event, stored);
        return;
      case 'submission.repeated':
        if (event.offers > 1) this.repeated++;
        else this.returned++;
        this.#offered(event.key, stored);
        return;
      case 'submission.accepted':
        for (const attempt of this.#known(event.key, stored)?.attempts ?? [])
          this.#adopt(attempt, epoch);
        return;
      case 'submission.refused':
      case 'submission.returned':
      case 'submission.unknown':
        this.#known(event.key, stored);
        return;
      case 'attempt.running':
        this.#adopt(this.#attempt(event, stored), epoch);
        return;
      case 'attempt.suspected':
        this.#attempt(event, stored);
        return;
      case 'attempt.ended':
        this.#end(event, stored);
        return;
      default:
    }
  }

  #say(
    rule: Violation['rule'],
    seq: number,
    text: string,
    attempt?: { instance: number; number: number },
  ): void {
    const whose = attempt && { instance: attempt.instance, attempt: attempt.number };
    this.#report({ rule, seq, ...whose, text });
  }

  #order({ seq, epoch, runMs, event }: StoredEvent): void {
    if (seq !== this.#seq + 1) {
      const gap =
        seq > this.#seq
          ? `events ${this.#seq + 1} to ${seq - 1} are missing`
          : 'it comes out of order';
      this.#say('sequence', seq, gap);
    }
    if (this.events === 1 && event.kind !== 'run.created') {
      this.#say('sequence', seq, `the first event is \`${event.kind}\`, not \`run.created\``);
    }
    if (epoch < this.#epoch) this.#say('epoch', seq, `epoch ${epoch} after ${this.#epoch}`);
    if (runMs < this.#runMs) this.#say('epoch', seq, 'the clock of the run goes back');
    this.#seq = seq;
    this.#epoch = Math.max(epoch, this.#epoch);
    this.#runMs = Math.max(runMs, this.#runMs);
  }

  #intend(
    event: Extract<RunEvent, { kind: 'submission.intended' }>,
    { seq, epoch }: StoredEvent,
  ): void {
    if (!event.key.startsWith(`braid-${this.#run}-`)) {
      this.#say('order', seq, `submission ${event.key} is not of this run`);
    }
    if (this.#byKey.has(event.key)) {
      this.#say('order', seq, `submission ${event.key} was intended before`);
      return;
    }
    this.submissions++;
    const attempts = event.attempts.map(({ instance, number, undo }) => {
      const attempt: TracedAttempt = {
        instance,
        number,
        key: event.key,
        undo: undo ?? false,
        intendedSeq: seq,
        end: undefined,
        adopted: false,
      };
      const before = this.#last.get(instance) ?? 0;
      if (number !== before + 1) this.#say('order', seq, `it follows attempt ${before}`, attempt);
      const open = this.#open.get(instance);
      if (open) {
        this.#say(
          'overlap',
          seq,
          `attempt ${open.number} had not ended when it was intended`,
          attempt,
        );
      }
      this.#last.set(instance, number);
      this.#open.set(instance, attempt);
      this.attempts.push(attempt);
      return attempt;
    });
    this.#byKey.set(event.key, { attempts, epoch });
  }

  #known(key: string, { seq, event }: StoredEvent): TracedSubmission | undefined {
    const submission = this.#byKey.get(key);
    if (!submission)
      this.#say('order', seq, `\`${event.kind}\` of ${key}, which was never intended`);
    return submission;
  }

  #offered(key: string, stored: StoredEvent): void {
    const submission = this.#known(key, stored);
    if (submission) submission.epoch = stored.epoch;
  }

  /** The attempt that an event is of, if it is under way. */
  #attempt(
    { instance, number }: { instance: number; number: number },
    { seq, event }: StoredEvent,
  ): TracedAttempt | undefined {
    const open = this.#open.get(instance);
    if (open?.number === number) return open;
    const why = number <= (this.#last.get(instance) ?? 0) ? 'had ended' : 'was never intended';
    this.#say('order', seq, `\`${event.kind}\` of an attempt that ${why}`, { instance, number });
    return undefined;
  }

  #adopt(attempt: TracedAttempt | undefined, epoch: number): void {
    if (!attempt || attempt.end) return;
    const submission = this.#byKey.get(attempt.key);
    if (submission && epoch > submission.epoch) attempt.adopted = true;
  }

  #end(event: AttemptEnded, stored: StoredEvent): void {
    const attempt = this.#attempt(event, stored);
    if (!attempt) return;
    if (event.outcome.kind === 'succeeded') this.#adopt(attempt, stored.epoch);
    if ((event.undo ?? false) !== attempt.undo) {
      this.#say('order', stored.seq, 'it ended as what it was not intended as', attempt);
    }
    attempt.end = { seq: stored.seq, at: stored.at, outcome: event.outcome };
    this.#open.delete(event.instance);
  }
}
