import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import { type GraphFormat, graphFormats, graphText } from '../../engine/index.ts';
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
  const format = formatNamed(options.format);
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
  const drawn = await graphText(planned.value.plan, format, options.instances ?? false);
  showDiagnostics(context, drawn.diagnostics);
  if (drawn.value === undefined) return 1;
  if (options.output) writeFileSync(resolve(context.cwd, options.output), drawn.value);
  else context.stdout.write(drawn.value);
  return 0;
}

function formatNamed(name: string): GraphFormat {
  const known = graphFormats.find((format) => format === name);
  if (known) return known;
  throw new UsageError(`there is no format \`${name}\``, `known are ${graphFormats.join(', ')}`);
}
