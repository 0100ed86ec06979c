import { describe, expect, test } from 'vitest';
import { makeBinder } from '../../../../engine/index.ts';
import { check, namesIn, planOf, stepsOf, told } from './two-files.ts';

const measure = `param images: list<file>
param label: string = "none"
step detect for each image in images {
  out peaks: file = "peaks-@{label}"
}
step merge {
  in  peaks = gather detect.peaks
  out catalog: file = "catalog"
}
output catalog: file = merge.catalog
output peaks: list<file> = gather detect.peaks`;

const caller = `use "lib/measure.braid" as measure
step image for each patch in [1, 2], band in ["g", "r"] {
  out image: file = "image"
}
call measure as objects for each patch in [1, 2] {
  images = gather image.image over band
}
step read for each patch in [1, 2] {
  in  catalog = objects.catalog
  in  peaks = objects.peaks
}
step all {
  in  catalogs = gather objects.catalog over patch
}`;

const texts = { 'w.braid': caller, 'lib/measure.braid': measure };

/** `caller` with other arguments in its call. */
function calling(block: string, library = measure): Record<string, string> {
  return {
    ...texts,
    'lib/measure.braid': library,
    'w.braid': caller.replace('  images = gather image.image over band', block),
  };
}

describe('a plan holds the steps of a library once', () => {
  test('with the dimensions of the call before their own, element-wise with the gathered members', async () => {
    expect(await stepsOf(texts)).toMatchInlineSnapshot(`
      "  image   patch x band   4
        objects.detect   patch x image   4   image <- image 1:1
        objects.merge   patch   2   peaks <- objects.detect 2 each
        read   patch   2   catalog <- objects.merge 1:1, peaks <- objects.detect 2 each
        all   -   1   catalogs <- all objects.merge over patch"
    `);
  });

  test('an instance is written with the keys of the call in its place', async () => {
    const names = namesIn(await planOf(texts));
    expect(names.slice(4, 10)).toEqual([
      'objects[patch=1].detect[image=0]',
      'objects[patch=1].detect[image=1]',
      'objects[patch=2].detect[image=0]',
      'objects[patch=2].detect[image=1]',
      'objects[patch=1].merge',
      'objects[patch=2].merge',
    ]);
  });

  test('a library may call another one and pass on what it was given', async () => {
    const outer = `use "measure.braid" as inner
param images: list<file>
call inner as deep for each i in 1..2 {
  images = images
}
step last {
  in  all = gather deep.catalog over i
  out catalog: file = "c"
}
output catalog: file = last.catalog
output peaks: list<file> = []`;
    const plan = await planOf({
      'w.braid': caller
        .replace('measure.braid', 'outer.braid')
        .replace('  in  peaks = objects.peaks\n', ''),
      'lib/outer.braid': outer,
      'lib/measure.braid': measure,
    });
    const names = namesIn(plan);
    expect(names).toContain('objects[patch=2].deep[i=1].detect[image=1]');
    expect(names.filter((n) => n.endsWith('merge'))).toHaveLength(4);
  });

  test('members are those of the gather of each key, through a table too', async () => {
    const plan = await planOf({
      ...texts,
      'pairs.csv': 'patch,visit\n1,7\n1,8\n2,9\n',
      'w.braid': `use "lib/measure.braid" as measure
record Pair key patch, visit { patch: int, visit: int }
param pairs: table<Pair> = csv("pairs.csv")
step image for each visit in 7..9 {
  out image: file = "image"
}
call measure as objects for each (patch) in pairs {
  images = gather image.image over visit via pairs
}`,
    });
    const detect = plan.steps.find((s) => s.step.name === 'objects.detect');
    expect(detect?.reads.map((r) => r.relation)).toEqual([
      { kind: 'map', to: Int32Array.of(0, 1, 2) },
    ]);
  });
});

