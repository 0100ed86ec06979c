/** What a run is meant to do, in as few words as possible: no time, no site, no faults. */
export interface Reference {
  readonly phases: Phase[];
  /** Nothing begins any more. */
  cancelled: boolean;
  /** An attempt ends; a lost one is no fault of the script. */
  end(instance: number, how: 'well' | 'badly' | 'lost'): void;
  cancel(instance: number): void;
  cancelAll(): void;
  hold(instance: number): void;
  release(instance: number): void;
  retry(instance: number): void;
}

export type Phase =
  | 'waiting'
  | 'held'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'blocked'
  | 'cancelled';

const hasEnded = (phase: Phase) =>
  phase === 'succeeded' || phase === 'failed' || phase === 'blocked' || phase === 'cancelled';

/** `producers[i]`: what instance `i` reads. `retries`: further attempts after one that failed. */
export function referenceOf(
  producers: readonly (readonly number[])[],
  { retries, losses }: { readonly retries: number; readonly losses: number },
): Reference {
  const phases: Phase[] = producers.map(() => 'waiting');
  const isHeld = producers.map(() => false);
  const failed = producers.map(() => 0);
  const lost = producers.map(() => 0);
  const settle = () => {
    for (let changed = true; changed; ) {
      changed = false;
      producers.forEach((read, i) => {
        const before = phases[i]!;
        if (before !== 'waiting' && before !== 'held') return;
        const after = next(
          read.map((one) => phases[one]!),
          isHeld[i]!,
        );
        phases[i] = after;
        changed ||= after !== before;
      });
    }
  };
  const reset = (i: number) => {
    phases[i] = 'waiting';
    failed[i] = 0;
    lost[i] = 0;
  };
  const cancel = (i: number) => {
    if (!hasEnded(phases[i]!)) phases[i] = 'cancelled';
  };
  const reference: Reference = {
    phases,
    cancelled: false,
    end(i, how) {
      if (phases[i] !== 'running') return;
      if (how === 'well') phases[i] = 'succeeded';
      else {
        const left = how === 'lost' ? losses - lost[i]!++ : retries - failed[i]!++;
        phases[i] = left > 0 ? 'waiting' : 'failed';
      }
      settle();
    },
    cancel(i) {
      cancel(i);
      settle();
    },
    cancelAll() {
      reference.cancelled = true;
      phases.forEach((_, i) => {
        cancel(i);
      });
    },
    hold(i) {
      if (!hasEnded(phases[i]!)) isHeld[i] = true;
      settle();
    },
    release(i) {
      isHeld[i] = false;
      settle();
    },
    retry(i) {
      if (phases[i] !== 'failed' && phases[i] !== 'cancelled') return;
      for (const one of followers(producers, phases, i)) reset(one);
      // Something before them is tried again, or may be.
      phases.forEach((phase, one) => {
        if (phase === 'blocked') reset(one);
      });
      settle();
    },
  };
  settle();
  return reference;
}

function next(read: readonly Phase[], isHeld: boolean): Phase {
  if (read.some((phase) => phase !== 'succeeded' && hasEnded(phase))) return 'blocked';
  if (isHeld) return 'held';
  return read.every((phase) => phase === 'succeeded') ? 'running' : 'waiting';
}

/** An instance, and all that read it and had ended. */
function followers(
  producers: readonly (readonly number[])[],
  phases: readonly Phase[],
  first: number,
): Set<number> {
  const found = new Set([first]);
  for (const one of found) {
    producers.forEach((read, reader) => {
      if (read.includes(one) && hasEnded(phases[reader]!)) found.add(reader);
    });
  }
  return found;
}
