import { type Diagnostic, hasErrors } from '../../../../dsl/index.ts';
import { positionAt } from '../../../../dsl/text/source.ts';
import {
  instanceName,
  linkFile,
  load,
  makePlan,
  memoryFiles,
  type Plan,
  planSummary,
  planText,
} from '../../../../engine/index.ts';

const script = '  script bash """\n    true\n  """\n';

/** Texts of workflows by path: each gets its header, and each `step ... {` a script. */
export type Texts = Readonly<Record<string, string>>;

function filesOf(texts: Texts) {
  const whole = Object.entries(texts).map(([path, body]) => {
    if (!path.endsWith('.braid')) return [path, body];
    const name = path.split('/').at(-1)?.replace('.braid', '');
    return [
      path,
      `workflow ${name}\n${body.replace(/^step .*\{$[\s\S]*?^(?=\}$)/gm, `$&${script}`)}\n`,
    ];
  });
  return memoryFiles(Object.fromEntries(whole));
}

/** One line a message of `braid check w.braid`: `E0301 lib/x.braid:4:16 message`. */
export async function check(texts: Texts): Promise<string[]> {
  return (await told(texts)).map(line);
}

export async function told(texts: Texts): Promise<readonly Diagnostic[]> {
  return (await linkFile('w.braid', { files: filesOf(texts) })).diagnostics;
}

export function line({ code, span, message }: Diagnostic): string {
  const at = span && positionAt(span.source, span.start);
  return `${code} ${span?.source.name}:${at?.line}:${at?.column} ${message}`;
}

export async function planOf(texts: Texts): Promise<Plan> {
  const loaded = await load('w.braid', { files: filesOf(texts) });
  const planned = hasErrors(loaded.diagnostics) ? undefined : makePlan(loaded.value);
  const found = [...loaded.diagnostics, ...(planned?.diagnostics ?? [])];
  if (planned === undefined || hasErrors(found)) throw new Error(found.map(line).join('\n'));
  return planned.value;
}

/** The steps of the plan, a line each. */
export async function stepsOf(texts: Texts): Promise<string> {
  const lines = planText(planSummary(await planOf(texts))).split('\n');
  return lines
    .slice(2, lines.indexOf('', 2))
    .map((l) => l.replace(/ {3,}/g, '   '))
    .join('\n');
}

export function namesIn(plan: Plan): string[] {
  return Array.from({ length: plan.instances.min }, (_, i) => instanceName(plan, i));
}