describe('names of a library are its own', () => {
  test('the caller may use the same ones for other things', async () => {
    const plan = await planOf({
      'w.braid': `use "lib/x.braid" as x
param n: int = 3
param label: string = "outer"
call x as first for each i in 1..2 { n = n * i, size = n }
call x as second { n = 1, size = 2 }`,
      'lib/x.braid': `param n: int
param size: int
let label = "inner @{n}"
step a for each k in 1..n {
  let size2 = size
  out x: file = "@{label}.txt"
}
output x: list<file> = gather a.x over k`,
    });
    expect(plan.steps.map((s) => [s.step.name, s.count])).toEqual([
      ['first.a', 9],
      ['second.a', 1],
    ]);
    expect(plan.globals.get('label')).toBe('outer');
    expect(plan.globals.get('first.size')).toBe(3);
    expect(plan.globals.get('second.label')).toBe('inner 1');
  });

  test('what a step of the library calls the same is not what the caller means', async () => {
    const plan = await planOf({
      'w.braid': `use "lib/x.braid" as x
param n: int = 3
call x as first for each i in 1..2 { size = n * i }`,
      'lib/x.braid': `param size: int
step a for each k in 1..size {
  let n = 100
  out x: file = "@{n}.txt"
}`,
    });
    expect(plan.steps[0]?.count).toBe(9);
  });

  test('paths are relative to the file that says them', async () => {
    const plan = await planOf({
      'w.braid': 'use "lib/x.braid" as x\ncall x as y { }',
      'lib/rows.csv': 'i\n1\n2\n',
      'lib/x.braid': `record Row key i { i: int }
param rows: table<Row> = csv("rows.csv")
step a for each r in rows {
  out x: file = "x"
}`,
    });
    expect(plan.instances.min).toBe(2);
  });
});

