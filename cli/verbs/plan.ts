import { dirname, resolve } from 'node:path';
import { type Diagnostic, hasErrors } from '../../dsl/index.ts';
import {
  diskFiles,
  type Forecast,
  forecastPlan,
  isWholePlan,
  type Plan,
  planSummary,
  planText,
} from '../../engine/index.ts';
import { againstDocument, compareWith } from '../compose/against.ts';
import { historyOf } from '../compose/history.ts';
import { openResults } from '../compose/results.ts';
import { runIds } from '../compose/run-files.ts';
import { siteLine, siteMisfits, siteSummary } from '../compose/site-plan.ts';
import {
  bindWorkflow,
  type ParameterOptions,
  type Planned,
  planWorkflow,
  type Settings,
  settingsAt,
} from '../compose/workflow.ts';
import { type Context, type ExitCode, printJson, workDirectory } from '../context.ts';
import { codeOf, diagnosticItems, showDiagnostics } from '../report.ts';
import { comparisonText } from '../view/against.ts';

interface Options extends ParameterOptions {
  readonly dir?: string;
  readonly why?: boolean;
  readonly against?: string;
  readonly json?: boolean;
}

/** Instances of a step that are listed with their reasons; the rest is counted. */
const REASONS_SHOWN = 5;

const NO_FORECAST =
  'no forecast: a step makes the keys of another, so what would run shows only in a run, ' +
  'which reuses what is unchanged; `--against` compares the texts';

/** `braid plan FILE`: the dry run. */
export async function plan(context: Context, file: string, options: Options): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  const { settings, value, diagnostics } = await planned(context, path, options);
  if (!options.json) showDiagnostics(context, diagnostics);
  if (!value) {
    if (options.json) printJson(context, { diagnostics: diagnosticItems(diagnostics) });
    return 1;
  }
  if (options.against !== undefined) {
    const at = { ...options, against: options.against };
    return planAgainst(context, path, { value, settings, diagnostics }, at);
  }
  const summary = planSummary(value.plan, diagnostics);
  const future = await forecastFor(context, path, value, options);
  const forecast = future?.forecast;
  if (options.json) {
    const steps = summary.steps.map((step, index) => {
      const awaited = forecast?.steps[index];
      if (!awaited) return { ...step, toRun: null, upToDate: null };
      const { step: _name, ...counts } = awaited;
      return { ...step, ...counts };
    });
    future?.close();
    const site = siteSummary(value.plan);
    printJson(context, { ...summary, ...site, steps, diagnostics: diagnosticItems(diagnostics) });
    return codeOf(diagnostics);
  }
  // Of a slice only what is in it.
  const shown = isWholePlan(settings.slice)
    ? summary
    : { ...summary, steps: summary.steps.filter(({ instances }) => instances.max !== 0) };
  context.stdout.write(`${planText(shown)}\n`);
  if (value.plan.site) context.stdout.write(`  ${siteLine(value.plan.site)}\n`);
  if (future) {
    context.stdout.write(`\n${forecastText(value.plan, future.forecast, options.why ?? false)}\n`);
    future.close();
  }
  return codeOf(diagnostics);
}

interface PlannedHere {
  readonly value: Planned | undefined;
  readonly settings: Settings;
  readonly diagnostics: readonly Diagnostic[];
}

/** The plan, with what its site lacks: a plan can be made all the same. */
async function planned(context: Context, path: string, options: Options): Promise<PlannedHere> {
  const { value: settings, diagnostics: unfound } = await settingsAt(context, options, path);
  if (hasErrors(unfound)) return { settings, value: undefined, diagnostics: unfound };
  const { value, diagnostics } = await planWorkflow(context, path, settings, {
    allowLarge: options.allowLarge ?? false,
  });
  const lacks = value ? siteMisfits(value.plan) : [];
  return { settings, value, diagnostics: [...diagnostics, ...lacks] };
}

