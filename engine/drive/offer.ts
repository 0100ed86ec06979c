import type { AttemptFile } from '../attempt.ts';
import type { Files, Submission } from '../ports.ts';
import { openOf } from '../run/deadlines.ts';
import { attemptDirectory, resultOf } from '../run/result.ts';
import { idOf, isUnwanted, type OpenAttempt, type OpenSubmission } from '../run/state.ts';
import { type Acting, isOurs } from './engine.ts';
import { readAttempt } from './evidence.ts';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Writes the directories of submissions that are durable, then offers them, larger priorities first. */
export function offer(acting: Acting, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const { engine } = acting;
  const { state } = engine.scene;
  const chosen = keys.flatMap((key) => state.submissions.get(key) ?? []);
  acting.begin('offer', async () => {
    if (!isOurs(engine)) return;
    const fresh: Fresh = new Map();
    const failed = await write(acting, chosen, fresh);
    // Decided before the files were written; a cancel may have come since.
    const wanted = chosen.filter(
      (one) => failed === undefined && state.submissions.has(one.key) && !isCancelling(acting, one),
    );
    for (const { key } of chosen.filter((one) => !wanted.includes(one))) {
      engine.mail.add({ kind: 'returned', key, text: failed ?? 'cancelled before it was offered' });
    }
    const byPriority = Map.groupBy(wanted, (one) => one.priority);
    for (const priority of [...byPriority.keys()].sort((a, b) => b - a)) {
      if (!isOurs(engine)) return;
      const batch = (byPriority.get(priority) ?? []).map((one) => submissionOf(acting, one, fresh));
      await engine.options.dispatcher.offer(batch, priority);
    }
  });
}

function isCancelling({ engine }: Acting, submission: OpenSubmission): boolean {
  const { state } = engine.scene;
  return openOf(state, submission).some(({ instance }) => isUnwanted(state, instance));
}

/** What was written just now, by instance: the runner need not read it back. */
type Fresh = Map<number, AttemptFile>;

/** Why the directories could not be written. */
async function write(
  acting: Acting,
  submissions: readonly OpenSubmission[],
  fresh: Fresh,
): Promise<string | undefined> {
  const { files } = acting.engine.options;
  const { state } = acting.engine.scene;
  try {
    const texts: TextFile[] = [];
    for (const submission of submissions) {
      const again = submission.offers > 1 || submission.epoch !== submission.firstEpoch;
      for (const attempt of openOf(state, submission)) {
        const { file, written } = prepare(acting, submission, attempt);
        // A copy may be running from files that are there: only what is not whole is written again.
        if (again) texts.push(...(await notWhole(files, written)));
        else {
          texts.push(...written);
          fresh.set(attempt.instance, file);
        }
      }
    }
    if (texts.length > 0) await files.write(texts);
    return undefined;
  } catch (error) {
    return `cannot write its directory: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function prepare(
  acting: Acting,
  submission: OpenSubmission,
  attempt: OpenAttempt,
): { readonly file: AttemptFile; readonly written: readonly TextFile[] } {
  const { scene, options } = acting.engine;
  const { instance, number, resources } = attempt;
  const directory = attemptDirectory(scene.state, scene.root, instance, number);
  const id = `${submission.site}/${submission.environment ?? ''}`;
  const environment = scene.state.environments.get(id);
  const {
    file,
    script,
    lists = [],
  } = scene.binder.prepare(
    {
      instance,
      number,
      run: scene.run,
      submission: submission.key,
      epoch: options.journal.epoch,
      directory,
      resources,
      setup: environment?.kind === 'prepared' ? environment.setup : [],
      ...(attempt.undo ? { undo: { work: workToUndo(scene, instance) } } : {}),
    },
    scene.standings,
  );
  acting.outputs.set(instance, file.outputs);
  // `attempt.json` last: where it is whole, so is the rest.
  const written = [
    ...lists.map(({ path, text }) => ({ path: `${directory}/${path}`, text })),
    ...(script === undefined ? [] : [{ path: `${directory}/script`, text: script }]),
    { path: `${directory}/attempt.json`, text: `${JSON.stringify(file)}\n` },
  ];
  return { file, written };
}

/** Where the outputs are of what is taken back. */
function workToUndo({ state, root }: Acting['engine']['scene'], instance: number): string {
  const result = resultOf(state, root, instance);
  if (result) return result.directory;
  return `${attemptDirectory(state, root, instance, state.tried.get(instance) ?? 0)}/work`;
}

async function notWhole(files: Files, texts: readonly TextFile[]): Promise<TextFile[]> {
  const left: TextFile[] = [];
  for (const one of texts) {
    const directory = one.path.slice(0, one.path.lastIndexOf('/'));
    const [stat] = await files.stat([one.path]);
    const whole = one.path.endsWith('/attempt.json')
      ? (await readAttempt(files, directory)) !== undefined
      : stat?.size === new TextEncoder().encode(one.text).length;
    if (!whole) left.push(one);
  }
  return left;
}

function submissionOf({ engine }: Acting, submission: OpenSubmission, fresh: Fresh): Submission {
  const { state, root, run } = engine.scene;
  return {
    key: submission.key,
    run,
    epoch: engine.options.journal.epoch,
    site: submission.site,
    shape: submission.shape,
    form: submission.form,
    offer: submission.offers,
    items: openOf(state, submission).map((attempt) => {
      const file = fresh.get(attempt.instance);
      return {
        attempt: idOf(attempt),
        directory: attemptDirectory(state, root, attempt.instance, attempt.number),
        ...(file ? { file } : {}),
      };
    }),
  };
}
