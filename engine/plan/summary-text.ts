import { formatCount } from './format.ts';
import type { InputSummary, Limits, PlanSummary, StepSummary } from './summary.ts';

/** The plan as a table for people: a line a step, aligned; ends in a line break. */
export function planText(summary: PlanSummary): string {
  const rows = summary.steps.map((step) => [
    step.name,
    step.dimensions.join(' x ') || '-',
    instancesText(step),
    step.inputs.length > 0 ? inputsText(step.inputs) : '',
  ]);
  const width = (column: number, least: number) =>
    Math.max(least, ...rows.map((row) => row[column]!.split(' (')[0]!.length));
  const [names, dimensions, counts] = [width(0, 16), width(1, 16), width(2, 8)];
  const lines = rows.map(([name, keys, count, inputs]) => {
    const [number, ...note] = count!.split(' (');
    const open = note.length > 0 ? ` (${note.join(' (')}` : '';
    const text = `  ${name!.padEnd(names)}   ${keys!.padEnd(dimensions)}   ${number!.padStart(counts)}`;
    return `${text}${open}   ${inputs}`.trimEnd();
  });
  return [`plan ${summary.workflow}`, '', ...lines, '', ...totals(summary), ''].join('\n');
}

function instancesText({ instances, skipped }: StepSummary): string {
  const count = limitsText(instances);
  if (instances.min !== instances.max) return `${count} (known at run time)`;
  return skipped > 0 ? `${count} (${formatCount(skipped)} skipped)` : count;
}

/** "images <- phosim 9 each, catalog <- trim (shared)" */
function inputsText(inputs: readonly InputSummary[]): string {
  return inputs
    .map(
      (input) => `${input.name} <- ${sourceText(input)}${input.conditional ? ', conditional' : ''}`,
    )
    .join(', ');
}

function sourceText({ kind, from, over, perInstance }: InputSummary): string {
  switch (kind) {
    case 'element':
      return `${from} 1:1`;
    case 'shared':
      return `${from} (shared)`;
    case 'selected':
      return `${from} (selected)`;
    case 'all':
      return `all ${from} over ${over.join(',')}`;
    case 'gather':
      return `${from} ${limitsText(perInstance)} each`;
    case 'previous':
      return `previous ${from} over ${over.join(',')}`;
  }
}

/** "1 instance", "18 900 edges" */
function counted(count: Limits, noun: string): string {
  return `${limitsText(count)} ${noun}${count.min === 1 && count.max === 1 ? '' : 's'}`;
}

function totals(summary: PlanSummary): readonly string[] {
  const { instances, edges, coreHours, criticalPath } = summary;
  const lines = [`  ${counted(instances, 'instance')}, ${counted(edges, 'edge')}`];
  if (coreHours) {
    const { min, max } = coreHours;
    lines.push(`  at most ${hoursText(min)}${min === max ? '' : `..${hoursText(max)}`} core-hours`);
  }
  if (criticalPath.steps.length > 1) {
    const time =
      criticalPath.timeMs === null ? '' : `, at most ${durationText(criticalPath.timeMs)}`;
    const chain = `${formatCount(criticalPath.instances)} one after another`;
    lines.push(`  longest way: ${criticalPath.steps.join(' -> ')} (${chain}${time})`);
  }
  return lines;
}

export function limitsText({ min, max }: Limits): string {
  if (min === max) return formatCount(min);
  return `${formatCount(min)}..${max === null ? '?' : formatCount(max)}`;
}

function hoursText(hours: number | null): string {
  if (hours === null) return '?';
  return hours < 10 ? String(Math.round(hours * 10) / 10) : formatCount(Math.round(hours));
}

const minuteMs = 60_000;

/** "4 d 6 h", "20 min": the two largest units. */
function durationText(ms: number): string {
  const minutes = Math.ceil(ms / minuteMs);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(Math.max(0, first), Math.max(0, first) + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
