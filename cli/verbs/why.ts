import {
  type Explanation,
  explainInstance,
  type Need,
  type SkipReason,
  standingsOf,
} from '../../engine/index.ts';
import { oneInstance } from '../compose/instance.ts';
import { openRun, type RunView } from '../compose/run-view.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { evidenceOf } from '../view/evidence.ts';
import { failureSummary, plainText } from '../view/failure.ts';

/** `braid why RUN INSTANCE`: why it stands as it does. */
export async function why(
  context: Context,
  run: string,
  selector: string,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  const state = await view.fold();
  const instance = oneInstance(view, state, selector);
  const explanation = explainInstance(state, instance);
  const name = view.binder.name(instance);
  const standings = standingsOf(state, view.paths.directory);
  const skipped =
    explanation.state === 'skipped' ? view.binder.whySkipped?.(instance, standings) : undefined;
  if (options.json) {
    const needs = explanation.needs.map((need) => ({
      ...need,
      members: need.members.map((m) => ({
        instance: view.binder.name(m.instance),
        state: m.state,
      })),
    }));
    printJson(context, { run: view.paths.run, ...explanation, needs, skipped, instance: name });
    view.close();
    return 0;
  }
  const lines = [`${name}: ${explanation.state}${explanation.reused ? ' (reused)' : ''}`];
  if (skipped) lines.push(...skipLines(skipped));
  // What it would have read is no reason, where its own text is.
  lines.push(...reasons(view, skipped ? { ...explanation, needs: [] } : explanation));
  if (explanation.failure && explanation.attempt > 0) {
    const evidence = evidenceOf(
      state.plan,
      state,
      view.paths.directory,
      instance,
      explanation.attempt,
    );
    if (evidence.place) {
      const { file, line, text } = evidence.place;
      lines.push(`  at ${file}:${line}: ${text.trim()}`);
    }
    lines.push(...evidence.stderr.slice(-5).map((text) => `  | ${plainText(text)}`));
    lines.push(`  its directory: ${evidence.directory}`);
  }
  context.stdout.write(`${lines.join('\n')}\n`);
  view.close();
  return 0;
}

function skipLines(skipped: SkipReason): string[] {
  if (skipped.kind === 'member') return [`  the member that \`${skipped.input}\` reads is absent`];
  return [
    `  its \`when\` is false: \`${skipped.condition}\``,
    ...skipped.values.map(({ name, value }) => `    ${name} is ${value}`),
  ];
}

function reasons(view: RunView, e: Explanation): string[] {
  const lines: string[] = [];
  if (e.held) lines.push('  it is held (`braid release` lets it go)');
  if (e.cancelling) lines.push('  it is being cancelled');
  if (e.failure) {
    lines.push(`  attempt ${e.attempt}: ${failureSummary(e.failure.cause, e.failure.text)}`);
  } else if (e.attempt > 0) lines.push(`  attempt ${e.attempt}`);
  if (e.againAtMs !== undefined) {
    lines.push(`  it is tried again after ${new Date(e.againAtMs).toISOString()}`);
  }
  if (e.reason) lines.push(`  ${e.reason}`);
  for (const { labels, need } of byMembers(e.needs)) {
    lines.push(...needLines(view, labels.join(', '), need));
  }
  if (e.waitsForWorkflow) lines.push('  it runs after everything else has ended');
  return lines;
}

/** What several inputs read of the same instances is said once, with the names of all. */
function byMembers(needs: readonly Need[]): { readonly labels: string[]; readonly need: Need }[] {
  const groups = Map.groupBy(needs, ({ label: _, ...about }) => JSON.stringify(about));
  return [...groups.values()].map((group) => ({
    labels: [...new Set(group.map(({ label }) => label))],
    need: group[0] as Need,
  }));
}

function needLines(view: RunView, label: string, need: Need): string[] {
  const parts = need.open > 0 ? [`${need.open} of ${need.total} have not ended`] : [];
  if (need.blocking > 0) parts.push(`${need.blocking} of ${need.total} failed or are blocked`);
  if (need.tolerated !== undefined) {
    parts.push(`more of the whole step have failed than the ${need.tolerated} that it tolerates`);
  }
  if (need.absent > 0) parts.push(`${need.absent} absent`);
  if (parts.length === 0) parts.push(`${need.total} ended`);
  const lines = [`  ${label} <- ${need.step}: ${parts.join(', ')}`];
  for (const member of need.members) {
    lines.push(`    ${view.binder.name(member.instance)}: ${member.state}`);
  }
  const more = need.open + need.blocking - need.members.length;
  if (more > 0) lines.push(`    and ${more} more`);
  return lines;
}