describe('a call is checked against its library', () => {
  test('arguments: missing, unknown, twice, of another type or dimension', async () => {
    expect(await check(calling('  label = "x"'))).toEqual([
      'E0214 w.braid:9:17 `images` of `measure` is not given',
    ]);
    expect(await check(calling('  image = "x"'))).toEqual([
      'E0214 w.braid:10:3 `measure` has no param `image`',
      'E0214 w.braid:9:17 `images` of `measure` is not given',
    ]);
    const both = '  images = gather image.image over band\n  images = []';
    expect(await check(calling(both))).toEqual(['E0206 w.braid:11:3 `images` is declared twice']);
    expect(await check(calling('  images = 3'))).toEqual([
      'E0401 w.braid:10:12 a list<file> is needed here, not an int',
    ]);
    expect(await check(calling('  images = image.image'))).toEqual([
      'E0301 w.braid:10:12 `image.image` varies over `band`, but call `objects` does not',
    ]);
  });

  test('what it gives has the dimensions of the call', async () => {
    const w = `${caller}
step wrong {
  in  catalog = objects.catalog
  in  nothing = objects.table
  in  lists = gather objects.peaks over patch
}`;
    expect(await check({ ...texts, 'w.braid': w })).toEqual([
      'E0301 w.braid:26:17 `objects.catalog` varies over `patch`, but step `wrong` does not',
      'E0203 w.braid:27:25 call `objects` has no output `table`',
      'E0304 w.braid:28:22 `objects.peaks` is collected inside of the call',
    ]);
  });

  test('what varies inside stays inside (E0314)', async () => {
    const wrong = measure
      .replace('gather detect.peaks\n', 'x')
      .replace(/output peaks.*/, 'output peaks: file = detect.peaks');
    expect(
      await check(
        calling(
          '  images = []',
          wrong.replace('in  peaks = x', 'in  peaks = gather detect.peaks\n'),
        ),
      ),
    ).toEqual([
      'E0314 lib/measure.braid:18:22 `detect.peaks` varies over `image`, but what a call of this file gives does not',
    ]);
    const computed = measure.replace(/output peaks.*/, 'output peaks: int = 1 + 1');
    expect(await check(calling('  images = []', computed))).toEqual([
      'E0314 w.braid:14:15 `objects.peaks` is not what one step makes',
    ]);
  });

  test('errors of a library are told at its file, once, and nothing follows from them', async () => {
    const wrong = measure.replace('detect.peaks', 'detct.peaks');
    const twice = `${caller}\nuse "lib/measure.braid" as again`;
    expect(await check({ ...texts, 'w.braid': twice, 'lib/measure.braid': wrong })).toEqual([
      'E0202 lib/measure.braid:11:22 there is no step `detct`',
    ]);
    expect(await check({ 'w.braid': caller })).toEqual([
      'E0709 w.braid:2:5 cannot read `lib/measure.braid`: there is no such file',
    ]);
    expect(await check({ 'w.braid': 'let n = 1\nuse "lib/@{n}.braid" as x' })).toEqual([
      'E0508 w.braid:3:5 a file that is used is named by plain text',
    ]);
  });

  test('no file uses itself, by way of another one neither (E0502)', async () => {
    const found = await check({
      'w.braid': 'use "a.braid" as a',
      'a.braid': 'use "b.braid" as b',
      'b.braid': 'use "a.braid" as a',
    });
    expect(found).toEqual(['E0502 b.braid:2:5 a workflow cannot use itself']);
  });

  test('a dimension is no name inside (E0316); what is asked early is known early (E0317)', async () => {
    const library = measure.replace('for each image in', 'for each patch in');
    expect(await check(calling('  images = []', library))).toEqual([
      'E0316 w.braid:9:34 `patch` is also a name inside of `measure`',
    ]);
    const sorted = measure.replace('image in images', 'image in [i for i in images]');
    expect(await check(calling('  images = gather image.image over band', sorted))).toEqual([
      'E0317 lib/measure.braid:4:31 this has keys that must be known when planning, but call `objects` gives what is known only at run time',
    ]);
    const limited = measure.replace('  out catalog', '  limit len(images)\n  out catalog');
    expect(await check(calling('  images = gather image.image over band', limited))).toEqual([
      'E0317 lib/measure.braid:12:9 this must be the same for all instances, but call `objects` gives what is known only at run time',
    ]);
  });

  test('members that only a run can count are refused where the call gives them, with the way round', async () => {
    const split = `step split {
  out parts: list<file> = files("part_*") expect 1..10
}
step cut for each part in split.parts {
  out image: file = "image"
  out good: bool = json("good.json")
}`;
    const gathered = (block: string) => {
      const w = `${split}\n${caller}`.replace('  images = gather image.image over band', block);
      return told({ ...texts, 'w.braid': w });
    };
    const [counted, ...others] = await gathered('  images = gather cut.image');
    expect(others).toEqual([]);
    expect(counted).toMatchObject({
      code: 'E0317',
      message: 'how many `cut.image` there are is known only at run time',
      hint:
        'let a step of this file make one list for each (patch): `in all = gather cut.image`, ' +
        '`out images: list<file> = files("...")`; then `images = thatStep.images`',
    });
    expect(counted?.span?.source.name).toBe('w.braid');
    const messages = async (block: string) => (await gathered(block)).map((d) => d.message);
    expect(await messages('  images = [split.parts[0]]')).toEqual([
      'the keys that `images` gives `for each` are known only at run time',
    ]);
    // What the hint says is right: the list of one step may be scattered over.
    const collected = `step collect for each patch in [1, 2] {
  in  all = gather cut.image
  out images: list<file> = files("image_*")
}`;
    const w = `${split}\n${collected}\n${caller}`;
    const block = '  images = collect.images';
    const right = w.replace('  images = gather image.image over band', block);
    expect(await told({ ...texts, 'w.braid': right })).toEqual([]);
  });

  test('circles through a call are circles (E0501)', async () => {
    const w = caller.replace(
      'out image: file = "image"',
      'in  c = objects.catalog\n  out image: file = "image"',
    );
    const [first, ...others] = await check({ ...texts, 'w.braid': w });
    expect(first).toMatch(
      /^E0501 .* steps wait for each other: image -> objects.merge -> objects.detect -> image/,
    );
    expect(others).toEqual([]);
  });
});

