import {
  type Comparison,
  type ComparisonReason,
  formatCount,
  type StepComparison,
} from '../../engine/index.ts';

/** Reasons of a step that are listed; the rest is counted. */
const REASONS_SHOWN = 5;

/** What `plan --against` says to people: a step a paragraph, those that are the same in one line. */
export function comparisonText(
  comparison: Comparison,
  against: { readonly kind: 'file' | 'run'; readonly name: string },
): string {
  const { steps, totals, coreHoursAnew } = comparison;
  const what = against.kind === 'run' ? `run ${against.name}` : against.name;
  const changed = steps.filter((step) => isWorthALine(step));
  const lines = [`  against ${what}:`];
  for (const step of changed) lines.push('', ...stepLines(step));
  if (changed.length > 0) lines.push('');
  lines.push(`  ${totalsText(totals, against.kind)}`);
  if (coreHoursAnew !== null && totals.rerun + totals.added > 0) {
    lines.push(`  at most ${hoursText(coreHoursAnew)} core-hours anew`);
  }
  return lines.join('\n');
}

// --- Internal helpers ---

function isWorthALine({ change, settings, reasons }: StepComparison): boolean {
  return change !== 'same' || settings.length > 0 || reasons.length > 0;
}

function stepLines(step: StepComparison): string[] {
  const { name, settings, reasons } = step;
  const lines = [`  ${name}: ${changeText(step)}`];
  for (const reason of reasons.slice(0, REASONS_SHOWN)) lines.push(reasonLine(reason));
  if (reasons.length > REASONS_SHOWN) {
    lines.push(`    and ${reasons.length - REASONS_SHOWN} more reasons`);
  }
  for (const { name: setting, before, after } of settings) {
    lines.push(
      `    ${setting}: ${before ?? 'not said'} -> ${after ?? 'not said'} (reruns nothing)`,
    );
  }
  return lines;
}

function changeText(step: StepComparison): string {
  const { change, dynamic, renamedFrom, same, rerun, unknown, added, removed } = step;
  const parts: string[] = [];
  if (dynamic && change !== 'same') {
    parts.push(change === 'changed' ? 'all may rerun (known at run time)' : change);
  }
  if (rerun > 0) parts.push(`${formatCount(rerun)} to rerun`);
  if (unknown > 0) parts.push(`${formatCount(unknown)} that may rerun`);
  if (added > 0) parts.push(`${formatCount(added)} added`);
  if (removed > 0) parts.push(`${formatCount(removed)} removed`);
  if (renamedFrom !== null) parts.push(`called ${renamedFrom} before`);
  if (parts.length === 0) return 'the same';
  if (same > 0) parts.push(`${formatCount(same)} the same`);
  return parts.join(', ');
}

function reasonLine({ count, text, example }: ComparisonReason): string {
  return `    ${count === 1 ? example : formatCount(count)}: ${text}`;
}

function totalsText(totals: Comparison['totals'], kind: 'file' | 'run'): string {
  const { same, rerun, unknown, added, removed, unmade } = totals;
  if (rerun + unknown + added + removed === 0 && unmade === 0) {
    return kind === 'run' ? 'nothing would rerun' : 'all instances are the same';
  }
  const parts = [`${formatCount(same)} the same`, `${formatCount(rerun)} to rerun`];
  if (unknown > 0) parts.push(`${formatCount(unknown)} known only at run time`);
  if (added > 0) parts.push(`${formatCount(added)} added`);
  if (removed > 0) parts.push(`${formatCount(removed)} removed`);
  const rest = unmade > 0 ? `; ${formatCount(unmade)} of these have not been made yet` : '';
  return parts.join(', ') + rest;
}

function hoursText(hours: number): string {
  return hours < 10 ? String(Math.round(hours * 10) / 10) : formatCount(Math.round(hours));
}
