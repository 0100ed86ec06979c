import { describe, expect, test } from 'vitest';
import { check } from './check.ts';

/** Steps `name: for each; sources...` that each make a `file` of their own name's. */
function graph(...lines: string[]): string[] {
  const steps = lines.map((line) => {
    const [head = '', ...sources] = line.split(';').map((part) => part.trim());
    const [name, each] = head.split(':').map((part) => part.trim());
    const items = sources.map((s, i) => (s.startsWith('after') ? `  ${s}` : `  in  x${i} = ${s}`));
    return `step ${name}${each ? ` for each ${each}` : ''} {
${items.join('\n')}
  out file: file = "f"
  script bash """
    true
  """
}`;
  });
  return check(`workflow w\n${steps.join('\n')}`).map((line) => line.replace(/ \d+:\d+/, ''));
}

const waits = (path: string): string => `E0501 steps wait for each other: ${path}`;

describe('cycles', () => {
  test('none', () => {
    expect(graph('a', 'b; a.file', 'c; a.file; b.file')).toEqual([]);
  });
  test('a step that reads itself', () => {
    expect(graph('a; a.file')).toEqual([waits('a -> a')]);
  });
  test('two knots are said apart', () => {
    expect(graph('a; b.file', 'b; a.file', 'c; d.file', 'd; c.file')).toEqual([
      waits('a -> b -> a'),
      waits('c -> d -> c'),
    ]);
  });
  test('`after` counts', () => {
    expect(graph('a; b.file', 'b; after a')).toEqual([waits('a -> b -> a')]);
  });
  test('a step that reads what closes the workflow closes it, too', () => {
    expect(graph('a; z.file', 'z; after workflow finished', 'b')).toEqual([]);
  });
  test('scattering over each other', () => {
    expect(
      check(`workflow w
step a for each i in b.list {
  out list: list<int> = lines("l")
  script bash """
    true
  """
}
step b for each j in a.list {
  out list: list<int> = lines("l")
  script bash """
    true
  """
}`).map((line) => line.slice(0, 5)),
    ).toEqual(['E0501']);
  });
});

describe('`previous` in a cycle', () => {
  test('along one dimension', () => {
    expect(graph('a: i in 1..3; previous a.file over i ?? none')).toEqual([]);
  });
  test('through two steps that keep the key', () => {
    expect(graph('a: i in 1..3; previous b.file over i ?? none', 'b: i in 1..3; a.file')).toEqual(
      [],
    );
  });
  test('a step of the loop that does not vary over the dimension', () => {
    expect(
      graph(
        'a: i in 1..3; previous b.file over i ?? none',
        'b: i in 1..3; c.file',
        'c; gather a.file over i',
      ),
    ).toEqual([waits('a -> b -> c -> a')]);
  });
  test('a step of the loop that selects a key', () => {
    expect(
      graph('a: i in 1..3; previous b.file over i ?? none', 'b: i in 1..3; a[i = 3].file'),
    ).toEqual([waits('a -> b -> a')]);
  });
  test('a gather over another dimension keeps the key', () => {
    expect(
      graph(
        'a: i in 1..3, j in 1..3; previous b.file over i ?? none',
        'b: i in 1..3; gather a.file over j',
      ),
    ).toEqual([]);
  });
  test('each dimension in its turn', () => {
    expect(
      graph(
        'a: i in 1..3, j in 1..3; previous a.file over i ?? none; previous a.file over j ?? none',
      ),
    ).toEqual([]);
  });
  test('two loops, each along its own dimension, that wait for each other', () => {
    // a[i,j] waits for all a[i-1,*] by way of b, and for all a[*,j-1] by way of c.
    expect(
      graph(
        'a: i in 1..3, j in 1..3; previous b.file over i ?? none; previous c.file over j ?? none',
        'b: i in 1..3; gather a.file over j',
        'c: j in 1..3; gather a.file over i',
      ),
    ).toHaveLength(1);
  });
  test('outside a loop nothing is asked', () => {
    expect(graph('a: i in 1..3', 'b; previous a.file over i ?? none')).toEqual([]);
  });
});
