import { createHash } from 'node:crypto';
import { evaluate, type Value } from '../dsl/index.ts';
import type { Plan } from './plan/plan.ts';
import type { Environment } from './ports.ts';

/**
 * An environment of the workflow with its texts evaluated, and how the plan's site has it, for a runner to
 * prepare: lines of the site come first. The digest counts what it is, not what it is called. undefined if there is none of this name or it says nothing.
 */
export function environmentOf(plan: Plan, name: string): Environment | undefined {
  const declared = plan.program.environments.get(name);
  const own = declared && plan.site?.site.environments.get(declared.name);
  const saysNothing = declared?.fields.size === 0 && (own?.lines.size ?? 0) === 0;
  if (!declared || saysNothing) return undefined;
  const fields: Record<string, string | readonly string[]> = {};
  for (const [field, expression] of declared.fields) {
    const value = evaluate(expression, { lookup: (global) => plan.globals.get(global) });
    if (value.ok) fields[field] = textOf(value.value);
  }
  if (own?.runtime !== undefined) fields.runtime = own.runtime;
  for (const [field, lines] of own?.lines ?? []) {
    const said = fields[field] ?? [];
    fields[field] = [...lines, ...(typeof said === 'string' ? [said] : said)];
  }
  const meaning = JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  const digest = createHash('sha256').update(meaning).digest('hex');
  return { name, fields, digest };
}

function textOf(value: Value): string | readonly string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}
