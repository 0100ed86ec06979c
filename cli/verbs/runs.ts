import {
  type JournalReader,
  JournalUnreadable,
  openForReading,
  openIndex,
  type RunEvent,
  type RunRow,
} from '../../engine/index.ts';
import { findRun, isLive, runIds } from '../compose/run-files.ts';
import { type Context, type ExitCode, printJson, workDirectory } from '../context.ts';
import { shownState } from './status.ts';

/** `braid runs`: newest first. The journals are the truth; the index only saves reading ended ones. */
export async function runs(
  context: Context,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const directory = workDirectory(context, options.dir);
  const ids = runIds(directory).reverse();
  const items: RunRow[] = [];
  if (ids.length > 0) {
    const { index } = openIndex(findRun(directory, ids[0] as string).index);
    const known = new Map(index.runs().map((row) => [row.run, row]));
    for (const id of ids) {
      const row = known.get(id);
      const ended = row !== undefined && row.finishedAt !== '' && row.state !== 'interrupted';
      const found = ended ? row : await rowOf(findRun(directory, id).journal, id, row);
      if (found) items.push(found);
    }
    index.close();
  }
  if (options.json) {
    const moment = (text: string) => (text === '' ? null : text);
    printJson(context, {
      items: items.map(({ startedAt, finishedAt, ...row }) => ({
        ...row,
        startedAt: moment(startedAt),
        finishedAt: moment(finishedAt),
      })),
    });
    return 0;
  }
  if (items.length === 0) context.stderr.write('no runs here yet\n');
  for (const { run, workflow, state, startedAt, instances, stub } of items) {
    const when = startedAt === '' ? '' : startedAt.slice(0, 16).replace('T', ' ');
    context.stdout.write(
      `${run}  ${when.padEnd(16)}  ${state.padEnd(11)}  ${String(instances).padStart(7)}  ${workflow}${stub ? ' (stub)' : ''}\n`,
    );
  }
  return 0;
}

/** A bad journal harms its own run only: what the index says of it, if anything. */
async function rowOf(
  journal: string,
  run: string,
  indexed: RunRow | undefined,
): Promise<RunRow | undefined> {
  const opened = openForReading(journal);
  if (opened.kind !== 'opened') return indexed;
  try {
    return await readRow(opened.reader, run, indexed);
  } catch (error) {
    if (error instanceof JournalUnreadable) return indexed;
    throw error;
  } finally {
    opened.reader.close();
  }
}

async function readRow(
  reader: JournalReader,
  run: string,
  indexed: RunRow | undefined,
): Promise<RunRow> {
  const row = { run, workflow: '', state: 'planned', startedAt: '', finishedAt: '', stub: false };
  for await (const events of reader.read(1)) {
    for (const stored of events) {
      const event = stored.event as RunEvent;
      if (event.kind === 'run.created') {
        row.workflow = event.workflow;
        row.stub = event.settings.stub ?? false;
      } else if (event.kind === 'run.started') {
        row.startedAt ||= stored.at;
        row.state = 'running';
        row.finishedAt = '';
      } else if (event.kind === 'run.draining') row.state = 'pausing';
      else if (event.kind === 'run.ended') {
        row.state = event.state;
        row.finishedAt = stored.at;
      }
    }
  }
  const live = isLive(reader);
  return { ...row, state: shownState(row.state, live), instances: indexed?.instances ?? 0 };
}
