import type { RunnerKind, SiteValue, Tune } from '../site.ts';
import type { Expression, SiteItem, StepItem } from '../syntax/tree.ts';
import type { Binding, Context } from './context.ts';
import { withNames } from './globals.ts';
import { expectType } from './mismatch.ts';
import { checkResources, linkRetry, resourceKinds } from './resources.ts';
import { linkFields } from './site-items.ts';
import { simple } from './type-relation.ts';
import { parts } from './walk.ts';

/**
 * `tune PATTERN, ... { ... }`. In `resources` the names of resources stand for what the step itself asks
 * for; whatever else is tuned replaces what the step says. E0208 for an item that is there twice.
 */
export function linkTune(
  item: Extract<SiteItem, { kind: 'tune' }>,
  kind: RunnerKind | undefined,
  context: Context,
): Tune {
  checkOnce(item.items, context);
  const of = <K extends StepItem['kind']>(wanted: K) =>
    item.items.find((i): i is Extract<StepItem, { kind: K }> => i.kind === wanted);
  const resources = of('resources');
  const retry = of('retry');
  const limit = of('limit');
  const bundle = of('bundle');
  const priority = of('priority');
  const batch = of('batch');
  if (resources) linkOwnResources(resources, context);
  for (const each of [limit, bundle]) {
    if (each) expectType(each.count, simple('int'), context, `\`${each.kind}\``);
  }
  if (priority) expectType(priority.value, simple('int'), context, '`priority`');
  return {
    patterns: item.patterns,
    resources: new Map(resources?.fields.map(({ name, value }) => [name.text, value])),
    retry: retry && linkRetry(retry, context),
    limit: limit && { count: limit.count, per: limit.per },
    bundle: bundle && { count: bundle.count, by: bundle.by },
    priority: priority?.value,
    batch: batch ? linkBatch(batch, kind, context) : new Map(),
    span: item.span,
  };
}

function checkOnce(items: readonly StepItem[], context: Context): void {
  for (const item of items) {
    const first = items.find((other) => other.kind === item.kind);
    if (first === item || first === undefined) continue;
    context.report.error('E0208', item.span, `\`tune\` has \`${item.kind}\` twice`, {
      labels: [{ span: first.span, text: 'the first one' }],
    });
  }
}

function linkOwnResources(item: Extract<StepItem, { kind: 'resources' }>, outer: Context): void {
  const own = Object.entries(resourceKinds).map(
    ([name, kind]): Binding => ({
      name,
      kind: 'resource',
      type: simple(kind),
      phase: 'plan',
      span: item.span,
    }),
  );
  const context = { ...withNames(outer, own), place: '`resources`' };
  checkResources(item.fields, context);
  for (const { value } of item.fields) {
    // Its names could be those of the step's own expression, which takes the place of a resource's name.
    const inner = comprehensionIn(value);
    if (!inner) continue;
    context.report.error('E0401', inner.span, 'a tuned resource is a formula without `for`', {
      hint: 'such as `memory * 1.25` or `max(memory, 4 GB)`',
    });
  }
}

function comprehensionIn(node: Expression): Expression | undefined {
  if (node.kind === 'comprehension') return node;
  for (const part of parts(node)) {
    const found = comprehensionIn(part);
    if (found) return found;
  }
  return undefined;
}

/** Only what the runner takes a job at a time; its other fields are those of the whole site. */
function linkBatch(
  item: Extract<StepItem, { kind: 'batch' }>,
  kind: RunnerKind | undefined,
  context: Context,
): ReadonlyMap<string, SiteValue> {
  if (kind === undefined) return new Map();
  const fields = Object.entries(kind.fields).filter(([, field]) => field.isBatch === true);
  return linkFields(item.fields, Object.fromEntries(fields), '`batch`', context);
}
