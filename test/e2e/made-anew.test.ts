import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { braid, scratch, write } from './braid.ts';

/** A table that another try makes otherwise, lists of files of each of its rows, readers of both. */
const text = `workflow anew
record Group key group { group: string, size: int }
param log: string
param table: string
step find {
  out groups: table<Group> = csv("groups.csv")
  script bash """
    echo "find" >> @{log}
    cat @{table} > groups.csv
  """
}
step split for each g in find.groups {
  out parts: list<file> = files("part_*")
  script bash """
    echo "split @{group}" >> @{log}
    for i in $(seq @{g.size}); do echo "@{group} $i" > "part_$i"; done
  """
}
step work for each g in find.groups, f in split.parts {
  out t: file = "t"
  script bash """
    echo "work $(cat @{f})" >> @{log}
    cat @{f} > @{t}
  """
  undo bash """
    echo "undo $(cat @{f})" >> @{log}
  """
}
step size for each g in find.groups {
  in  ts = gather work.t over f
  out n: int = text("n")
  script bash """
    echo "size @{group}" >> @{log}
    cat @{ts} | wc -l > n
  """
}
step all {
  in  ns = gather size.n
  in  ts = gather work.t over group, f
  out t: file = "t"
  script bash """
    echo "all" >> @{log}
    echo @{ns} > @{t}
    cat @{ts} >> @{t}
  """
}
output all = all.t publish "all"
`;

function place(): { dir: string; args: string[]; lines: () => string[] } {
  const dir = scratch({ 'anew.braid': text, 'table.csv': 'group,size\na,1\nb,2\nc,1\n' });
  const log = join(dir, 'log');
  const sets = ['--set', `log=${log}`, '--set', `table=${join(dir, 'table.csv')}`];
  let seen = 0;
  return {
    dir,
    args: ['run', 'anew.braid', '--results', 'there', '-j', '2', ...sets],
    lines() {
      const all = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh.sort();
    },
  };
}

test('a table that is made anew by a roll-back: elements by key, not by place; what is the same stays', () => {
  const { dir, args, lines } = place();
  expect(braid(dir, args).code).toBe(0);
  expect(lines().length).toBe(1 + 3 + 4 + 3 + 1);
  // A row before the others, one larger, one gone.
  write(dir, { 'table.csv': 'group,size\nd,2\nb,3\na,1\n' });
  const rolled = braid(dir, ['rollback', 'last', 'find', '--yes']);
  expect(rolled.code, rolled.stderr).toBe(0);
  expect(readFileSync(join(dir, 'there/all/t'), 'utf8')).toBe(
    '1 3 2\na 1\nb 1\nb 2\nb 3\nd 1\nd 2\n',
  );
  expect(existsSync(join(dir, 'results'))).toBe(false);
  // `split a` has its row by value and is kept; what reads the files of an undone step is made anew.
  expect(lines()).toEqual([
    'all',
    'find',
    ...['size a', 'size b', 'size d', 'split b', 'split d'],
    ...['undo a 1', 'undo b 1', 'undo b 2', 'undo c 1'],
    ...['work a 1', 'work b 1', 'work b 2', 'work b 3', 'work d 1', 'work d 2'],
  ]);
  const again = braid(dir, args);
  expect(again.stdout, again.stderr).toContain(': 14 reused');
  expect(lines()).toEqual([]);

  // One that is named is made anew, whatever its fingerprint, and with it what reads its files.
  expect(braid(dir, ['rollback', 'last', 'split[group=a]', '--yes']).code).toBe(0);
  expect(lines()).toEqual(['all', 'size a', 'split a', 'undo a 1', 'work a 1']);
  expect(braid(dir, args).stdout).toContain(': 14 reused');
  expect(lines()).toEqual([]);
});

test('where an engine died between the end of a run and its results, `resume` publishes them', () => {
  const { dir, args, lines } = place();
  expect(braid(dir, args).code).toBe(0);
  lines();
  // As the engine leaves it that is killed just then.
  rmSync(join(dir, 'there'), { recursive: true });
  const index = new DatabaseSync(join(dir, '.braid/index.db'));
  index.exec("UPDATE runs SET state = 'running'");
  index.close();
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
  expect(readFileSync(join(dir, 'there/all/t'), 'utf8')).toContain('b 2');
  expect(lines()).toEqual([]);
  expect(braid(dir, ['runs']).stdout).toContain('succeeded');
  // Once they are there, the next `resume` leaves what a later run may have put there.
  rmSync(join(dir, 'there'), { recursive: true });
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
  expect(existsSync(join(dir, 'there'))).toBe(false);
});
