import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidJson } from './braid.ts';

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const library = `workflow x version "1.4"
use "common.braid" as common
record Row key i { i: int }
param n: int
param rows: table<Row> = csv("rows.csv")
call common as c for each r in rows { n = n * r.i }
step last {
  in  all = gather c.text over i
  out sum: file = "sum.txt"
  script bash file "../bin/sum.sh" args [all, sum]
}
output sum: file = last.sum
`;
const common = `workflow common
param n: int where n > 0
step one {
  out text: file = "one.txt"
  script bash """
    echo @{n} > @{text}
  """
}
output text: file = one.text
`;

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

/** A repository with the library at tag v1.4, and a workflow in another directory that uses it. */
function twoDirectories() {
  const base = mkdtempSync(join(tmpdir(), 'braid-lock-'));
  made.push(base);
  const repository = join(base, 'library.git');
  const work = join(base, 'work');
  write(repository, {
    'lib/x.braid': library,
    'lib/common.braid': common,
    'lib/rows.csv': 'i\n1\n2\n',
    'bin/sum.sh': 'cat "$1" "$2" > "$3"\n',
  });
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=n', '-c', 'user.email=e', ...words], {
      encoding: 'utf8',
    });
  git('init', '-q');
  const commit = (tag: string) => {
    git('add', '-A');
    git('commit', '-q', '-m', tag);
    git('tag', '-f', '-a', '-m', tag, tag);
    return git('rev-parse', 'HEAD').trim();
  };
  write(work, {
    'w.braid': `workflow w
use "file://${repository}/lib/x.braid" version "1.4" as x
call x as y for each k in [5, 6] { n = k }
step all {
  in  sums = gather y.sum over k
  out all: file = "all.txt"
  script bash """
    cat @{sums} > @{all}
  """
}
output all: file = all.all publish "all"
`,
  });
  return { repository, work, commit };
}

const codes = (work: string, words: readonly string[]): string[] =>
  braidJson(work, words).items.map((item: { code: string }) => item.code);

describe.skipIf(lacks('git'))('libraries of repositories', () => {
  test('are looked up once by `braid lock`, and then stay as they were, without a network', () => {
    const { repository, work, commit } = twoDirectories();
    const first = commit('v1.4');
    expect(codes(work, ['check', 'w.braid'])).toEqual(['E0508']);
    const { libraries } = braidJson(work, ['lock', 'w.braid']);
    expect(libraries).toMatchObject([{ version: '1.4', tag: 'v1.4', commit: first }]);
    expect(Object.keys(libraries[0].files).sort()).toEqual(['lib/common.braid', 'lib/x.braid']);
    const lock = readFileSync(join(work, 'braid.lock'), 'utf8');

    // The tag moves on, and the repository goes away: neither matters any more.
    write(repository, { 'lib/common.braid': common.replace('echo', 'echo moved') });
    const second = commit('v1.4');
    expect(braid(work, ['lock', 'w.braid']).code).toBe(0);
    expect(readFileSync(join(work, 'braid.lock'), 'utf8')).toBe(lock);
    renameSync(repository, `${repository}.away`);
    expect(codes(work, ['check', 'w.braid'])).toEqual([]);
    const run = braid(work, ['run', 'w.braid']);
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(join(work, 'results/all/all.txt'), 'utf8')).toBe('5\n10\n6\n12\n');
    expect(braid(work, ['lock', '--update', 'w.braid']).stderr).toContain('error[E0509]');
    expect(readFileSync(join(work, 'braid.lock'), 'utf8')).toBe(lock);

    renameSync(`${repository}.away`, repository);
    expect(braidJson(work, ['lock', '--update', 'w.braid']).libraries[0].commit).toBe(second);
  }, 60_000);

  test('must be kept as they were locked (E0509), and are fetched again at the same commit', () => {
    const { work, commit } = twoDirectories();
    const first = commit('1.4');
    expect(braid(work, ['lock', 'w.braid']).code).toBe(0);
    const kept = join(work, '.braid/libraries', first, 'lib/common.braid');
    writeFileSync(kept, common.replace('echo', 'echo changed'));
    expect(codes(work, ['check', 'w.braid'])).toEqual(['E0509']);
    rmSync(join(work, '.braid/libraries'), { recursive: true });
    expect(codes(work, ['check', 'w.braid'])).toEqual(['E0509']);
    expect(braid(work, ['lock', 'w.braid']).stdout).toContain(first.slice(0, 12));
    expect(codes(work, ['check', 'w.braid'])).toEqual([]);
    writeFileSync(join(work, 'braid.lock'), '{"format": 2}');
    expect(codes(work, ['check', 'w.braid'])).toEqual(['E0509']);
  }, 60_000);

  test('are at a version that there is, and use only files of their own repository (E0508, E0509)', () => {
    const { repository, work, commit } = twoDirectories();
    write(repository, { 'lib/x.braid': library.replace('"common.braid"', '"../../work/w.braid"') });
    commit('v1.4');
    const outside = braid(work, ['lock', 'w.braid']);
    expect(outside.stderr).toContain('error[E0508]');
    expect(outside.stderr).toContain('is outside of');
    const text = readFileSync(join(work, 'w.braid'), 'utf8');
    writeFileSync(join(work, 'w.braid'), text.replace('"1.4"', '"2.0"'));
    expect(braid(work, ['lock', 'w.braid']).stderr).toContain('it has no tag v2.0 or 2.0');
    writeFileSync(join(work, 'w.braid'), text.replace(' version "1.4"', ''));
    expect(codes(work, ['check', 'w.braid'])).toEqual(['E0508']);
    writeFileSync(join(work, 'w.braid'), text.replace('lib/x.braid', 'lib/y.braid'));
    expect(braid(work, ['lock', 'w.braid']).stderr).toContain('there is no `lib/y.braid` in v1.4');
  }, 60_000);
});
