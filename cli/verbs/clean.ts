import { existsSync, rmSync, statSync } from 'node:fs';
import { parseQuantity } from '../../dsl/index.ts';
import { JournalUnreadable, journalFiles, openForReading, openIndex } from '../../engine/index.ts';
import { hasLiveLanes } from '../../runners/index.ts';
import { findRun, isLive, type RunPaths, runIds } from '../compose/run-files.ts';
import { confirm } from '../confirm.ts';
import { type Context, type ExitCode, printJson, UsageError, workDirectory } from '../context.ts';

interface Options {
  readonly dir?: string;
  readonly olderThan?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * `braid clean [RUN…]`: removes runs, and with them what later runs could reuse of them. A live run is
 * never touched, and what was published stays where it is.
 */
export async function clean(
  context: Context,
  names: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const directory = workDirectory(context, options.dir);
  if (names.length === 0 && options.olderThan === undefined) {
    throw new UsageError('which runs?', 'name them, or give `--older-than`, such as `7 d`');
  }
  const chosen = names.length > 0 ? names.map((name) => findRun(directory, name)) : all(directory);
  const before = options.olderThan === undefined ? undefined : ageLimit(options.olderThan);
  const live: string[] = [];
  const busy: string[] = [];
  const gone: RunPaths[] = [];
  for (const paths of chosen) {
    if (before !== undefined && statSync(paths.records).mtimeMs > before) continue;
    if (isDriven(paths)) live.push(paths.run);
    else if (hasLiveLanes(paths.lanes)) busy.push(paths.run);
    else gone.push(paths);
  }
  for (const run of live) context.stderr.write(`run ${run} is live and stays\n`);
  for (const run of busy) {
    context.stderr.write(
      `run ${run} has no engine, but payloads of it still run, so it stays; \`braid cancel ${run} --yes\` and \`braid resume ${run}\` end them\n`,
    );
  }
  if (gone.length > 0 && !options.yes && !(await confirm(context, 'clean', questionOf(gone))))
    return 1;
  const first = gone[0];
  if (first) {
    const index = existsSync(first.index) ? openIndex(first.index).index : undefined;
    for (const paths of gone) {
      index?.forget(paths.run);
      remove(paths);
    }
    index?.close();
  }
  if (options.json)
    printJson(context, { removed: gone.map(({ run }) => run), live: [...live, ...busy] });
  else context.stderr.write(`removed ${gone.length} run${gone.length === 1 ? '' : 's'}\n`);
  return live.length + busy.length > 0 && names.length > 0 ? 1 : 0;
}

function all(directory: string): RunPaths[] {
  return runIds(directory).map((run) => findRun(directory, run));
}

function ageLimit(text: string): number {
  const age = parseQuantity(text);
  if (typeof age === 'string' || age.dimension !== 'duration') {
    throw new UsageError(`\`--older-than ${text}\` is no duration`, 'write it as `7 d` or `12 h`');
  }
  return Date.now() - age.amount * 1000;
}

function isDriven(paths: RunPaths): boolean {
  const opened = openForReading(paths.journal);
  if (opened.kind !== 'opened') return false;
  try {
    return isLive(opened.reader);
  } catch (error) {
    if (error instanceof JournalUnreadable) return false;
    throw error;
  } finally {
    opened.reader.close();
  }
}

/** The journal is gone first, so that a run that was removed half is no run any more. */
function remove(paths: RunPaths): void {
  for (const file of journalFiles(paths.journal)) rmSync(file, { force: true });
  rmSync(paths.directory, { recursive: true, force: true });
  rmSync(paths.records, { recursive: true, force: true });
}

function questionOf(gone: readonly RunPaths[]): string {
  return `remove ${gone.map(({ run }) => run).join(', ')} and what they made?`;
}
