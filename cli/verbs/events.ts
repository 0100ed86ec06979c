import { eventText, type RunEvent } from '../../engine/index.ts';
import { openRun } from '../compose/run-view.ts';
import type { Context, ExitCode } from '../context.ts';
import { oneLine } from '../view/failure.ts';

/** `braid events RUN`: the journal, a line an event. */
export async function events(
  context: Context,
  run: string,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  // Instances that fan-out has made are known once the journal is folded.
  if (view.plan.steps.some((step) => step.dynamic)) await view.fold();
  for await (const batch of view.reader.read(1)) {
    const lines = batch.map((stored) =>
      options.json
        ? JSON.stringify({ format: 1, ...stored })
        : `${stored.at}  ${oneLine(eventText(stored.event as RunEvent, view.binder))}`,
    );
    context.stdout.write(`${lines.join('\n')}\n`);
  }
  view.close();
  return 0;
}
