import { relative } from 'node:path';
import { restoreJournal } from '../../engine/index.ts';
import { type Context, workDirectory } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { findRun } from './run-files.ts';

/** The backup takes the place of a run's damaged journal. False, with the reason said, if it cannot. */
export async function restore(
  context: Context,
  text: string,
  options: { readonly dir?: string },
): Promise<boolean> {
  const { run, journal } = findRun(workDirectory(context, options.dir), text);
  const restored = await restoreJournal(journal, run);
  if (restored.kind === 'refused') {
    showDiagnostics(context, [restored.diagnostic]);
    return false;
  }
  const kept = relative(context.cwd, restored.damaged);
  context.stderr.write(
    `run ${run} goes on from the backup of its journal (${restored.events} events); what happened since is found with its attempts. The damaged journal is kept as ${kept}\n`,
  );
  return true;
}
