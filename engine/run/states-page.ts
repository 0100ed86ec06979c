import { type Deadline, deadlines } from './deadline-table.ts';
import { attemptMachine, instanceMachine, runMachine, type StateRow } from './states.ts';

const intro = `# States

Printed from \`engine/run/states.ts\` and \`deadline-table.ts\`; a test compares (\`UPDATE=1\` rewrites). A trigger that a state does
not list is refused by \`reduce\`.
`;

/** docs/states.md: each machine as a table and as a picture. */
export function statesPage(): string {
  return [
    intro,
    section('Run', runMachine),
    section('Instance', instanceMachine),
    section('Attempt', attemptMachine),
    silences,
    ...Object.entries(deadlines).flatMap(([machine, rows]) => deadlineRows(machine, rows)),
    '',
  ].join('\n');
}

const silences = `## When nothing is heard

Every state that is not an end has something that ends it although nothing is heard: the clock, states of other
things that are bounded themselves, or a person, to whom it is shown. Times are the engine's own; a sweep (2 s) may
come on top.

| state | ends by | after | then |
|---|---|---|---|`;

function deadlineRows(machine: string, rows: Readonly<Record<string, Deadline>>): string[] {
  return Object.entries(rows).map(([state, { by, afterMs, follows }]) => {
    const after = afterMs === undefined ? '–' : timeText(afterMs);
    return `| ${machine} \`${state}\` | ${by} | ${after} | ${follows} |`;
  });
}

function timeText(ms: number): string {
  if (ms >= 3_600_000) return `${ms / 3_600_000} h`;
  return ms > 120_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

function section(title: string, machine: Readonly<Record<string, StateRow>>): string {
  const rows = Object.entries(machine);
  const table = rows.map(([name, row]) => {
    const triggers = Object.entries(row.on).map(([trigger, to]) => `${trigger} → ${to}`);
    return `| \`${name}\` | ${row.doc} | ${triggers.join(', ') || '–'} |`;
  });
  const first = rows[0]?.[0] ?? '';
  const arrows = rows.flatMap(([name, row]) => arrowsOf(name, row));
  const ends = rows.filter(([, row]) => row.ended).map(([name]) => `  ${name} --> [*]`);
  return [
    `## ${title}\n`,
    '| state | meaning | triggers |',
    '|---|---|---|',
    ...table,
    '',
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${first}`,
    ...arrows,
    ...ends,
    '```',
    '',
  ].join('\n');
}

/** One arrow a pair of states, with all triggers that lead along it. */
function arrowsOf(name: string, row: StateRow): string[] {
  const byTarget = new Map<string, string[]>();
  for (const [trigger, to] of Object.entries(row.on)) {
    byTarget.set(to, [...(byTarget.get(to) ?? []), trigger]);
  }
  return [...byTarget].map(([to, triggers]) => `  ${name} --> ${to}: ${triggers.join(', ')}`);
}
