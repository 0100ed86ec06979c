import { type RecordedEvent, reduce, type StoredEvent } from '../../engine/index.ts';
import { isLive } from '../compose/run-files.ts';
import { openRun } from '../compose/run-view.ts';
import type { Context, ExitCode } from '../context.ts';
import { followerFor } from '../view/follow.ts';

/** How often it is looked whether the engine still lives. */
const LIVE_MS = 1_000;

/** `braid attach RUN`: the view of a run that another process drives, until it ends or is left. */
export async function attach(
  context: Context,
  run: string,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  const { paths, plan, binder, reader } = view;
  const json = options.json ?? false;
  const follower = followerFor(context, {
    run: paths.run,
    plan,
    binder,
    directory: paths.directory,
    json,
  });
  const folded = await view.folded();
  const { state } = folded;
  let { seq } = folded;
  follower.begin(state);
  const ended = () => ['succeeded', 'failed', 'cancelled', 'interrupted'].includes(state.run);
  let wake = () => {};
  const unwatch = reader.watch(() => wake());
  let orphaned = false;
  while (!ended() && !orphaned) {
    const woken = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), LIVE_MS);
      wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
    const fresh: RecordedEvent[] = [];
    for await (const batch of reader.read(seq + 1)) {
      for (const stored of batch) {
        if (stored.seq <= seq) continue;
        const recorded = recordedOf(stored);
        reduce(state, recorded);
        fresh.push(recorded);
        seq = stored.seq;
      }
    }
    follower.onEvents(fresh);
    orphaned = !woken && fresh.length === 0 && !isLive(reader);
  }
  await unwatch();
  follower.end(state, []);
  view.close();
  if (orphaned && !ended()) {
    context.stderr.write(`no engine drives run ${paths.run}: \`braid resume ${paths.run}\`\n`);
  }
  return state.run === 'succeeded' ? 0 : 1;
}

function recordedOf({ at, runMs, event }: StoredEvent): RecordedEvent {
  return { at, runMs, event: event as RecordedEvent['event'] };
}
