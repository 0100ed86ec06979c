import type { AttemptFile } from '../attempt.ts';
import type { Handle, Runner } from '../ports.ts';
import { attemptDirectory } from '../run/result.ts';
import type { Scene } from '../run/scene.ts';
import { idOf, type OpenAttempt, type OpenSubmission } from '../run/state.ts';
import type { Mailbox } from './message.ts';
import type { Departure, DriveOptions } from './options.ts';
import type { RecordedScene } from './record.ts';

/** One engine at work on one run. */
export interface Engine {
  readonly options: DriveOptions;
  readonly scene: RecordedScene & { nowMs: number; leaving: Scene['leaving'] };
  readonly mail: Mailbox;
  readonly left: Promise<Departure>;
  readonly isGone: () => boolean;
  /** It has left since another engine has the run. */
  readonly isFenced: () => boolean;
  leave(left: Departure): Promise<void>;
}

/** Whether the run is still this engine's; leaves it where another has taken it, as after a long stop of the process. */
export function isOurs(engine: Engine): boolean {
  if (engine.isGone()) return false;
  if (engine.options.journal.isOurs?.() ?? true) return true;
  void engine.leave({ kind: 'fenced' });
  return false;
}

/** What the acting parts share. */
export interface Acting {
  readonly engine: Engine;
  /** Declared outputs of open attempts, by instance; read again from `attempt.json` after a restart. */
  readonly outputs: Map<number, AttemptFile['outputs']>;
  /** Runs `f` beside the loop; a failure becomes a notice, since a later sweep tries again. */
  begin(what: string, f: () => Promise<void>): void;
}

export function runnerOf({ engine }: Acting, submission: OpenSubmission): Runner | undefined {
  return engine.options.runners.get(submission.site);
}

/** What is asked of a runner about these attempts of a submission. */
export function handleOf(
  { engine }: Acting,
  submission: OpenSubmission,
  attempts: readonly OpenAttempt[],
): Handle {
  const { state, root } = engine.scene;
  return {
    key: submission.key,
    externalId: submission.externalId ?? '',
    items: attempts.map((attempt) => ({
      attempt: idOf(attempt),
      directory: attemptDirectory(state, root, attempt.instance, attempt.number),
    })),
  };
}
