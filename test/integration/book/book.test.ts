import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Diagnostic,
  format,
  hasErrors,
  linkSites,
  parseSite,
  renderDiagnostics,
} from '../../../dsl/index.ts';
import {
  askedInPlan,
  load,
  makePlan,
  memoryFiles,
  misfits,
  planSummary,
  planText,
} from '../../../engine/index.ts';
import { runnerKinds } from '../../../runners/index.ts';
import { blocksOf, type Example, type Page, pageOf, unknownWords } from './page.ts';

const folder = join(import.meta.dirname, '../../../docs/language');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'patterns.md');

interface Understood {
  readonly diagnostics: readonly Diagnostic[];
  /** Empty with errors. */
  readonly plan: string;
  readonly instances: string;
}

/** Checks an example and, if it is good, plans it: as `braid plan` does. */
async function understand({ block, text }: Example, page: Page): Promise<Understood> {
  const path = block.words.get('file') ?? 'example.braid';
  const files = memoryFiles({ ...page.files, [path]: text });
  const set = (block.words.get('set')?.split(',') ?? []).map((pair) => {
    const [name = '', value = ''] = pair.split(':', 2);
    return [name, value] as const;
  });
  const at = block.words.get('at');
  const site =
    at === undefined
      ? undefined
      : { path: at, name: undefined, kinds: runnerKinds, home: '/home/me' };
  const loaded = await load(path, { files, set, site });
  // A location without a site is a note: it plans.
  // The parameters of a library have values only where it is called.
  const library = block.words.has('library');
  const said = loaded.diagnostics.filter(
    (d) => d.severity !== 'note' && !(library && d.code === 'E1002'),
  );
  if (library) return { diagnostics: said, plan: '', instances: '' };
  if (hasErrors(said)) return { diagnostics: said, plan: '', instances: '' };
  const planned = makePlan(loaded.value);
  const plan = planned.value;
  const unfit = plan.site ? misfits(plan.program, plan.site, askedInPlan(plan)) : [];
  const diagnostics = [...said, ...planned.diagnostics, ...unfit];
  if (hasErrors(diagnostics)) return { diagnostics, plan: '', instances: '' };
  const { min, max } = planSummary(plan).instances;
  const instances = min === max ? `${min}` : `${min}..${max ?? '?'}`;
  return { diagnostics, plan: planText(planSummary(plan)), instances };
}

function shown(diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, { color: false });
}

/** What `braid fmt` makes of a part of a file; what has an error of syntax stays. */
function canonical(text: string): string {
  const whole = /^(workflow|site)\s/m.test(text);
  const header = whole ? '' : 'workflow example\n\n';
  const name = /^site\s/m.test(text) ? 'a.site' : 'a.braid';
  const { value, diagnostics } = format({ name, text: header + text });
  return value === undefined || hasErrors(diagnostics) ? text : value.slice(header.length);
}

/** Puts what is printed today into the page, for `UPDATE=1`: the difference is read before it is kept. */
function rewrite(path: string, old: string, text: string): void {
  const page = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    page.replace(`\n${old}\`\`\`\n`, () => `\n${text}\`\`\`\n`),
  );
}

describe.each(pages)('%s', (name) => {
  const markdown = readFileSync(join(folder, name), 'utf8');
  const page = pageOf(markdown);

  test('the words of its blocks are known', () => {
    expect(blocksOf(markdown).flatMap(unknownWords)).toEqual([]);
  });

  const waiting = page.examples.filter(({ block }) => block.words.has('waits'));
  test.skip.each(waiting.map(({ block }) => [block.line]))(
    'line %i waits for its construct',
    () => {},
  );

  const ready = page.examples.filter((example) => !waiting.includes(example));
  test.each(ready.map((example) => [example.block.line, example] as const))(
    'the example of line %i',
    async (_, example) => {
      const { diagnostics, instances } = await understand(example, page);
      const codes = [...new Set(diagnostics.map((d) => d.code))].sort();
      expect(codes, shown(diagnostics)).toEqual(example.codes);
      const counted = example.block.words.get('instances');
      if (counted !== undefined) expect(instances).toBe(counted);
    },
  );

  test('its examples are in their canonical form', () => {
    const blocks = [...page.examples.map(({ block }) => block), ...page.sites];
    const differing = blocks.flatMap(({ text, line }) => {
      const tidy = canonical(text);
      if (tidy === text) return [];
      if (process.env.UPDATE === '1') rewrite(join(folder, name), text, tidy);
      return [{ line, tidy }];
    });
    expect(process.env.UPDATE === '1' ? [] : differing).toEqual([]);
  });

  test.each(page.printed.map((printed) => [printed.block.line, printed] as const))(
    'what is printed in line %i',
    async (_, { block, what, of }) => {
      const example = page.examples.find(({ block: { words } }) => words.get('name') === of);
      if (!example) throw new Error(`no block is named ${of}`);
      const understood = await understand(example, page);
      const text = what === 'plan' ? understood.plan : shown(understood.diagnostics);
      const lines = text.trim().split('\n');
      const tidy = lines.map((line) => line.trimEnd()).join('\n');
      if (process.env.UPDATE === '1' && tidy !== '')
        rewrite(join(folder, name), block.text, `${tidy}\n`);
      else expect(tidy).toBe(block.text.trimEnd());
    },
  );

  test.each(page.sites.map((block) => [block.line, block] as const))(
    'the site of line %i',
    (_, block) => {
      const module = parseSite({ name: block.words.get('file') ?? '', text: block.text });
      const linked = linkSites(module.value, runnerKinds);
      expect(shown([...module.diagnostics, ...linked.diagnostics])).toBe('');
    },
  );
});

test('a page is taken apart: names, files, headers, codes', () => {
  const page = pageOf(
    [
      '```braid name=a',
      'param n: int = 1',
      '```',
      '```braid with=a error=E0201 instances=3',
      'workflow w',
      '```',
      '```csv file=t.csv',
      'x',
      '```',
    ].join('\n'),
  );
  expect(page.examples.map(({ text }) => text)).toEqual([
    'workflow example\n\nparam n: int = 1\n',
    'param n: int = 1\n\nworkflow w\n',
  ]);
  expect(page.examples.map(({ codes }) => codes)).toEqual([[], ['E0201']]);
  expect(page.files).toEqual({ 't.csv': 'x\n' });
  expect(() => pageOf('```braid with=b\n```')).toThrow('no block is named b');
  expect(() => blocksOf('```braid\n')).toThrow('never closed');
  expect(blocksOf('```braid eror=E0201\n```').flatMap(unknownWords)).toEqual(['eror']);
});
