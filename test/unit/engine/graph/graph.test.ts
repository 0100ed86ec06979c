import { describe, expect, test } from 'vitest';
import {
  instanceGraph,
  instanceGraphSvg,
  stepGraph,
  stepGraphSvg,
} from '../../../../engine/index.ts';
import { planOf } from '../plan/plan-of.ts';

const text = `
record Part key part { part: string }
step one {
  out parts: table<Part> = csv("parts.csv")
  out o: file = "o"
}
step many for each i in 1..2 {
  in x = one.o
  in before = previous many.o over i ?? one.o
  out o: file = "o"
}
step fine for each i in 1..2, s in ["<a>", "b"] {
  in x = many.o
  out o: file = "o"
}
step sum for each i in 1..2 {
  in xs = gather fine.o over s
  out o: file = "o"
}
step part for each p in one.parts {
  in x = sum[i = 2].o
  out o: file = "o"
}
step close {
  after workflow finished
}
`;

describe('the graph of steps', () => {
  test('as nodes and edges that say what they mean', async () => {
    const { plan } = await planOf(text);
    const { nodes, edges } = stepGraph(plan);
    expect(nodes.map((n) => `${n.id} ${n.dimensions.join(',')} ${n.instances}`)).toEqual([
      'one  1',
      'many i 2',
      'fine i,s 4',
      'sum i 2',
      'part part? 0..?',
      'close  1',
    ]);
    expect(edges.map((e) => `${e.from} -> ${e.to}: ${e.kind} ${e.label}`.trim())).toEqual([
      'one -> many: data shared',
      'many -> many: previous previous over i',
      'many -> fine: data shared',
      'fine -> sum: data gather over s',
      'sum -> part: data [i]',
      'one -> part: keys keys',
      'part -> close: after after finished',
    ]);
  });

  test('as a picture: the same each time, with every box and arrow, and nothing unescaped', async () => {
    const { plan } = await planOf(text);
    const svg = await stepGraphSvg(plan);
    expect(await stepGraphSvg(plan)).toBe(svg);
    expect(svg.match(/<rect class="box/g)).toHaveLength(6);
    expect(svg.match(/<path class="arrow/g)).toHaveLength(7);
    expect(svg).toContain('>i × s</text>');
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

describe('the graph of instances', () => {
  test('has an edge for each partner', async () => {
    const { plan } = await planOf(text);
    const { nodes, edges } = instanceGraph(plan);
    expect(nodes).toHaveLength(10);
    expect(nodes.find((n) => n.id === 'fine[i=2, s=b]')?.key).toEqual({ i: 2, s: 'b' });
    const into = (id: string) => edges.filter((e) => e.to === id).map((e) => e.from);
    expect(into('many[i=1]')).toEqual(['one']);
    expect(into('many[i=2]')).toEqual(['one', 'many[i=1]']);
    expect(into('sum[i=1]')).toEqual(['fine[i=1, s="<a>"]', 'fine[i=1, s=b]']);
  });

  test('is a picture only of what a person can read', async () => {
    const { plan } = await planOf(text);
    const small = await instanceGraphSvg(plan);
    expect(small.value).toContain('i=1, s=&lt;a&gt;');
    const many = { ...plan, instances: { min: 2_001, max: 2_001 } };
    const refused = await instanceGraphSvg(many);
    expect(refused.value).toBeUndefined();
    expect(refused.diagnostics[0]).toMatchObject({
      code: 'E1004',
      hint: 'the picture of the steps: leave out `--instances`; all instances: `--format json`',
    });
  });
});