/** `--against FILE|RUN`: what would be done differently. */
async function planAgainst(
  context: Context,
  path: string,
  { value, settings, diagnostics }: PlannedHere,
  options: Options & { readonly against: string },
): Promise<ExitCode> {
  const compared = value && (await compareWith(context, path, value, settings, options));
  if (!value || !compared) return 1;
  const { against, comparison } = compared;
  if (!options.json) {
    const text = comparisonText(comparison, against);
    context.stdout.write(`plan ${value.plan.program.name}\n\n${text}\n`);
    return codeOf(diagnostics);
  }
  printJson(context, {
    ...planSummary(value.plan, diagnostics),
    ...siteSummary(value.plan),
    steps: planSummary(value.plan).steps.map((step) => ({ ...step, toRun: null, upToDate: null })),
    diagnostics: diagnosticItems(diagnostics),
    against: againstDocument(against, value.plan, comparison),
  });
  return codeOf(diagnostics);
}

/**
 * What a run would do, from what earlier runs left. Without `--why` it is only asked where there is
 * something that could be reused; a dynamic plan has no forecast.
 */
async function forecastFor(
  context: Context,
  path: string,
  planned: Planned,
  options: Options,
): Promise<{ readonly forecast: Forecast; close(): void } | undefined> {
  if (planned.plan.steps.some((step) => step.dynamic)) {
    if (options.why) context.stderr.write(`${NO_FORECAST}\n`);
    return undefined;
  }
  const directory = workDirectory(context, options.dir);
  const hasRuns = runIds(directory).length > 0;
  if (!options.why && !hasRuns) return undefined;
  const files = diskFiles();
  const bound = await bindWorkflow(planned, dirname(path), files);
  if (hasErrors(bound.diagnostics)) {
    showDiagnostics(context, bound.diagnostics);
    return undefined;
  }
  const { binder } = bound.value;
  const index = hasRuns ? await openResults(context, directory) : undefined;
  const history = historyOf(index, binder, files, planned.plan.program.name);
  const forecast = await forecastPlan(planned.plan, binder, history);
  // Reasons are looked up when they are asked for.
  return { forecast, close: () => index?.close() };
}

function forecastText(plan: Plan, forecast: Forecast, why: boolean): string {
  const lines: string[] = [];
  const sum = (name: 'toRun' | 'upToDate' | 'unknown') =>
    forecast.steps.reduce((total, step) => total + step[name], 0);
  const parts = [`${sum('toRun')} to run`, `${sum('upToDate')} up to date`];
  if (sum('unknown') > 0) parts.push(`${sum('unknown')} known only at run time`);
  lines.push(`  ${parts.join(', ')}`);
  if (!why) return lines.join('\n');
  plan.steps.forEach((step, index) => {
    const future = forecast.steps[index];
    if (!future || future.toRun + future.unknown === 0) return;
    lines.push(`\n  ${step.step.name}: ${future.toRun + future.unknown} of ${step.count}`);
    lines.push(...reasonLines(step, forecast));
  });
  return lines.join('\n');
}

/** Reasons with the instances that have them, the most common first. */
function reasonLines({ first, count }: Plan['steps'][number], forecast: Forecast): string[] {
  const byReason = new Map<string, number[]>();
  for (let instance = first; instance < first + count; instance++) {
    const fate = forecast.fateOf(instance);
    if (fate !== 'run' && fate !== 'unknown') continue;
    const reason = forecast.reasonsOf(instance).join('; ') || 'never run';
    const known = byReason.get(reason);
    if (known) known.push(instance);
    else byReason.set(reason, [instance]);
  }
  const reasons = [...byReason].sort(([, a], [, b]) => b.length - a.length);
  const lines = reasons
    .slice(0, REASONS_SHOWN)
    .map(([reason, those]) => `    ${those.length === count ? 'all' : those.length}: ${reason}`);
  if (reasons.length > REASONS_SHOWN) {
    lines.push(`    and ${reasons.length - REASONS_SHOWN} more reasons`);
  }
  return lines;
}
