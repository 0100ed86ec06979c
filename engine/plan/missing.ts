import {
  type Fix,
  insertAfter,
  insertLine,
  instanceName,
  keyText,
  type Read,
  spanText,
} from '../../dsl/index.ts';
import type { Context } from './context.ts';
import { fixedSelectors } from './match.ts';
import type { KeyColumn, Relation } from './plan.ts';
import { producerCount } from './relation.ts';
import { keyAt, type Rows } from './rows.ts';
import type { Side } from './side.ts';

/**
 * What the plan knows to be missing and nothing copes with: an element-wise partner that does not exist
 * (E0311), a gather without members (E0312). Shown for the first instance, the others are counted.
 * Instances whose own `when` skips them read nothing.
 */
export function reportMissing(
  context: Context,
  read: Read,
  relation: Relation,
  consumer: Side,
  producer: Side,
  skipped: Uint8Array | undefined,
): void {
  const tolerated = read.kind === 'gather' ? read.allowsEmpty : read.allowsAbsent;
  if (tolerated || relation.kind === 'unknown' || relation.kind === 'previous') return;
  let first = -1;
  let count = 0;
  for (let row = 0; row < consumer.rows.count; row++) {
    if (producerCount(relation, row) > 0 || skipped?.[row]) continue;
    if (first < 0) first = row;
    count++;
  }
  if (first < 0) return;
  const reader = instanceText(consumer, first);
  const all = consumer.rows.count;
  const often =
    all === 1 ? '' : count === all ? `all ${all} instances of` : `${count} of ${all} instances of`;
  const label = often === '' ? undefined : `so it is for ${often} \`${consumer.name}\``;
  if (read.kind === 'gather') {
    context.report.add({
      code: 'E0312',
      severity: 'error',
      message: `\`${reader}\` has nothing to gather from \`${producer.name}\``,
      span: read.span,
      label,
      hint: 'if that may be: `gather ... ?? []`',
      fixes: emptyGather(context, read),
    });
    return;
  }
  context.report.add({
    code: 'E0311',
    severity: 'error',
    message: `\`${reader}\` reads \`${wanted(read, consumer, producer, first)}\`, which does not exist`,
    span: read.span,
    label,
    notes: [`\`${producer.name}\` has ${keyRange(producer.rows)}`],
    hint: `read it as \`${spanText(read.span)} ?? ...\`, or leave these out with \`where\``,
  });
}

/** `?? []`, or a condition that looks at the list; that one only where the step has none yet. */
function emptyGather({ program }: Context, read: Read): readonly Fix[] {
  const fallback = insertAfter(read.node.span, ' ?? []');
  const step = program.steps.find(({ inputs }) => inputs.some((i) => i.source === read.node));
  const input = step?.inputs.find((i) => i.source === read.node);
  if (!step || !input || step.when) return [fallback];
  return [fallback, insertLine(read.node.span, `when len(${input.name}) > 0`)];
}

function wanted(read: Read, consumer: Side, producer: Side, row: number): string {
  const fixed = new Map(fixedSelectors(read).map((s) => [s.dimension, spanText(s.value.span)]));
  const keys = producer.rows.keys.map(({ dimension }) => {
    const own = consumer.rows.keys.find((k) => k.dimension === dimension);
    const key = own ? keyText(keyAt(own, row)) : '...';
    return `${dimension}=${fixed.get(dimension) ?? key}`;
  });
  return keys.length === 0 ? producer.name : `${producer.name}[${keys.join(', ')}]`;
}

function instanceText({ name, rows, calls }: Side, row: number): string {
  const dimensions = rows.keys.map((k) => k.dimension);
  return instanceName(
    name,
    dimensions,
    rows.keys.map((k) => keyAt(k, row)),
    calls,
  );
}

/** "4 instances: visit 1, 2, 3, 4" */
function keyRange({ keys, count }: Rows): string {
  const [only, ...others] = keys;
  const instances = count === 1 ? '1 instance' : `${count} instances`;
  if (!only || others.length > 0 || count === 0) return instances;
  return `${instances}: ${listed(only)}`;
}

function listed({ dimension, values }: KeyColumn): string {
  const texts = values.map(keyText);
  const shown = texts.length > 6 ? [...texts.slice(0, 3), '...', texts.at(-1)] : texts;
  return `${dimension} ${shown.join(', ')}`;
}
