import type { Description, Setting } from '../../dsl/index.ts';

type Row = readonly (string | null)[];

/** The page of a workflow as Markdown. */
export function docsPage(description: Description): string {
  const { workflow, version, doc } = description;
  const parts = [
    `# ${workflow}${version === null ? '' : ` ${version}`}`,
    doc,
    parameters(description),
    holes(description),
    ...stepParts(description),
    ...callParts(description),
    results(description),
    ...dataParts(description),
    environments(description),
    libraries(description),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function parameters({ params }: Description): string {
  const rows = params.map(
    (p): Row => [
      code(p.name),
      code(p.type),
      p.default === null ? '(required)' : code(p.default),
      joined([p.doc, p.where === null ? '' : `It has to be so that ${code(p.where)}.`]),
    ],
  );
  return section('Parameters', table(['name', 'type', 'default', 'meaning'], rows));
}

function holes({ locations, secrets }: Description): string {
  const rows = [
    ...locations.map((l): Row => [code(l.name), code(l.type), l.doc]),
    ...secrets.map((s): Row => [code(s.name), code('secret'), s.doc]),
  ];
  return section('What a site gives', table(['name', 'type', 'meaning'], rows));
}

function stepParts({ steps }: Description): string[] {
  if (steps.length === 0) return [];
  const parts = steps.map((step) => {
    const dimensions = step.dimensions.map(({ name, type, dynamic }) => {
      return `${code(name)} (${type}${dynamic ? ', known at run time' : ''})`;
    });
    const each = step.each === null ? '' : `: ${code(step.each)}`;
    const how = dimensions.length === 0 ? 'Once' : `Once for each ${dimensions.join(', ')}`;
    const script = step.script === null ? '' : ` Runs ${code(step.script)}.`;
    return [
      `### ${step.name}`,
      step.doc,
      `${how}${each}.${script}`,
      table(
        ['in', 'type', 'from', 'meaning'],
        step.inputs.map((i) => [code(i.name), code(i.type), code(i.source), i.doc]),
      ),
      table(
        ['out', 'type', 'as', 'meaning'],
        step.outputs.map((o) => [code(o.name), code(o.type), code(o.from), o.doc]),
      ),
      list(step.settings),
    ];
  });
  return ['## Steps', ...parts.flat()];
}

function callParts({ calls }: Description): string[] {
  if (calls.length === 0) return [];
  const parts = calls.map((call) => {
    const each = call.each === null ? 'once' : code(call.each);
    const given = call.arguments.map((a) => [code(a.name), code(a.value)]);
    return [
      `### ${call.name}`,
      call.doc,
      `Calls ${code(call.callee)} ${each}.`,
      table(['parameter', 'value'], given),
      list(call.settings),
    ];
  });
  return ['## Calls', ...parts.flat()];
}

function results({ outputs }: Description): string {
  const rows = outputs.map(
    (o): Row => [code(o.name), code(o.type), code(o.source), code(o.publish), o.doc],
  );
  return section('Outputs', table(['name', 'type', 'from', 'published as', 'meaning'], rows));
}

function dataParts({ types, records }: Description): string[] {
  if (types.length + records.length === 0) return [];
  return [
    '## Types',
    ...types.flatMap((t) => [`### ${t.name}`, t.doc, t.values.map(code).join(', ')]),
    ...records.flatMap((r) => [
      `### ${r.name}`,
      r.doc,
      r.key.length === 0 ? '' : `A row is identified by ${r.key.map(code).join(', ')}.`,
      table(
        ['column', 'type', 'meaning'],
        r.fields.map((f) => [code(f.name), code(f.type), f.doc]),
      ),
    ]),
  ];
}

function environments({ environments: all }: Description): string {
  const rows = all.map(
    (e): Row => [
      code(e.name),
      e.fields.map(({ name, value }) => code(`${name} = ${value}`)).join('<br>'),
      e.doc,
    ],
  );
  return section('Environments', table(['name', 'software', 'meaning'], rows));
}

function libraries({ uses }: Description): string {
  const rows = uses.map((u): Row => [code(u.name), code(u.path), code(u.version), u.doc]);
  return section('Libraries', table(['name', 'file', 'version', 'meaning'], rows));
}

// --- Markdown ---

function section(title: string, contents: string): string {
  return contents === '' ? '' : `## ${title}\n\n${contents}`;
}

/** A table without the columns in which no row has anything; empty if there are no rows. */
function table(titles: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const used = titles.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const line = (cells: Row) =>
    `| ${cells
      .filter((_, column) => used[column])
      .map((cell) => inCell(cell ?? ''))
      .join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(settings: readonly Setting[]): string {
  return settings.map(({ name, value }) => `- ${name}: ${code(value)}`).join('\n');
}

/** A cell has one line, and no bar of its own, not even in code. */
function inCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}

/** In backticks, more of them than it holds itself. */
function code(text: string | null): string {
  if (text === null || text === '') return '';
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ');
}