describe('a call and its library in time', () => {
  const two = `step first {
  out x: file = "x"
}
step second {
  in  x = first.x
  out y: file = "y"
}
step close {
  after workflow finished
}
output y: file = second.y`;
  const afters = async (texts: Record<string, string>) =>
    (await planOf(texts)).steps.map((s) => [s.step.name, s.step.after.map((a) => a.target)]);

  test('`workflow` in a library is the instance of the call; a call is as its worst step', async () => {
    const w = `use "lib/two.braid" as two
step before for each i in [1, 2] {
  out x: file = "x"
}
call two as both for each i in [1, 2] {
  after before
}
step later {
  after both succeeded
}`;
    expect(await afters({ 'w.braid': w, 'lib/two.braid': two })).toEqual([
      ['before', []],
      ['both.first', ['before']],
      ['both.second', ['before']],
      ['both.close', ['before', 'both.first', 'both.second']],
      ['later', ['both.first', 'both.second', 'both.close']],
    ]);
  });

  test('what only one of its steps could answer is refused (E0318)', async () => {
    const failed = await check({
      'w.braid':
        'use "lib/two.braid" as two\ncall two as both { }\nstep x {\n  after both failed\n}',
      'lib/two.braid': two,
    });
    expect(failed.map((l) => l.slice(0, 5))).toEqual(['E0318']);
    const inside = await check({
      'w.braid': 'use "lib/two.braid" as two\ncall two as both { }',
      'lib/two.braid': two.replace('workflow finished', 'workflow failed'),
    });
    expect(inside.map((l) => l.slice(0, 22))).toEqual(['E0318 lib/two.braid:16']);
  });

  test('a condition of the call is one of each step inside', async () => {
    const plan = await planOf({
      'w.braid': `use "lib/two.braid" as two
call two as both for each i in 1..4 {
  when i > 1
}
step read for each i in 1..4 {
  in y = both.y ?? none
}`,
      'lib/two.braid': two,
    });
    expect(plan.steps.slice(0, 3).map((s) => [...(s.skipped ?? [])])).toEqual([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ]);
  });

  test('what a step makes at run time may be scattered over inside', async () => {
    const plan = await planOf({
      'w.braid': `use "lib/parted.braid" as parted
step split for each i in 1..2 {
  out parts: list<file> = files("part_*") expect 1..5
}
call parted as all for each i in 1..2 { parts = split.parts }`,
      'lib/parted.braid': `param parts: list<file>
step one for each part in parts {
  out x: file = "x"
}`,
    });
    const one = plan.steps.find((s) => s.step.name === 'all.one');
    expect(one?.dynamic).toBe(true);
    expect(one?.step.dimensions.map((d) => [d.name, d.dynamic])).toEqual([
      ['i', false],
      ['part', true],
    ]);
  });

  test('a plan of thousands of calls has as many steps and relations as one of two', async () => {
    const plan = await planOf({
      'w.braid': `${caller.replaceAll('patch in [1, 2]', 'patch in 1..4500')}`,
      'lib/measure.braid': measure,
    });
    expect(plan.steps.map((s) => s.count)).toEqual([9000, 9000, 4500, 4500, 1]);
    expect(plan.steps.flatMap((s) => s.reads.map((r) => r.relation.kind))).toEqual([
      'map',
      'groups',
      'identity',
      'groups',
      'groups',
    ]);
  });

  test('a condition on what the key gives is asked in the instance (E0414)', async () => {
    const plan = await planOf({
      'w.braid': 'use "lib/x.braid" as x\ncall x as y for each i in 1..2 { size = i }',
      'lib/x.braid': `param size: int where size > 1
step a {
  out x: file = "@{size}.txt"
}`,
    });
    const binder = makeBinder(plan);
    const nothing = { of: () => ({ kind: 'absent' as const }) };
    const [first, second] = [binder.bind(0, nothing), binder.bind(1, nothing)];
    expect(first.kind === 'invalid' && first.diagnostic.code).toBe('E0414');
    expect(second.kind).toBe('ready');
  });
});
