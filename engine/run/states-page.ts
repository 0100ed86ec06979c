import { attemptMachine, instanceMachine, runMachine, type StateRow } from './states.ts';

const intro = `# States

Printed from \`engine/run/states.ts\`; a test compares (\`UPDATE=1\` rewrites). A trigger that a state does
not list is refused by \`reduce\`.
`;

/** docs/states.md: each machine as a table and as a picture. */
export function statesPage(): string {
  return [
    intro,
    section('Run', runMachine),
    section('Instance', instanceMachine),
    section('Attempt', attemptMachine),
  ].join('\n');
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
