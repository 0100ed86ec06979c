import { type Audit, formatCount, type Violation } from '../../engine/index.ts';

/** Violations shown in full; the rest is counted, and stands in the JSON. */
const SHOWN = 50;

/** What `braid audit` prints: the counts that a claim about the run needs, then what does not hold. */
export function auditText(
  title: string,
  counts: Omit<Audit, 'state' | 'violations'>,
  violations: readonly (Omit<Violation, 'instance'> & { readonly instance?: string })[],
): string {
  const { instances, submissions, attempts, events, epochs } = counts;
  const lines = [
    title,
    `  ${number(instances, 'instance')}, ${number(attempts, 'attempt')} in ${number(submissions, 'submission')}; ${number(events, 'event')} by ${number(epochs, 'engine')}`,
    `  attempts: ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.cancelled} cancelled, ${counts.open} open; ${counts.reused} instances reused`,
    `  overlapping ${counts.overlapping}, lost ${counts.lost}`,
    `  adopted ${counts.adopted}, offered again ${counts.repeated}, returned ${counts.returned}, copies stopped by the claim ${counts.duplicates}`,
  ];
  for (const violation of violations.slice(0, SHOWN)) lines.push(`  ${violationText(violation)}`);
  if (violations.length > SHOWN) lines.push(`  and ${violations.length - SHOWN} more`);
  lines.push(violations.length === 0 ? 'all holds' : `${number(violations.length, 'violation')}`);
  return `${lines.join('\n')}\n`;
}

/** `overlap: phosim[visit=230], attempt 2, event 17: it ran while attempt 1 did` */
function violationText({
  rule,
  seq,
  instance,
  attempt,
  text,
}: Omit<Violation, 'instance'> & { readonly instance?: string }): string {
  const place = [
    ...(instance === undefined ? [] : [instance]),
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(seq === undefined ? [] : [`event ${seq}`]),
  ];
  return `${[rule, place.join(', ')].filter((part) => part !== '').join(': ')}: ${text}`;
}

function number(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
