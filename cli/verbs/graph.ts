import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import {
  instanceGraph,
  instanceGraphSvg,
  type Plan,
  stepGraph,
  stepGraphSvg,
} from '../../engine/index.ts';
import { type ParameterOptions, planWorkflow, settingsAt } from '../compose/workflow.ts';
import { type Context, type ExitCode, UsageError } from '../context.ts';
import { showDiagnostics } from '../report.ts';

interface Options extends ParameterOptions {
  readonly format: string;
  readonly instances?: boolean;
  readonly output?: string;
}

/** `braid graph FILE`: the DAG of steps, or of instances. */
export async function graph(context: Context, file: string, options: Options): Promise<ExitCode> {
  if (options.format !== 'svg' && options.format !== 'json') {
    throw new UsageError(`there is no format \`${options.format}\``, 'known are svg and json');
  }
  const path = resolve(context.cwd, file);
  const { value: settings, diagnostics } = await settingsAt(context, options, path);
  showDiagnostics(context, diagnostics);
  if (hasErrors(diagnostics)) return 1;
  const planned = await planWorkflow(context, path, settings, {
    allowLarge: options.allowLarge ?? false,
  });
  showDiagnostics(
    context,
    planned.diagnostics.filter((d) => d.severity !== 'note'),
  );
  if (!planned.value) return 1;
  const text = await draw(context, planned.value.plan, options);
  if (text === undefined) return 1;
  if (options.output) writeFileSync(resolve(context.cwd, options.output), text);
  else context.stdout.write(text);
  return 0;
}

async function draw(context: Context, plan: Plan, options: Options): Promise<string | undefined> {
  if (options.format === 'json') {
    const document = options.instances ? instanceGraph(plan) : stepGraph(plan);
    return `${JSON.stringify({ format: 1, ...document })}\n`;
  }
  if (!options.instances) return `${(await stepGraphSvg(plan)).trimEnd()}\n`;
  const drawn = await instanceGraphSvg(plan);
  showDiagnostics(context, drawn.diagnostics);
  return drawn.value === undefined ? undefined : `${drawn.value.trimEnd()}\n`;
}
