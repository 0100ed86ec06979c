import { chmodSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch } from './braid.ts';
import { validator } from './schemas.ts';

const good = 'workflow w\n\nlet a = 1\n';
const loose = 'workflow  w\nlet a=1\n\n\nlet b = 2';

test('fmt rewrites what is not canonical, and names it; a faulty file stays as it is', () => {
  const dir = scratch({ 'a.braid': good, 'b.braid': loose, 'c.braid': 'workflow c\nlet x =\n' });
  chmodSync(join(dir, 'b.braid'), 0o640);
  symlinkSync('b.braid', join(dir, 'link.braid'));
  const checked = braid(dir, ['fmt', '--check', 'a.braid', 'link.braid']);
  expect([checked.code, checked.stdout]).toEqual([1, 'link.braid\n']);
  expect(checked.stderr).toBe(
    '  line 1:\n   - workflow  w\n   - let a=1\n   + workflow w\n   + let a = 1\n',
  );
  expect(readFileSync(join(dir, 'b.braid'), 'utf8')).toBe(loose);

  const faulty = braidJson(dir, ['fmt', '--check', 'a.braid', 'b.braid', 'c.braid', 'd.braid']);
  expect(faulty.items.map((item: { state: string }) => item.state)).toEqual([
    'canonical',
    'differs',
    'faulty',
    'faulty',
  ]);
  expect(validator()('fmt', faulty)).toBe('');

  const ended = braid(dir, ['fmt', 'a.braid', 'link.braid', 'c.braid']);
  expect([ended.code, ended.stdout]).toEqual([1, 'link.braid\n']);
  expect(ended.stderr).toContain('error[E0103]');
  expect(readFileSync(join(dir, 'link.braid'), 'utf8')).toBe(
    'workflow w\nlet a = 1\n\nlet b = 2\n',
  );
  expect(statSync(join(dir, 'b.braid')).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(dir, 'c.braid'), 'utf8')).toBe('workflow c\nlet x =\n');
  expect(braid(dir, ['fmt', '--check', 'a.braid', 'b.braid']).code).toBe(0);
});

test('docs and graph of a shipped workflow; what they refuse', () => {
  const examples = join(root, 'workflows/examples');
  const page = braid(examples, ['docs', '04-dynamic-fanout.braid']);
  expect([page.code, page.stderr]).toEqual([0, '']);
  expect(page.stdout).toMatch(/^# imsim_clusters 0\.9\n/);
  expect(page.stdout).toContain('`sensor` (string, known at run time)');
  expect(validator()('docs', braidJson(examples, ['docs', '03-dc2-coadd.braid']))).toBe('');
  const faulty = braid(scratch({ 'a.braid': 'workflow a\nlet x = y\n' }), ['docs', 'a.braid']);
  expect([faulty.code, faulty.stdout]).toEqual([1, '']);
  expect(faulty.stderr).toContain('error[E0201]');
  const lonely = 'workflow a\nuse "none.braid" as n\ncall n as c { }\noutput o = c.o\n';
  const partly = braid(scratch({ 'a.braid': lonely }), ['docs', 'a.braid']);
  expect([partly.code, partly.stderr]).toEqual([
    0,
    'types of what calls give are left out: cannot read `none.braid`: there is no such file\n',
  ]);
  expect(partly.stdout).toContain('| `o` | `c.o` |');

  const graph = (...more: string[]) => braid(examples, ['graph', '01-hello-panda.braid', ...more]);
  expect(graph('--format', 'dot').stdout).toContain('"greet" -> "shout"\n');
  expect(graph('--format', 'mermaid', '--instances').stdout).toMatch(/^---\ntitle: "hello_panda"/);
  const unknown = graph('--format', 'png');
  expect([unknown.code, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toContain('known are svg, dot, mermaid, json');
});
